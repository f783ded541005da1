"""A mailbox becomes entries: a Maildir on this machine, or an IMAP folder over TLS.

The rule owned here: a mailbox is only looked at. Files are not moved, folders are opened with EXAMINE and bodies taken
with PEEK, so nothing is marked or deleted. IMAP is spoken over TLS alone, and a password never stands in an address.
New mails are those above the last UID while UIDVALIDITY is the same (RFC 9051 §2.3.1.1).
"""

from __future__ import annotations

import base64
import imaplib
import re
import ssl
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from digest.collect import identity
from digest.collect.letters import MAX_BYTES, read_letter
from digest.model import Collected, EntryData, Failed, Kind, Reason

MAX_LETTERS: Final = 200
_PORT: Final = 993
_TIMEOUT: Final = 30.0
_LARGEST_ANSWER: Final = 2 * MAX_BYTES
_MOST_FILES: Final = 100_000
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_UID: Final = re.compile(rb"\bUID (\d{1,10})\b")
_ARRIVED: Final = re.compile(rb'INTERNALDATE "([^"]{10,40})"')


@dataclass(frozen=True, slots=True)
class Account:
    """Where an IMAP folder is; `folder` is its name as people write it."""

    host: str
    port: int
    user: str
    folder: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to where a folder has been read: the greatest UID, valid while `validity` is the folder's UIDVALIDITY."""

    validity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Post:
    """What came out of a folder, and the mark to begin after next time."""

    collected: Collected
    mark: Mark


def mailbox_place(url: str) -> Account | Path | Failed:
    """Read `imaps://user@host[:port]/Folder` or `maildir:///path` (RFC 5092, without its password).

    A user's own @ is written %40. `Failed`: `mailbox.not_tls`, `mailbox.password_in_url`, `mailbox.bad_url`; the
    reason never repeats a password.
    """
    bad = Failed(Reason("mailbox.bad_url", {"url": url.rpartition("@")[2]}))
    try:
        parts = urlsplit(url)
        port = parts.port or _PORT
    except ValueError:
        return bad
    if parts.password is not None:
        return Failed(Reason("mailbox.password_in_url"))
    path = unquote(parts.path)
    if parts.scheme == "maildir":
        return Path(path) if path.startswith("/") and not parts.netloc else bad
    if parts.scheme == "imap":
        return Failed(Reason("mailbox.not_tls"))
    user, folder = unquote(parts.username or ""), path.strip("/") or "INBOX"
    if parts.scheme != "imaps" or not parts.hostname or not user or _CONTROL.search(user + folder):
        return bad
    return Account(parts.hostname, port, user, folder)


# ── Maildir (https://cr.yp.to/proto/maildir.html) ────────────────────────────────────────────────
def read_maildir(path: Path) -> Collected | Failed:
    """Read the newest mails of a Maildir, the newest first; `Failed` (`mailbox.missing`) where there is none."""
    if not (path / "cur").is_dir() and not (path / "new").is_dir():
        return Failed(Reason("mailbox.missing", {"path": str(path)}))
    files = sorted(_files(path), key=lambda found: (-found[0], found[1].name))
    read: list[tuple[str, EntryData | None]] = []
    for arrived, file in files[:MAX_LETTERS]:
        try:
            with file.open("rb") as opened:
                raw = opened.read(MAX_BYTES)
        except OSError as error:
            read.append((f"{file.name}: {error.strerror}", None))
            continue
        read.append((file.name, read_letter(raw, received=datetime.fromtimestamp(int(arrived), UTC))))
    return _collected("a Maildir", path.name, read)


def _files(path: Path) -> Iterator[tuple[float, Path]]:
    """Yield the mails of a Maildir with when they came; what is no plain file is none."""
    count = 0
    for folder in ("new", "cur"):
        try:
            found = list((path / folder).iterdir())
        except OSError:
            continue
        for file in found:
            count += 1
            if count > _MOST_FILES:
                return
            try:
                facts = file.lstat()
            except OSError:  # it was moved while we looked
                continue
            if not file.name.startswith(".") and stat.S_ISREG(facts.st_mode):
                yield facts.st_mtime, file


def _collected(route: str, title: str, read: Sequence[tuple[str, EntryData | None]]) -> Collected:
    entries = [entry for _, entry in read if entry is not None]
    return Collected(
        kind=Kind.MAILBOX,
        route=route,
        title=title,
        entries=identity.told_apart(entries),
        notes=tuple(f"this mail cannot be read: {name}" for name, entry in read if entry is None),
    )


# ── IMAP (RFC 9051) ──────────────────────────────────────────────────────────────────────────────
class _Connection(imaplib.IMAP4_SSL):
    """Refuses an answer that is larger than anything that was asked for."""

    def read(self, size: int) -> bytes:
        if size > _LARGEST_ANSWER:
            raise self.abort(f"an answer of {size} bytes")
        return super().read(size)


def read_imap(
    account: Account,
    password: str,
    *,
    after: Mark | None,
    context: ssl.SSLContext | None = None,
    timeout: float = _TIMEOUT,
) -> Post | Failed:
    """Read the mails that came after a mark, the newest first; at first, the newest there are.

    At most `MAX_LETTERS` are taken, the oldest of the new ones first, so that the next call goes on after them.
    `context` is the trust to use instead of the system's; `timeout` in seconds bounds each answer. `Failed`:
    `mailbox.unreachable`, `mailbox.tls`, `mailbox.refused`, `mailbox.broken`.
    """
    place = {"host": account.host}
    try:
        trust = context or ssl.create_default_context()
        connection = _Connection(account.host, account.port, ssl_context=trust, timeout=timeout)
    except ssl.SSLError as error:
        return Failed(Reason("mailbox.tls", {**place, "error": _plain(error, password)}))
    except (OSError, imaplib.IMAP4.error) as error:
        return Failed(Reason("mailbox.unreachable", {**place, "error": _plain(error, password)}))
    try:
        _log_in(connection, account.user, password)
        return _read_folder(connection, account, after)
    except imaplib.IMAP4.abort as error:
        return Failed(Reason("mailbox.broken", {"error": _plain(error, password)}))
    except imaplib.IMAP4.error as error:
        return Failed(Reason("mailbox.refused", {"error": _plain(error, password)}))
    except (OSError, ValueError, EOFError) as error:
        return Failed(Reason("mailbox.broken", {"error": _plain(error, password)}))
    finally:
        _hang_up(connection)


def _hang_up(connection: _Connection) -> None:
    """Close the line without a word: LOGOUT would wait for a server that may not answer any more."""
    connection.shutdown()


def _plain(error: BaseException, password: str) -> str:
    text = " ".join(str(error).split())[:200] or type(error).__name__
    return text.replace(password, "…") if password else text


def _log_in(connection: _Connection, user: str, password: str) -> None:
    """Log in by AUTHENTICATE PLAIN, which knows letters beyond ASCII (RFC 4616), else by LOGIN."""
    if "AUTH=PLAIN" in connection.capabilities:
        connection.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())
        return
    if _CONTROL.search(password) or not (user + password).isascii():
        raise connection.error("this password cannot be sent to a server that knows LOGIN alone")
    connection.login(_quoted(user), password)


def _read_folder(connection: _Connection, account: Account, after: Mark | None) -> Post:
    count = int(_asked(connection.select(_quoted(_modified_utf7(account.folder)), readonly=True))[0] or 0)
    validity = int((connection.response("UIDVALIDITY")[1] or [b"0"])[0] or 0)
    known = after.uid if after is not None and after.validity == validity else 0
    first = ("UID", f"{known + 1}:*") if known else (f"{max(1, count - MAX_LETTERS + 1)}:*",)
    found = _asked(connection.uid("SEARCH", *first)) if count else []
    # "n:*" always holds the last mail, be its UID below n (RFC 9051 §6.4.8).
    uids = sorted(uid for uid in map(int, b" ".join(one for one in found if one).split()) if uid > known)
    chosen = uids[:MAX_LETTERS]
    read = [(f"UID {uid}", _letter(connection, uid)) for uid in reversed(chosen)]
    mark = Mark(validity, max(chosen, default=known))
    return Post(_collected("an IMAP folder", account.folder, read), mark)


def _letter(connection: _Connection, uid: int) -> EntryData | None:
    answer = connection.uid("FETCH", str(uid), f"(UID INTERNALDATE BODY.PEEK[]<0.{MAX_BYTES}>)")
    for part in answer[1]:
        if isinstance(part, tuple) and (told := _UID.search(part[0])) is not None and int(told[1]) == uid:
            return read_letter(part[1], received=_arrived(part[0]))
    return None


def _arrived(told: bytes) -> datetime | None:
    match = _ARRIVED.search(told)
    try:
        return parsedate_to_datetime(match[1].decode("ascii").replace("-", " ", 2)).astimezone(UTC) if match else None
    except (ValueError, TypeError, OverflowError):
        return None


def _asked(answer: tuple[str, list[Any]]) -> list[Any]:
    """Take the data of an answer that says OK.

    Raises:
        imaplib.IMAP4.error: it says something else.
    """
    if answer[0] != "OK":
        words = b" ".join(part for part in answer[1] if isinstance(part, bytes))
        raise imaplib.IMAP4.error(words.decode("utf-8", "replace"))
    return answer[1]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _modified_utf7(name: str) -> str:
    """Write a folder's name as IMAP wants it (RFC 3501 §5.1.3)."""

    def shifted(match: re.Match[str]) -> str:
        code = base64.b64encode(match[0].encode("utf-16-be")).decode("ascii")
        return f"&{code.rstrip('=').replace('/', ',')}-"

    return re.sub("[^\x20-\x7e]+", shifted, name.replace("&", "&-"))
