"""Lines of plain text: how wide they may be, and where they may part."""

from __future__ import annotations

import unicodedata

WIDTH = 72
"""Columns of a line; only a link may be longer."""


def wrap(text: str, indent: int = 0, width: int = WIDTH) -> str:
    """Break `text` into lines of at most `width` columns, all but the first indented by `indent` spaces.

    A word wider than a line stands alone, but wide letters (Chinese, Japanese, Korean) may part anywhere.
    """
    lines, current, used = [], "", indent
    for piece in _pieces(text):
        size = columns(piece)
        if used > indent and used + size - piece.endswith(" ") > width:
            lines.append(current.rstrip())
            current, used = "", indent
        current += piece
        used += size
    lines.append(current.rstrip())
    return ("\n" + " " * indent).join(lines)


def tied(text: str) -> str:
    """Keep a short text on one line: its spaces become no-break spaces."""
    return text.replace(" ", "\u00a0")


def columns(text: str) -> int:
    """Count the columns that `text` takes in a terminal."""
    return sum(0 if unicodedata.combining(letter) else 1 + _wide(letter) for letter in text)


def _wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in ("W", "F")


def _pieces(text: str) -> list[str]:
    """Split after each space, and after each wide letter that no closing mark follows."""
    pieces, start = [], 0
    for at, letter in enumerate(text, start=1):
        following = text[at] if at < len(text) else ""
        closing = bool(following) and unicodedata.category(following) in ("Pe", "Pf", "Po", "Mn")
        if letter == " " or (_wide(letter) and following != " " and not closing):
            pieces.append(text[start:at])
            start = at
    return [*pieces, text[start:]] if start < len(text) else pieces
