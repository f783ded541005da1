"""A mail becomes an entry: a newsletter's issue with its subject, sender, date and text.

The rule owned here: a mail is hostile and personal. Whatever is broken in it costs only itself; what would tell on the
reader is left out: attachments, links that count clicks or carry a token, and those that unsubscribe or change a
subscription. A letter links to its public copy, where it names one without such a token.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import parsedate_to_datetime
from html import escape
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from lxml import etree
from lxml.html import HtmlElement

from digest.collect import identity
from digest.collect.articles import shortened
from digest.collect.clean import legal
from digest.collect.datewords import fold
from digest.collect.markup import absolute, inner_html, text_of
from digest.collect.pages import decoded, parsed
from digest.model import UNDATED, Dating, EntryData, Precision

MAX_BYTES: Final = 5_000_000
"""Bytes of a mail that are looked at; texts stand before attachments, so little is lost of a larger one."""
_MOST_PARTS: Final = 200
_LONGEST_HEADER: Final = 4_000
_LONGEST_TITLE: Final = 80
_LONGEST_LINK_TEXT: Final = 120
_VIEW_ONLINE: Final = re.compile(
    r"view (?:(?:this|the) )?(?:e-?mail|newsletter|message|it|issue|post)? ?(?:in|on) (?:your |the |a )?(?:browser|web)"
    r"|(?:read|view|open|see)(?: \w+){0,3} online|(?:online|web|browser) ?-?(?:version|ansicht)|read in (?:the )?app"
    r"|(?:voir|lire|consulter|afficher)(?: \w+){0,4} (?:en ligne|navigateur)|version (?:en ligne|web|online)"
    r"|dans (?:votre|le) navigateur|im (?:browser|web)|online (?:ansehen|lesen|anzeigen|bekijken)"
    r"|ver (?:\w+ ){0,3}(?:en (?:el|tu|su|linea|la web)|navegador|online)|en (?:tu|su|el) navegador"
    r"|nel (?:tuo )?browser|versione (?:web|online)|no (?:seu )?navegador|ver (?:no|online)|in (?:je|uw|de) browser"
    r"|w przegladarce|в браузере|ブラウザで|在浏览器|在瀏覽器"
)
_LEAVING: Final = re.compile(
    r"unsubscribe|un-subscribe|opt[- ]?out|manage (?:your |my )?(?:subscription|preferences|emails)|update preferences"
    r"|email preferences|desabon|desinscri|gerer (?:vos|mes) (?:abonnements|preferences)|abmelden|abbestellen|austragen"
    r"|darse de baja|cancelar (?:la |tu )?suscripcion|anular|disiscri|annulla l.iscrizione|cancelar inscricao"
    r"|uitschrijven|afmelden|wypisz|отписаться|配信停止|退订|退訂"
)
_TRACKING: Final = re.compile(
    r"^(?:clicks?|clk|lnk|track|tracking|trk|ct|url\d+|u\d+\.ct)\.(?=[^/]+\.)"
    r"|list-manage\d?\.com/(?:track|unsubscribe|profile)|/(?:ls|wf|cl|ss)/(?:click|open|c)\b|/track(?:ing)?/(?:click|open)"
    r"|sendgrid\.net|mandrillapp\.com|mailgun\.|awstrack\.me|hubspotlinks|hs-sites\.com/e\dt|/redirect/[0-9a-f-]{20,}"
    r"|substack\.com/redirect|/c/eJ|exct\.net|rs6\.net|cmail\d+\.com|createsend\d*\.com/t/|sendibm\d|sendibt\d|mailerlite\.com/c"
)
_PERSONAL_KEYS: Final = frozenset(
    {"e", "email", "mail", "uid", "user", "subscriber", "subscriber_id", "sid", "token", "hash", "recipient", "member",
     "contact", "jwt", "key", "auth", "mc_eid", "eid", "mkt_tok", "_hsenc", "_hsmi", "vero_id", "ck_subscriber_id"}
)  # fmt: skip
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_OPAQUE: Final = re.compile(r"[A-Za-z0-9_=~+.-]{24,}")


def read_letter(raw: bytes, *, received: datetime | None) -> EntryData | None:
    """Read a mail (RFC 5322); None where there is neither a subject nor a text in it.

    `received` is when it came in, which stands for a date that is missing or unreadable.
    """
    try:
        message = message_from_bytes(raw[:MAX_BYTES])
        markup, text = _body(message)
    except (MessageError, LookupError, ValueError, TypeError, AttributeError, RecursionError, AssertionError):
        return None  # the parser of the standard library has each of these for some broken mail
    leave = _header(message, "List-Unsubscribe")
    content, online, told = _readable(markup, leave) if markup else (_paragraphs(text), None, text)
    title = _header(message, "Subject") or _first_line(told)
    if not title:
        return None
    date = _header(message, "Date")
    return EntryData(
        uid=_uid(message, title, date, told),
        title=title,
        url=_public(_in_brackets(_header(message, "Archived-At")))
        or online
        or _of_one_letter(_in_brackets(_header(message, "List-Archive"))),
        authors=_sender(_header(message, "From")),
        summary=shortened(told[:2_000]),
        content=content,
        dating=_dating(date, received),
    )


# ── headers ──────────────────────────────────────────────────────────────────────────────────────
def _header(message: Message, name: str) -> str:
    """Decode a header (RFC 2047) on one line; bytes beyond ASCII are UTF-8, or else Windows-1252."""
    try:
        told = message.get(name)
        pieces = decode_header(told) if told is not None else []
    except (MessageError, ValueError, TypeError, LookupError):
        pieces = [(str(message.get(name, "")), None)]
    words = [_decoded_word(piece, charset) for piece, charset in pieces]
    return " ".join(legal("".join(words)[:_LONGEST_HEADER]).split())


def _decoded_word(piece: bytes | str, charset: str | None) -> str:
    raw = piece.encode("utf-8", "surrogateescape") if isinstance(piece, str) else piece
    for name in (charset, "utf-8", "cp1252"):
        if name and name != "unknown-8bit":
            try:
                return raw.decode(name)
            except (LookupError, ValueError):
                continue
    return raw.decode("utf-8", "replace")


def _sender(told: str) -> tuple[str, ...]:
    """Take the name that a sender goes by, else the address; the library's own way recurses without end."""
    match = re.match(r"([^<>]*)<([^<>]*)>|([^()]*)\(([^()]*)\)", told)
    name, address = ((match[1] or match[4] or ""), (match[2] or match[3] or "")) if match is not None else (told, "")
    best = name.strip(" \"'") or address.strip()
    return (best,) if best else ()


def _uid(message: Message, title: str, date: str, told: str) -> str:
    """Identify a mail by its Message-ID (RFC 5322 §3.6.4), else by what it says."""
    told_id = re.search(r"<([^<>\s]+)>", _header(message, "Message-ID"))
    content = "" if told_id else told
    return identity.uid_of(guid=told_id[1] if told_id else None, url=None, title=f"{title} {date}", content=content)


def _dating(date: str, received: datetime | None) -> Dating:
    try:
        at = parsedate_to_datetime(date)
        # "-0000" means that the zone is not told, and that the time is in UTC (RFC 5322 §3.3).
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        if at.year >= 1980:
            return Dating(at.replace(microsecond=0), Precision.SECOND, "mail", None)
    except (ValueError, TypeError, OverflowError, IndexError):
        pass
    return Dating(received, Precision.SECOND, "received", None) if received is not None else UNDATED


def _in_brackets(header: str) -> str | None:
    match = re.search(r"<\s*(https?://[^<>\s]+)\s*>|^(https?://[^<>\s,]+)", header)
    return (match[1] or match[2]) if match is not None else None


# ── where its public copy is ─────────────────────────────────────────────────────────────────────
def _public(url: str | None) -> str | None:
    """Take an https address that names nobody: no click counter, no token, no mail address."""
    whole = absolute(url, None)
    if whole is None or not whole.startswith("https://") or len(whole) > 1_000:
        return None
    parts = urlsplit(whole)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    if _TRACKING.search(f"{(parts.hostname or '').removeprefix('www.')}{parts.path}") or "@" in parts.netloc:
        return None
    if any(key.lower() in _PERSONAL_KEYS or "@" in value or _is_opaque(value) for key, value in pairs):
        return None
    return None if any(_is_opaque(part) for part in parts.path.split("/")) else whole


def _is_opaque(text: str) -> bool:
    """Tell a token from words and short names: a UUID, or long and of letters and digits without a break."""
    if _UUID.search(text):
        return True
    if not _OPAQUE.fullmatch(text):
        return False
    longest = max(re.split(r"[-_.]", text), key=len)
    return len(longest) >= 20 and any(sign.isdigit() for sign in longest) and any(sign.isalpha() for sign in longest)


def _of_one_letter(url: str | None) -> str | None:
    """Take the address of an archive (RFC 2369) where it names a letter in it, not the archive as a whole."""
    public = _public(url)
    last = urlsplit(public).path.rstrip("/").rpartition("/")[2] if public is not None else ""
    return public if re.search(r"\d", last) or len(re.findall(r"[^\W\d_]+", last)) >= 3 else None


# ── text ─────────────────────────────────────────────────────────────────────────────────────────
def _body(message: Message) -> tuple[str, str]:
    """Take the first HTML part and the first plain one that are not attached."""
    markup, text = "", ""
    for part in _parts(message):
        kind = part.get_content_type()
        if kind == "text/html" and not markup:
            markup = decoded(_payload(part), part.get_content_charset())
        elif kind == "text/plain" and not text:
            text = decoded(_payload(part), part.get_content_charset())
    return markup, text


def _parts(message: Message) -> Iterator[Message]:
    """Yield the leaves of a mail, without attachments and mails inside it."""
    waiting = [message]
    for _ in range(_MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop()
        inner = part.get_payload()
        if part.get_content_type() == "message/rfc822" or part.get_content_disposition() == "attachment":
            continue
        if isinstance(inner, list):
            waiting += [child for child in reversed(inner) if isinstance(child, Message)]
        elif not part.get_filename():
            yield part


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _readable(markup: str, leave: str) -> tuple[str, str | None, str]:
    """Take what is personal out of a letter; answer its HTML, the address of its public copy, and its text."""
    tree = parsed(markup)
    body = next(tree.iter("body"), None) if tree is not None else None
    if body is None:
        return "", None, ""
    online: str | None = None
    for anchor in list(body.iter("a")):
        href = anchor.get("href") or ""
        words = fold(text_of(anchor, limit=_LONGEST_LINK_TEXT))
        if len(words) <= _LONGEST_LINK_TEXT and _VIEW_ONLINE.search(words):
            online = online or _public(href)
            _remove(anchor)
        elif _LEAVING.search(words) or _LEAVING.search(href.lower()) or (href and href in leave):
            _remove(anchor)
        elif _public(re.sub("^http:", "https:", href)) is None:
            anchor.attrib.pop("href", None)
    etree.strip_elements(body, "script", "style", "head", "title", with_tail=False)
    return inner_html(body), online, text_of(body)


def _remove(anchor: HtmlElement) -> None:
    if anchor.getparent() is not None:
        anchor.drop_tree()


def _paragraphs(text: str) -> str:
    """Write plain text as paragraphs, up to the signature (RFC 3676 §4.3)."""
    told = re.split(r"(?m)^-- $", legal(text.replace("\r\n", "\n")), maxsplit=1)[0]
    blocks = [block.strip() for block in re.split(r"\n\s*\n", told)]
    return "".join(f"<p>{escape(block, quote=False).replace(chr(10), '<br>')}</p>" for block in blocks if block)


def _first_line(text: str) -> str:
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= _LONGEST_TITLE else line[:_LONGEST_TITLE].rpartition(" ")[0] + "…"
