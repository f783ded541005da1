"""What may be written. Every document reads its stories from here, so items, order and links are equal in all.

A flaw in a story is mended where that is honest; a story that cannot be told apart or has no words is left
out with its reason, and costs the rest nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from digest.model import AlsoIn, Edition, Enclosure, Reason, SourceRef, Story
from digest.render.characters import language_tag, legal, line, shorten, web_url
from digest.render.places import story_url

_TAG = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*/[A-Za-z0-9][A-Za-z0-9.+-]*")
_UNTITLED_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Placed:
    """A story fit to be written, and its `position` in its edition, from 1.

    `own` says that its link is our own page, because it has no page elsewhere.
    """

    position: int
    story: Story
    own: bool


def placed(edition: Edition) -> tuple[Placed, ...]:
    """Answer the stories of an edition that can be written, in order, each with a link."""
    found = []
    for position, story in enumerate(edition.stories, start=1):
        own = web_url(story.url) is None
        made = fit(replace(story, url=story_url(edition, position)) if own else story)
        if isinstance(made, Story):
            found.append(Placed(position, made, own))
    return tuple(found)


def left_out(edition: Edition) -> tuple[Reason, ...]:
    """Answer why stories of an edition stand in none of its documents."""
    return tuple(made for story in edition.stories if isinstance(made := fit(story), Reason))


def fit_all(stories: Iterable[Story]) -> tuple[Story, ...]:
    """Answer the stories that can be written, in order."""
    return tuple(made for story in stories if isinstance(made := fit(story), Story))


def fit(story: Story) -> Story | Reason:
    """Mend a story so that it may stand in any document, or answer why it cannot. Mending twice changes nothing."""
    if not _TAG.fullmatch(story.tag):
        return Reason("story.no_identity", {"entry": story.entry_id, "tag": line(story.tag)})
    summary = line(story.summary)
    title = (
        line(story.title) or shorten(summary, _UNTITLED_LENGTH) or (line(story.source.title) if story.content else "")
    )
    if not title:
        return Reason("story.no_words", {"entry": story.entry_id, "tag": story.tag})
    published = _second(story.published)
    return replace(
        story,
        title=title,
        url=web_url(story.url),
        summary=summary,
        content=legal(story.content),
        authors=_lines(story.authors),
        published=published,
        updated=max(published, _second(story.updated)),
        source=_source(story.source),
        image=web_url(story.image),
        categories=_lines(story.categories),
        language=language_tag(story.language),
        enclosures=tuple(_enclosures(story.enclosures)),
        topic=line(story.topic),
        also_in=tuple(
            AlsoIn(source=line(other.source), title=line(other.title), url=web_url(other.url))
            for other in story.also_in
        ),
    )


def subjects(story: Story) -> tuple[str, ...]:
    """Answer what a story is filed under: its topic, then its categories, each once."""
    once: dict[str, str] = {}
    for name in (story.topic, *story.categories):
        once.setdefault(name.casefold(), name)
    return tuple(name for name in once.values() if name)


def _lines(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(made for text in texts if (made := line(text))))


def _second(when: datetime) -> datetime:
    return when.astimezone(UTC).replace(microsecond=0)


def _source(source: SourceRef) -> SourceRef:
    return replace(
        source,
        title=line(source.title) or line(source.name),
        url=web_url(source.url) or "",
        link=web_url(source.link),
        language=language_tag(source.language),
    )


def _enclosures(enclosures: Iterable[Enclosure]) -> Iterable[Enclosure]:
    for enclosure in enclosures:
        if (url := web_url(enclosure.url)) is not None:
            known = _MEDIA_TYPE.fullmatch(enclosure.media_type)
            length = enclosure.length if enclosure.length is not None and enclosure.length >= 0 else None
            yield Enclosure(url, enclosure.media_type if known else "application/octet-stream", length)
