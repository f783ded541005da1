"""The same story told by several sources becomes one. Rule: only fold, never drop; in doubt, leave apart.

Two entries of different sources, at most 72 hours apart, tell the same story when they share a canonical link, a
title that says something, or a text; or when their weighed words are much alike, a rare name or number among them.
By words an entry joins a story only when it is alike to everyone who tells it, so that no chain of half-likenesses
ties strangers together. A story holds one entry of each source at most.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Literal

from digest.compose.identical import link_key, says_enough, title_key, title_pattern
from digest.compose.likeness import WINDOW, Comparison
from digest.model import Entry

ALIKE = 0.3
"""How much alike the entries of a story are in the mean, when only their words speak for it."""

HALF_ALIKE = 0.18
"""How much alike each two of them are."""

_FEW = 2  # among few entries every word looks rare, so more is asked of them

RECURRING = 3
"""A title that one source gives to so many candidates, numbers aside, is a heading and names no story."""

Evidence = Literal["link", "title", "text", "words"]


@dataclass(frozen=True, slots=True)
class Tie:
    """Why two entries tell the same: what they share, how much (1 for a copy), and the rare words among it."""

    evidence: Evidence
    score: float = 1.0
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Folded:
    """An entry that is told with a story, and its strongest tie: with which of the story's entries, and why."""

    entry: Entry
    teller: Entry
    tie: Tie


@dataclass(frozen=True, slots=True)
class Telling:
    """A story: the entry that leads it and those folded into it, oldest first."""

    lead: Entry
    folded: tuple[Folded, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Answer all entries, the lead first."""
        return self.lead, *(folded.entry for folded in self.folded)


@dataclass(frozen=True, slots=True)
class Told:
    """A story that an edition has told: the edition's number, and all entries that told it there."""

    number: int
    entries: tuple[Entry, ...]


def fold(entries: Sequence[Entry]) -> tuple[Telling, ...]:
    """Group entries into stories, oldest first. The order of `entries` does not matter.

    The earliest published leads, on a tie that of the heaviest source.
    """
    ties = _Ties(entries)
    stories: dict[int, tuple[Entry, ...]] = {entry.id: (entry,) for entry in entries}
    for one, other in ties.strongest_first():
        first, second = stories[one.id], stories[other.id]
        if first is not second and ties.bind(first, second):
            both = (*first, *second)
            stories.update((entry.id, both) for entry in both)
    distinct = {id(story): sorted(story, key=_age) for story in stories.values()}
    return tuple(ties.telling(story) for story in sorted(distinct.values(), key=lambda story: _age(story[0])))


def already_told(candidates: Sequence[Entry], told: Sequence[Told]) -> dict[int, tuple[Told, Folded]]:
    """Find the candidates that only tell again what an edition told: by their id, the story and the tie to it.

    A source that told the story itself may go on with it: its new entry is never a copy of the old one. Entries of
    `told` that are among the candidates are a mistake of the caller.
    """
    ties = _Ties([*candidates, *(entry for story in told for entry in story.entries)])
    found: dict[int, tuple[Told, Folded]] = {}
    for candidate in candidates:
        stories = [story for story in told if ties.bind((candidate,), story.entries)]
        if stories:
            best = max(stories, key=lambda story: ties.to(candidate, story.entries).tie.score)
            found[candidate.id] = (best, ties.to(candidate, best.entries))
    return found


class _Ties:
    """What ties each two of these entries."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = {entry.id: entry for entry in entries}
        comparison = Comparison(entries)
        self._ties: dict[frozenset[int], Tie] = {}
        patterns = {entry.id: title_pattern(entry.data.title) for entry in entries}
        for one, other, likeness in comparison.likenesses():
            same_heading = patterns[one.id] == patterns[other.id] != ""
            if not same_heading or comparison.agree(one, other):
                self._ties[_pair(one, other)] = Tie("words", likeness.score, likeness.shared)
        for one, other in comparison.copies():
            self._ties[_pair(one, other)] = Tie("text")
        for one, other in _sharing(_titles(entries, patterns)):
            agree = comparison.agree(one, other)
            if agree or (agree is None and says_enough(one.data.title)):
                self._ties[_pair(one, other)] = Tie("title")
        for one, other in _sharing([(entry, link_key(entry.data.url or "")) for entry in entries]):
            self._ties[_pair(one, other)] = Tie("link")

    def strongest_first(self) -> Iterator[tuple[Entry, Entry]]:
        """Answer the tied pairs; among equally strong ones the earliest first."""
        pairs = [
            (tie, sorted((self._entries[entry_id] for entry_id in pair), key=_age)) for pair, tie in self._ties.items()
        ]
        for _, (one, other) in sorted(pairs, key=lambda pair: (-pair[0].score, *map(_age, pair[1]))):
            yield one, other

    def bind(self, story: Sequence[Entry], other: Sequence[Entry]) -> bool:
        """Tell whether two groups tell the same story: by one copy, or by all of their words."""
        whole = [*story, *other]
        if len({entry.source.id for entry in whole}) < len(whole):
            return False
        if max(entry.when for entry in whole) - min(entry.when for entry in whole) > WINDOW:
            return False
        ties = [self._ties.get(_pair(one, another)) for one, another in product(story, other)]
        if any(tie is not None and tie.evidence != "words" for tie in ties):
            return True
        scores = [0.0 if tie is None else tie.score for tie in ties]
        enough = ALIKE * (1 + _FEW / len(self._entries))
        return min(scores) >= HALF_ALIKE and sum(scores) >= enough * len(scores)

    def telling(self, story: Sequence[Entry]) -> Telling:
        """Dress a group, oldest first, as a story."""
        return Telling(story[0], tuple(self.to(entry, story) for entry in story[1:]))

    def to(self, entry: Entry, story: Sequence[Entry]) -> Folded:
        """Find the strongest tie of an entry to the others of a story; it has one."""
        tied = [(tie, other) for other in story if (tie := self._ties.get(_pair(entry, other))) is not None]
        tie, teller = max(tied, key=lambda tied: tied[0].score)
        return Folded(entry, teller, tie)


def _titles(entries: Sequence[Entry], patterns: Mapping[int, str]) -> list[tuple[Entry, str]]:
    headings = Counter((entry.source.id, patterns[entry.id]) for entry in entries)
    return [
        (entry, title_key(entry.data.title))
        for entry in entries
        if headings[entry.source.id, patterns[entry.id]] < RECURRING
    ]


def _sharing(keys: Sequence[tuple[Entry, str]]) -> Iterator[tuple[Entry, Entry]]:
    sharing: dict[str, list[Entry]] = defaultdict(list)
    for entry, key in keys:
        if key:
            sharing[key].append(entry)
    for entries in sharing.values():
        yield from combinations(entries, 2)


def _pair(one: Entry, other: Entry) -> frozenset[int]:
    return frozenset((one.id, other.id))


def _age(entry: Entry) -> tuple[float, float, int]:
    return entry.when.timestamp(), -entry.source.weight, entry.id
