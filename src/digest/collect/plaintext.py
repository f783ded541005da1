"""A page saved as plain text becomes entries: its article, and the list of recent posts below it.

The rule owned here: paragraphs are parted by empty lines (or, where there are none, by line ends); the first that reads
like a headline is the title, prose up to a heading such as "Recent Posts" is the article, and after such a heading
paragraphs are records. How a record is put together (title, excerpt, date, in which order) is told by where the dates
stand, which repeat with the records.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, tzinfo
from html import escape
from typing import Final

from digest.collect.articles import shortened
from digest.collect.blocks import role_of
from digest.collect.datewords import fold
from digest.collect.identity import short_hash
from digest.collect.records import Page, is_more
from digest.model import UNDATED, Article, Block, Collected, Dating, EntryData, Kind, Role

_LONGEST_TITLE: Final = 200
_LONGEST_HEADING: Final = 50
_LONGEST_DATE: Final = 100
_LONGEST_RECORD: Final = 4
_SHORTEST_PROSE: Final = 80
_BOILERPLATE: Final = re.compile(
    r"cookie|consent|einwilligung|privacy|datenschutz|rgpd|gdpr|newsletter|subscribe|abonnez|s.inscrire"
    r"|s.abonner"
    r"|skip to|aller au contenu|zum inhalt|advertisement|publicite|anzeige|werbung|share this|partager|teilen"
    r"|all rights reserved|tous droits reserves|alle rechte vorbehalten|copyright|©|sign in"
    r"|log in|se connecter|anmelden|javascript"
)
_CRUMBS: Final = re.compile(r"\s[|>»›•·]\s")
_WORDS: Final = re.compile(r"[^\W_]+")
_LINK: Final = re.compile(r"https?://[^\s<>()\"']+")


def read_plaintext(text: str, *, url: str | None, now: datetime, zone: tzinfo) -> Collected:
    """Read a page that was saved as text.

    `url` is the article's, if it is known; `now` and `zone` are as in `dates.read_date`. A text that holds nothing to
    collect gives a `Collected` without entries, and a note that says so.
    """
    page = Page(url, now, None, zone)
    parts = paragraphs(text)
    sections = _sections(parts)
    blocks = tuple(block for heading, role, inner in sections[1:] if (block := _block(heading, role, inner, page)))
    article = _article(sections[0][2], url, page)
    entries = [article.entry] if article is not None else []
    recent = next((block for block in blocks if block.role is Role.RECENT), None)
    entries += recent.entries if recent is not None else ()
    return Collected(
        kind=Kind.PAGE,
        route="a page saved as text",
        title=article.entry.title if article is not None else "",
        link=url,
        entries=tuple({entry.uid: entry for entry in reversed(entries)}.values())[::-1],
        article=article,
        blocks=blocks,
        notes=_notes(article, recent),
    )


def paragraphs(text: str) -> list[str]:
    """Part a text into paragraphs of one line each."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    parts = re.split(r"\n[ \t\u00a0]*\n", lines) if re.search(r"\n[ \t\u00a0]*\n", lines.strip()) else lines.split("\n")
    return [line for line in (" ".join(part.split()) for part in parts) if line]


def _sections(parts: Sequence[str]) -> list[tuple[str, Role | None, list[str]]]:
    """Part the paragraphs at the headings of lists; the first section is the article's and has none."""
    sections: list[tuple[str, Role | None, list[str]]] = [("", None, [])]
    for place, part in enumerate(parts):
        role = role_of(part) if place > 0 and _is_heading(part) else None
        if role is not None:
            sections.append((part.strip(" :–—-#*"), role, []))
        else:
            sections[-1][2].append(part)
    return sections


def _is_heading(part: str) -> bool:
    """Tell the heading of a list from a title that happens to say "latest": it is short and no sentence."""
    bare = part.strip(" :–—-#*=")
    return (
        not is_more(bare)
        and len(bare) <= _LONGEST_HEADING
        and len(bare.split()) <= 5
        and not re.search(r"[.!?…,;]|\d", bare)
    )


# ── the article ──────────────────────────────────────────────────────────────────────────────────
def _article(parts: Sequence[str], url: str | None, page: Page) -> Article | None:
    """Take the last headline before the prose begins as the title, and what follows as the text."""
    kept = [part for part in parts if not _is_boilerplate(part)]
    prose = next((place for place, part in enumerate(kept) if _is_prose(part)), None)
    if prose is None:
        return None
    above = [part for part in kept[:prose] if _is_title(part, page)]
    title = max(above, key=_headline_merit, default="")
    if not title:
        return None
    start = kept.index(title) + 1
    dating = next((found for part in kept[:prose] if (found := _dating(part, page)).at is not None), UNDATED)
    body = [part for place, part in enumerate(kept[start:], start) if place >= prose or not _is_byline(part, page)]
    told = "\n\n".join(body)
    entry = EntryData(
        uid=url or _uid(title),
        title=title,
        url=url,
        summary=shortened(kept[prose]),
        content="".join(f"<p>{escape(part, quote=False)}</p>" for part in body),
        dating=dating,
    )
    return Article(entry=entry, text=told)


def _headline_merit(part: str) -> int:
    """Prefer what is as long as headlines are to menus and section names above it."""
    return min(len(part), 60)


def _is_boilerplate(part: str) -> bool:
    folded = fold(part)
    if len(part) <= 400 and _BOILERPLATE.search(folded):
        return len(part) <= 120 or len(_BOILERPLATE.findall(folded)) >= 2
    return len(_CRUMBS.findall(part)) >= 3 or (part.endswith(":") and len(part) <= 60) or is_more(part)


def _is_prose(part: str) -> bool:
    return len(part) >= _SHORTEST_PROSE and re.search(r"[.!?…。！？»”\")]\s*$|[.!?。]\s", part) is not None


def _is_title(part: str, page: Page) -> bool:
    return 3 <= len(part) <= _LONGEST_TITLE and _dating(part, page).at is None and not _LINK.fullmatch(part)


def _is_byline(part: str, page: Page) -> bool:
    return _dating(part, page).at is not None or (
        len(part) <= 60 and re.match(r"(?i)(?:by|par|von|por|di)\s", part) is not None
    )


def _dating(part: str, page: Page) -> Dating:
    return page.byline(part) if len(part) <= _LONGEST_DATE else UNDATED


# ── the lists ────────────────────────────────────────────────────────────────────────────────────
def _block(heading: str, role: Role | None, parts: Sequence[str], page: Page) -> Block | None:
    lines = [re.sub(r"^(?:[-*•‣▪]|\d{1,2}[.)])\s+", "", part) for part in parts]
    records = _records([line for line in lines if not is_more(line)], page)
    entries = {entry.uid: entry for entry in (_entry(record, page) for record in records) if entry is not None}
    if role is None or not entries:
        return None
    dated = sum(entry.dating.at is not None for entry in entries.values()) / len(entries)
    return Block(role, heading, "", round(0.6 + 0.3 * dated, 2), tuple(entries.values()))


def _records(lines: Sequence[str], page: Page) -> list[list[str]]:
    """Part the paragraphs of a list into records at its dates, which end or begin each record alike."""
    dates = [place for place, line in enumerate(lines) if page.date(line).at is not None]
    if not dates:
        return _undated(lines)
    first = dates[0] == 0
    starts = dates if first else [0, *(place + 1 for place in dates)]
    records = [list(lines[start:stop]) for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True)]
    last = records.pop()
    if not first:  # what follows the last date is the page's foot, not a record of this list
        return [record[-_LONGEST_RECORD:] for record in records]
    longest = max((len(record) for record in records), default=_LONGEST_RECORD)
    return [*records, last[:longest]]


def _undated(lines: Sequence[str]) -> list[list[str]]:
    """Part a list without dates: each short paragraph is a title, the long one after it its excerpt."""
    records: list[list[str]] = []
    for line in lines:
        if records and len(records[-1]) == 1 and _is_excerpt(line, records[-1][0]):
            records[-1].append(line)
        elif len(line) <= _LONGEST_TITLE and not _is_boilerplate(line):
            records.append([line])
        else:
            break
    return records


def _is_excerpt(line: str, title: str) -> bool:
    """Tell an excerpt from the next title: it is cut off or ends as a sentence, and is the longer of the two."""
    return len(line) > len(title) and (line.endswith(("…", "...", ".", "。")) or len(line) >= 2 * _SHORTEST_PROSE)


def _entry(record: Sequence[str], page: Page) -> EntryData | None:
    """Read a record: its date, its title (the first of the rest), its excerpt (the longest after it), its link."""
    dating, rest, url = UNDATED, [], None
    for line in record:
        found = page.date(line)
        link = _LINK.search(line)
        if found.at is not None and dating.at is None:
            dating = found
        elif link is not None and url is None:
            url = link[0].rstrip(".,")
            rest += [left] if (left := line.replace(link[0], "").strip(" :–-")) else []
        else:
            rest.append(line)
    if not rest or len(rest[0]) > _LONGEST_TITLE:
        return None
    excerpt = max(rest[1:], key=len, default="")
    return EntryData(uid=url or _uid(rest[0]), title=rest[0], url=url, summary=shortened(excerpt), dating=dating)


def _uid(title: str) -> str:
    """Identify what has no URL by its title, however it is spaced, cased or accented."""
    return f"title:{short_hash(' '.join(_WORDS.findall(fold(title))))}"


def _notes(article: Article | None, recent: Block | None) -> tuple[str, ...]:
    notes = []
    if article is not None:
        notes.append(f'The text is the article "{article.entry.title}".')
        if article.entry.url is None:
            notes.append("The article has no URL: give the page's address with --base-url.")
    if recent is not None:
        notes.append(f'{len(recent.entries)} entries come from the list headed "{recent.heading}".')
    return tuple(notes) or ("Nothing in this text looks like an article or a list of recent posts.",)
