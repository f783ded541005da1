"""An edition as mail. The HTML carries no script, no picture from elsewhere and nothing that tells who reads it."""

from __future__ import annotations

from digest.model import Edition, EditionMail
from digest.render.characters import shorten
from digest.render.inline import inline
from digest.render.templates import Templates
from digest.render.text import edition_text
from digest.render.view import Issue, issue

_SUBJECT_HEADLINE = 90


def edition_mail(edition: Edition, templates: Templates) -> EditionMail:
    """Make the subject line and both bodies of an edition, the same for all of its readers."""
    return EditionMail(
        subject=_subject(issue(edition)),
        html=edition_html(edition, templates),
        text=edition_text(edition, templates),
    )


def edition_html(edition: Edition, templates: Templates) -> str:
    """Write an edition as the HTML body of a message, its styles inlined."""
    return inline(templates.render("email/digest.html", issue(edition).context()))


def _subject(view: Issue) -> str:
    """Put the headline first: a phone shows some forty characters, and the sender's name says the rest."""
    if view.lead is None:
        return f"{view.title}, {view.day}"
    return f"{shorten(view.lead.title, _SUBJECT_HEADLINE)} · {view.title}"
