"""How alike two entries are, in any script. Rule: common words count little, a rare name or number must be shared.

The weights of words come from the entries at hand, so there is no list of words of any language here. A word is
cut to its first letters, which stands in for grammar ("charged", "charges"); scripts that do not part words are
read in pairs of characters.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from itertools import combinations
from math import log, sqrt
from zlib import crc32

from digest.model import Entry

WINDOW = timedelta(hours=72)
"""How far apart two tellings of one story may lie."""

_STEM = 6
_TITLE_WEIGHT = 2
_TEXT_WORDS = 40
"""News tell what happened in their first words; what follows is background, which many stories share."""

_OPENING = 12_000
"""How many characters of HTML are looked at: an opening is enough to know a text again."""

_COPY_CHARACTERS = 1_500
_SHINGLE = 5
_LEAST_SHINGLES = 40
_COPIED = 0.8
"""The part of the shorter text that stands in the longer one, when it is a copy."""

_FORMULA = 30
"""A run of words in more entries than this is a formula ("all rights reserved …"), not a text that is copied."""

_LEAST_TELLING = 4
_LONG = 4
_AGREEING = 0.2
"""Of texts under one title this part of the longer words is shared when they are two versions of one text."""

_RARE_PART = 0.08
_RARE_LEAST = 4
"""A rare word stands in at most this part of the entries, or in so few of them."""

_ONE_ASKS = 0.8
"""What a title that asks ("Why …?") is worth beside one that tells: comment is seldom the news itself."""

_CJK = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+")
_UNPARTED = re.compile(rf"[{_CJK}]")
_TAG = re.compile(r"<(?:script|style)\b.*?</(?:script|style)>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_INITIALS = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_QUESTION = re.compile(r"[?？؟]\W*$")


@dataclass(frozen=True, slots=True)
class Likeness:
    """How far two entries are alike, from 0 to 1, and the rare words they share, as they were written."""

    score: float
    shared: tuple[str, ...]


class Comparison:
    """Entries made ready to be compared; the weights of words are those among these entries."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = sorted(entries, key=lambda entry: (entry.when, entry.id))
        self._words = {entry.id: _Words(entry) for entry in self._entries}

    def likenesses(self) -> Iterator[tuple[Entry, Entry, Likeness]]:
        """Answer each pair of two sources within the window that shares a rare word, the earlier entry first."""
        shared: dict[tuple[int, int], list[str]] = defaultdict(list)
        for stem in sorted(self._rare):
            for one, other in combinations(self._places[stem], 2):
                if _may_tell_the_same(self._entries[one], self._entries[other]):
                    shared[one, other].append(stem)
        for (one, other), stems in shared.items():
            first, second = self._entries[one], self._entries[other]
            likeness = self._likeness(first, second)
            if likeness > 0 and self._in_a_title(stems, first, second):
                stems.sort(key=lambda stem: (-self._weight(stem), stem))
                words = tuple(self._words[first.id].written[stem] for stem in stems)
                yield first, second, Likeness(round(likeness, 3), words)

    def copies(self) -> Iterator[tuple[Entry, Entry]]:
        """Answer each pair of two sources within the window that tell one text, the earlier entry first."""
        places: dict[int, list[int]] = defaultdict(list)
        shingles = self._shingles()
        for place, own in enumerate(shingles):
            for shingle in own:
                places[shingle].append(place)
        common: Counter[tuple[int, int]] = Counter()
        for found in places.values():
            if 1 < len(found) <= _FORMULA:
                common.update(combinations(found, 2))
        for (one, other), count in sorted(common.items()):
            least = min(len(shingles[one]), len(shingles[other]))
            if count >= _COPIED * least and _may_tell_the_same(self._entries[one], self._entries[other]):
                yield self._entries[one], self._entries[other]

    def agree(self, one: Entry, other: Entry) -> bool | None:
        """Tell whether the texts of two entries speak of the same; None where one is too short to say."""
        first, second = self._words[one.id].telling, self._words[other.id].telling
        least = min(len(first), len(second))
        return None if least < _LEAST_TELLING else len(first & second) >= _AGREEING * least

    @cached_property
    def _places(self) -> Mapping[str, list[int]]:
        places: dict[str, list[int]] = defaultdict(list)
        for place, entry in enumerate(self._entries):
            for stem in self._words[entry.id].counts:
                places[stem].append(place)
        return places

    @cached_property
    def _rare(self) -> frozenset[str]:
        """Collect names and numbers: what is never written small, and stands in few entries."""
        most = max(_RARE_LEAST, len(self._entries) * _RARE_PART)
        small = {stem for words in self._words.values() for stem in words.small}
        return frozenset(
            stem
            for stem, places in self._places.items()
            if 1 < len(places) <= most and stem not in small and _names(stem)
        )

    @cached_property
    def _vectors(self) -> Mapping[int, Mapping[str, float]]:
        return {entry.id: self._vector(self._words[entry.id].counts) for entry in self._entries}

    def _vector(self, counts: Mapping[str, int]) -> Mapping[str, float]:
        weighed = {stem: (1 + log(count)) * self._weight(stem) for stem, count in counts.items()}
        length = sqrt(sum(weight * weight for weight in weighed.values())) or 1.0
        return {stem: weight / length for stem, weight in weighed.items()}

    def _weight(self, stem: str) -> float:
        """Weigh a word by its rarity; one that stands alone tells no more than one that two entries share."""
        return sqrt(log((len(self._entries) + 1) / max(2, len(self._places[stem]))))

    def _in_a_title(self, stems: Sequence[str], first: Entry, second: Entry) -> bool:
        """Tell whether a title has one of the words: names in the texts alone may be a source's own address."""
        one, other = self._words[first.id].title, self._words[second.id].title
        return not one or not other or not (one | other).isdisjoint(stems)

    def _likeness(self, first: Entry, second: Entry) -> float:
        one, other = self._vectors[first.id], self._vectors[second.id]
        cosine = sum(weight * other[stem] for stem, weight in one.items() if stem in other)
        closeness = 1 - (second.when - first.when) / WINDOW
        asks = self._words[first.id].asks != self._words[second.id].asks
        return cosine * closeness * (_ONE_ASKS if asks else 1)

    def _shingles(self) -> list[frozenset[int]]:
        """Cut each text into overlapping runs of words; what a source says under several entries is no news."""
        found = [self._words[entry.id].shingles() for entry in self._entries]
        said: dict[int, Counter[int]] = defaultdict(Counter)
        for entry, own in zip(self._entries, found, strict=True):
            said[entry.source.id].update(own)
        news = [
            frozenset(shingle for shingle in own if said[entry.source.id][shingle] == 1)
            for entry, own in zip(self._entries, found, strict=True)
        ]
        return [own if len(own) >= _LEAST_SHINGLES else frozenset() for own in news]


class _Words:
    """The words of one entry by stem: their `counts` (titles twice), as `written`, the `small`, the `telling`."""

    def __init__(self, entry: Entry) -> None:
        data = entry.data
        self._content = _plain(data.content) or data.summary
        summary = data.summary or self._content
        self.asks = bool(_QUESTION.search(data.title))
        title = list(_stems(data.title))
        self.title = {stem for stem, _ in title}
        text = list(_stems(" ".join(summary.split()[:_TEXT_WORDS])))[: 3 * _TEXT_WORDS]
        self.written = dict(reversed([*title, *text]))
        self.counts = Counter(stem for stem, _ in text)
        for stem, _ in title:
            self.counts[stem] += _TITLE_WEIGHT
        self.small = {stem for stem, word in (*title, *text) if word[:1].islower()}
        self.telling = {stem for stem, word in text if len(word) >= _LONG or _UNPARTED.match(word)}

    def shingles(self) -> frozenset[int]:
        """Name each run of words by a checksum: strings hash differently from process to process."""
        words = _WORD.findall(self._content[:_COPY_CHARACTERS].casefold())
        runs = (" ".join(words[start : start + _SHINGLE]) for start in range(len(words) - _SHINGLE + 1))
        return frozenset(crc32(run.encode()) for run in runs)


def _plain(markup: str) -> str:
    """Strip the tags of sanitised HTML; nothing is shown, so a regular expression will do."""
    return html.unescape(_TAG.sub(" ", markup[:_OPENING]))


def _stems(text: str) -> Iterator[tuple[str, str]]:
    """Answer each word as its stem and as it was written; single letters say nothing, and U.S. is US."""
    joined = _INITIALS.sub(lambda initials: initials[0].replace(".", "") + " ", _unmarked(text))
    for found in _WORD.finditer(joined):
        word = found[0]
        if len(word) == 1:
            continue
        if _UNPARTED.match(word):
            for start in range(len(word) - 1):
                yield word[start : start + 2], word[start : start + 2]
        else:
            yield (word if word.isdigit() else word.casefold()[:_STEM]), word


def _unmarked(text: str) -> str:
    """Take accents and vowel signs away, of any script; syllables of Hangul are put together again."""
    if text.isascii():
        return text
    bare = _FOREIGN.sub(_without_marks, unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFC", bare)


def _without_marks(run: re.Match[str]) -> str:
    return "".join(sign for sign in run[0] if unicodedata.category(sign)[0] != "M")


def _names(stem: str) -> bool:
    return not stem.isdigit() or (len(stem) > 1 and not _YEAR.fullmatch(stem))


def _may_tell_the_same(first: Entry, second: Entry) -> bool:
    return first.source.id != second.source.id and second.when - first.when <= WINDOW
