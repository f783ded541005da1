"""The text part of a message: the same stories, order and links as the HTML, fit to be read aloud.

It is written from the data by its own template (`text/digest.txt`), never derived from the HTML.
"""

from __future__ import annotations

from digest.model import Edition
from digest.render.templates import Templates
from digest.render.view import issue


def edition_text(edition: Edition, templates: Templates) -> str:
    """Write an edition as plain text, lines ending in a line feed."""
    return templates.render("text/digest.txt", issue(edition).context())
