"""An entry is kept once: which identity it has within its source, and when it really changed.

Feeds lie about identity: one guid for all items, none at all, or a link shared by all. So an identity that
occurs twice in one document is refined until it tells the items apart (knowledge of the field: the guid, then
the guid with the link, then the content).
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import idna

from digest.collect.clean import legal
from digest.model import EntryData

_UNSEEN = re.compile(rb"<!--.*?(?:-->|$)|<(script|style)\b.*?(?:</\1[^<>]*>?|$)", re.DOTALL | re.IGNORECASE)
_MAYBE_UNSEEN = re.compile(rb"<(?:!--|[sS][cCtT])")
_TAG = re.compile(rb"<[^<>]*>")
_LONGEST_UID = 500
_AUTHORITY = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*", re.IGNORECASE)


def short_hash(*parts: str) -> str:
    """Hash texts to 16 hexadecimal digits; the parts cannot run into each other."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def uid_of(*, guid: str | None, url: str | None, title: str, content: str) -> str:
    """Choose an identity: the guid, else the link, else what it says. A very long one stands by its hash."""
    uid = legal(guid or "").strip() or legal(url or "").strip() or f"content:{short_hash(title, content)}"
    return uid if len(uid) <= _LONGEST_UID else f"long:{short_hash(uid)}"


def told_apart(entries: Sequence[EntryData]) -> tuple[EntryData, ...]:
    """Give different entries of one document different identities; true copies keep the same one."""
    by_link = _refined(entries, lambda entry: entry.url or "")
    return tuple(_refined(by_link, fingerprint))


def _refined(entries: Sequence[EntryData], further: Callable[[EntryData], str]) -> list[EntryData]:
    """Lengthen the identities that stand for entries of different `further`."""
    times = Counter(entry.uid for entry in entries)
    meanings: dict[str, set[str]] = {}
    for entry in entries:
        if times[entry.uid] > 1:
            meanings.setdefault(entry.uid, set()).add(further(entry))
    return [
        replace(entry, uid=f"{entry.uid}|{further(entry)}") if len(meanings.get(entry.uid, ())) > 1 else entry
        for entry in entries
    ]


def fingerprint(entry: EntryData) -> str:
    """Hash what a reader would see of an entry, so that an edit is noticed and new markup is not.

    Addresses inside the content do not count, nor do comments, scripts and the space between words: counters and
    signed image URLs change at each request.
    """
    seen = (_seen(text) for text in (entry.title, entry.url or "", entry.summary, entry.content))
    return hashlib.sha256(b"\x1f".join(seen)).hexdigest()[:16]


def _seen(markup: str) -> bytes:
    raw = markup.encode("utf-8", "surrogatepass")
    if b"<" in raw:
        raw = _TAG.sub(b"", _UNSEEN.sub(b"", raw) if _MAYBE_UNSEEN.search(raw) else raw)
    return raw.translate(None, b" \t\n\r\f\v")


def tag_uri(authority: str, minted: datetime, source_url: str, uid: str) -> str:
    """Mint the permanent identity of an entry in our feeds (RFC 4151).

    It is made once, at first sight, and kept: a later change of address, source URL or guid does not touch it.
    `authority` is the host that mints; one beyond ASCII stands in A-labels, and one that is no name as `localhost`.
    """
    try:
        name = authority if authority.isascii() else idna.encode(authority, uts46=True).decode("ascii")
    except idna.IDNAError:
        name = ""
    if not _AUTHORITY.fullmatch(name):
        name = "localhost"
    return f"tag:{name},{minted:%Y-%m-%d}:entry/{short_hash(source_url, uid)}"
