"""An edition as templates see it. All of its documents read this one view: same stories, order and links.

The layout follows from the number of stories: the first is the lead, the next ones and the first under each
heading are told with a summary, the others by their headline.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from digest.model import Edition, Story
from digest.render.characters import language_tag, line, shorten
from digest.render.places import ATOM, FEED_TYPES, JSON, RSS, edition_url, file_url, publication_url, site_url
from digest.render.stories import Placed, fit, placed
from digest.render.words import Words, direction, text_direction, words
from digest.render.wrapping import tied

_WORDS_PER_MINUTE = 238
_WIDE_LETTERS_PER_MINUTE = 500
_FIRST_WIDE_LETTER = "\u2e80"
_FULL_STORIES = 5
_LEAD_SUMMARY, _SUMMARY = 420, 220
_NAMED_AUTHORS = 3

FEED_NAMES = {RSS: "RSS", ATOM: "Atom", JSON: "JSON Feed"}


@dataclass(frozen=True, slots=True)
class FeedChoice:
    """A feed to offer: its name, URL and media type."""

    name: str
    url: str
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One story, ready to be told.

    `form` is lead, full or brief; `facts` are source, authors and date, as far as known; `lang` and `dir` are ""
    where they are those of the page; `content` is sanitised HTML, given only where the story has no other page.
    """

    position: int
    form: str
    title: str
    url: str
    own: bool
    summary: str
    content: str
    facts: tuple[str, ...]
    topic: str
    lang: str
    dir: str
    also: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Stories under one heading; the heading is "" where the edition has no topics."""

    heading: str
    stories: tuple[Telling, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """An edition as templates see it. `lead` is None in an edition without stories."""

    words: Words
    language: str
    dir: str
    site: str
    site_url: str
    address: str
    title: str
    description: str
    number: int
    day: str
    minutes: int
    count: int
    url: str
    publication_url: str
    feeds: tuple[FeedChoice, ...]
    lead: Telling | None
    sections: tuple[Section, ...]

    def context(self, **more: Any) -> dict[str, Any]:
        """Answer the names a template may use: `issue`, `_`, `ngettext`, and those in `more`."""
        return {**more, "issue": self, **spoken(self.words)}


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier edition in a list: its `headline` is that of its lead."""

    number: int
    day: str
    url: str
    headline: str


def past(edition: Edition) -> Past:
    """Make the entry of an edition in a list."""
    publication = edition.publication
    day = words(publication.language).day(edition.due_at, publication.timezone)
    fit_ones = (made for story in edition.stories if isinstance(made := fit(story), Story))
    headline = next((story.title for story in fit_ones), line(publication.title))
    return Past(edition.number, day, edition_url(edition), headline)


def spoken(language: Words) -> dict[str, Any]:
    """Answer the functions that every template speaks with, under gettext's usual names."""
    return {"_": language.gettext, "ngettext": language.ngettext}


def feed_choices(edition: Edition) -> tuple[FeedChoice, ...]:
    """Answer the feeds of an edition's publication, the most widely read first."""
    return tuple(
        FeedChoice(FEED_NAMES[name], file_url(edition.site, edition.publication, name), media_type)
        for name, media_type in FEED_TYPES.items()
    )


def issue(edition: Edition) -> Issue:
    """Make the view of an edition."""
    publication, site = edition.publication, edition.site
    spoken_words = words(publication.language)
    found = placed(edition)
    tellings = tuple(
        _told(place, edition, spoken_words, form) for place, form in zip(found, _forms(found), strict=True)
    )
    if len({telling.topic for telling in tellings}) == 1:
        tellings = tuple(replace(telling, topic="") for telling in tellings)  # one heading over all says nothing
    return Issue(
        words=spoken_words,
        language=language_tag(publication.language) or "en",
        dir=direction(publication.language),
        site=line(site.title),
        site_url=site_url(site),
        address=line(site.address),
        title=line(publication.title) or publication.slug,
        description=line(publication.description),
        number=edition.number,
        day=spoken_words.day(edition.due_at, publication.timezone),
        minutes=_minutes(tellings),
        count=len(found),
        url=edition_url(edition),
        publication_url=publication_url(site, publication),
        feeds=feed_choices(edition),
        lead=tellings[0] if tellings else None,
        sections=_sections(tellings[1:]),
    )


def _forms(found: tuple[Placed, ...]) -> list[str]:
    """Decide how much of each story is told."""
    forms, topic = [], None
    for place, item in enumerate(found):
        begins = bool(item.story.topic) and item.story.topic != topic
        topic = item.story.topic
        forms.append("lead" if place == 0 else "full" if place < _FULL_STORIES or begins else "brief")
    return forms


def _sections(tellings: tuple[Telling, ...]) -> tuple[Section, ...]:
    """Put stories under their topics, if each topic is one run; the order is the edition's, never changed here."""
    if not tellings:
        return ()
    runs = [Section(topic, tuple(run)) for topic, run in groupby(tellings, key=lambda telling: telling.topic)]
    once = len({run.heading for run in runs}) == len(runs)
    return tuple(runs) if once else (Section("", tellings),)


def _told(place: Placed, edition: Edition, language: Words, form: str) -> Telling:
    story, publication = place.story, edition.publication
    spoken_in = story.language or story.source.language
    foreign = bool(spoken_in) and _base(spoken_in) != _base(publication.language)
    turned = text_direction(story.title, spoken_in or publication.language)
    return Telling(
        position=place.position,
        form=form,
        title=story.title,
        url=story.url or "",
        own=place.own,
        summary=shorten(story.summary, _LEAD_SUMMARY if form == "lead" else _SUMMARY),
        content=story.content if place.own else "",
        facts=_facts(place, edition, language),
        topic=story.topic,
        lang=spoken_in if foreign and spoken_in else "",
        dir=turned if foreign or turned != direction(publication.language) else "",
        also=tuple((other.source, other.url) for other in story.also_in),
    )


def _facts(place: Placed, edition: Edition, language: Words) -> tuple[str, ...]:
    story, timezone = place.story, edition.publication.timezone
    authors = [name for name in story.authors[:_NAMED_AUTHORS] if name != story.source.title]
    year = edition.due_at.astimezone(ZoneInfo(timezone)).year
    date = tied(language.told(story.published, story.precision, timezone, year))
    return tuple(fact for fact in (story.source.title, language.listed(authors) if authors else "", date) if fact)


def _base(language: str | None) -> str:
    return (language or "").split("-", maxsplit=1)[0].lower()


def _minutes(tellings: tuple[Telling, ...]) -> int:
    """Estimate the minutes to read what is told, at least one."""
    text = " ".join(f"{one.title} {one.summary if one.form != 'brief' else ''}" for one in tellings)
    wide = sum(letter >= _FIRST_WIDE_LETTER for letter in text)
    minutes = len(text.split()) / _WORDS_PER_MINUTE + wide / _WIDE_LETTERS_PER_MINUTE
    return max(1, round(minutes))
