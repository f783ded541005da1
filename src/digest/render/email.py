"""An edition as mail: HTML and text of the same stories, order and links, each written by its own template.

The HTML carries no script, no picture from elsewhere and nothing that tells who reads it. The text is written
from the data, fit to be read aloud, never derived from the HTML.
"""

from __future__ import annotations

from digest.model import Edition, EditionMail
from digest.render.characters import shorten
from digest.render.inline import inline
from digest.render.templates import Templates
from digest.render.view import Issue, issue

_SUBJECT_HEADLINE = 90


def edition_mail(edition: Edition, templates: Templates) -> EditionMail:
    """Make the subject line and both bodies of an edition, the same for all of its readers."""
    view = issue(edition)
    return EditionMail(
        subject=_subject(view),
        html=inline(templates.render("email/digest.html", view.context())),
        text=templates.render("text/digest.txt", view.context()),
    )


def _subject(view: Issue) -> str:
    """Put the headline first: a phone shows some forty characters, and the sender's name says the rest."""
    if view.lead is None:
        return f"{view.title}, {view.day}"
    return f"{shorten(view.lead.title, _SUBJECT_HEADLINE)} · {view.title}"
