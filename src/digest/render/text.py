"""The text part of a message: the same stories, order and links as the HTML, fit to be read aloud.

It is written from the data by its own template (`text/digest.txt`), never derived from the HTML.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from digest.render.view import issue

if TYPE_CHECKING:
    from digest.model import Edition
    from digest.render.templates import Templates

WIDTH = 72
"""Columns of a line; only a link may be longer."""


def edition_text(edition: Edition, templates: Templates) -> str:
    """Write an edition as plain text, lines ending in a line feed."""
    view = issue(edition)
    return templates.render("text/digest.txt", view.context())


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


def columns(text: str) -> int:
    """Count the columns that `text` takes in a terminal."""
    return sum(0 if unicodedata.combining(letter) else 1 + (_wide(letter)) for letter in text)


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
