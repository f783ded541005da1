"""Header lines: text from anywhere becomes exactly one header, never two.

Breaks and controls collapse to a space before anything else happens. What is not plain ASCII becomes RFC 2047
encoded words; what machines read (identifiers, URLs) is neither encoded nor folded. The standard library is not
used for this: its policies encode a long `List-…` value, which readers' mail programs then cannot use.
"""

from __future__ import annotations

import re
import unicodedata
from base64 import b64encode
from collections.abc import Sequence

_LINE = 76  # RFC 2047 §2: a line that holds an encoded word
_WORD = 75  # RFC 2047 §2: an encoded word
_BREAKS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+")
_SPECIALS = re.compile(r'(["\\])')
# RFC 2047 §5 (3): what may stand for itself everywhere, also in a display name.
_Q_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")


def clean(text: str) -> str:
    """Make one line of a text: NFC, each run of blanks and controls one space, lone surrogates a question mark."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFC", _BREAKS.sub(" ", whole)).strip(" ")


def speaks_ascii(line: str) -> bool:
    """Tell whether a line means itself when it is read: ASCII, and nothing that looks like an encoded word."""
    return line.isascii() and "=?" not in line


def plain(name: str, value: str) -> bytes:
    """Write a header for machines: one line whatever its length; characters beyond ASCII become `?`."""
    return f"{name}: {clean(value)}\r\n".encode("ascii", "replace")


def text(name: str, value: str) -> bytes:
    """Write a header for people (RFC 5322 unstructured), folded, as encoded words where it is not plain ASCII."""
    line = clean(value)
    room = _LINE - len(name) - 2
    tokens = line.split(" ")
    if not speaks_ascii(line) or max(map(len, tokens)) > room:
        tokens = _encoded_words(line, room)
    return _fold(name, tokens)


def mailbox(name: str, display: str, address: str) -> bytes:
    """Write an address with the name to show before it; `address` is in ASCII (see `address.Address`)."""
    line = clean(display)
    return _fold(name, [*_phrase(line, _LINE - len(name) - 2), f"<{clean(address)}>"] if line else [clean(address)])


def phrase(display: str) -> str:
    """Write an ASCII text as an RFC 5322 phrase, quoted where it must be."""
    line = clean(display)
    if all(_ATOM.fullmatch(token) for token in line.split(" ")):
        return line
    return '"' + _SPECIALS.sub(r"\\\1", line) + '"'


def _phrase(line: str, room: int) -> list[str]:
    written = phrase(line)
    if speaks_ascii(line) and len(written) <= room:
        return [written]
    return _encoded_words(line, room)


def _encoded_words(line: str, first: int) -> list[str]:
    """Cut a line into RFC 2047 encoded words between whole characters; the first word has room for `first`."""
    octets = line.encode()
    shorter = len(_q(octets)) <= len(b64encode(octets))
    words: list[str] = []
    chunk, room = "", first
    for character in line:
        if chunk and len(_encoded_word(chunk + character, quoted=shorter)) > room:
            words.append(_encoded_word(chunk, quoted=shorter))
            chunk, room = "", _WORD
        chunk += character
    return [*words, _encoded_word(chunk, quoted=shorter)]


def _encoded_word(chunk: str, *, quoted: bool) -> str:
    octets = chunk.encode()
    return f"=?utf-8?q?{_q(octets)}?=" if quoted else f"=?utf-8?b?{b64encode(octets).decode()}?="


def _q(octets: bytes) -> str:
    return "".join("_" if octet == 0x20 else chr(octet) if octet in _Q_SAFE else f"={octet:02X}" for octet in octets)


def _fold(name: str, tokens: Sequence[str]) -> bytes:
    """Join tokens with single spaces, starting a new line where the next one would not fit; tokens stay whole."""
    lines = [f"{name}: {tokens[0]}"]
    for token in tokens[1:]:
        if len(lines[-1]) + 1 + len(token) <= _LINE:
            lines[-1] += f" {token}"
        else:
            lines.append(f" {token}")
    return ("\r\n".join(lines) + "\r\n").encode("ascii")
