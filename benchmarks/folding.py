"""How often folding is right, on pairs of entries of the corpus that a reader has labelled.

Each pair is judged in the edition of its day: all that the feeds published in the four days up to the evening of the
later entry. One half of the pairs, drawn by hash, was there to tune on; the other was held out.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from time import perf_counter

from digest.collect.feeds import read_feed
from digest.compose.fold import fold
from digest.compose.likeness import WINDOW
from digest.model import Entry, Failed, SourceRef

ROOT = Path(__file__).resolve().parent.parent
LABELS = ROOT / "tests" / "compose" / "labels" / "pairs.jsonl"
REACH = WINDOW + timedelta(days=1)

Place = tuple[str, int]
"""A feed's file and the position of an entry in it, from 0."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two places, whether they tell the same, and the event: a name that all pairs which tell it have in common."""

    one: Place
    other: Place
    same: bool
    event: str

    @property
    def held_out(self) -> bool:
        """All pairs of one event lie in the same half."""
        return hashlib.sha256(self.event.encode()).digest()[-1] % 2 == 1


@dataclass(frozen=True, slots=True)
class Figures:
    """Pairs folded rightly, wrongly and not though they should be; and, of the same, what one entry a source allows.

    `reachable` counts the pairs of sources that tell one event, `reached` those of which two entries were folded: a
    story holds one entry of each source, so of two that one source gave to an event, one must stay apart.
    """

    right: int
    wrong: int
    missed: int
    reached: int
    reachable: int

    @property
    def precision(self) -> float:
        """The part of the folded pairs that tell the same."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def pair_recall(self) -> float:
        """The part of all pairs that tell the same which were folded."""
        return self.right / max(1, self.right + self.missed)

    @property
    def recall(self) -> float:
        """The part of the reachable that was reached."""
        return self.reached / max(1, self.reachable)


def labelled(labels: Path = LABELS) -> tuple[Pair, ...]:
    """Read the labels; events are what the pairs that tell the same hang together by."""
    rows = [json.loads(line) for line in labels.read_text(encoding="utf-8").splitlines()]
    first: dict[Place, Place] = {}

    def origin(place: Place) -> Place:
        while place in first:
            place = first[place]
        return place

    for file, item, other_file, other_item, same in rows:
        one, other = sorted((origin((file, item)), origin((other_file, other_item))))
        if same and one != other:
            first[other] = one
    return tuple(_pair((a, i), (b, j), same, {origin((a, i)), origin((b, j))}) for a, i, b, j, same in rows)


def _pair(one: Place, other: Place, same: bool, origins: Iterable[Place]) -> Pair:
    return Pair(one, other, same, "|".join(sorted(f"{file} {item}" for file, item in origins)))


def entries_of(feeds: Path) -> dict[Place, Entry]:
    """Read every dated entry of the feeds in a folder."""
    found: dict[Place, Entry] = {}
    seen = datetime.now(UTC)
    for source_id, path in enumerate(sorted(feeds.glob("*.*")), start=1):
        if path.name == "MANIFEST.json":
            continue
        read = read_feed(path.read_bytes(), url=f"https://{path.stem}.example/feed")
        assert not isinstance(read, Failed), path.name
        source = SourceRef(id=source_id, name=path.stem, title=read.title, url=f"https://{path.stem}.example/feed")
        for item, data in enumerate(read.entries):
            if data.dating.at is not None:
                tag = f"tag:digest.example,2026:{path.stem}.{item}"
                found[path.name, item] = Entry(
                    id=len(found) + 1, tag=tag, source=source, data=data, first_seen=max(seen, data.dating.at)
                )
    return found


def editions(pairs: Sequence[Pair], entries: dict[Place, Entry]) -> Iterator[tuple[list[Pair], list[Entry]]]:
    """Answer the pairs of each day with the candidates of that day's edition."""
    days: dict[datetime, list[Pair]] = defaultdict(list)
    for pair in pairs:
        later = max(entries[pair.one].when, entries[pair.other].when)
        days[datetime.combine(later.date(), time(), UTC) + timedelta(days=1)].append(pair)
    for evening, of_day in sorted(days.items()):
        yield of_day, [entry for entry in entries.values() if evening - REACH <= entry.when < evening]


def folded_pairs(pairs: Sequence[Pair], entries: dict[Place, Entry]) -> dict[Pair, bool]:
    """Fold the edition of each day; tell for each pair whether it came into one story."""
    found: dict[Pair, bool] = {}
    for of_day, candidates in editions(pairs, entries):
        stories = {entry.id: telling.lead.id for telling in fold(candidates) for entry in telling.entries}
        found.update((pair, stories[entries[pair.one].id] == stories[entries[pair.other].id]) for pair in of_day)
    return found


def figures(found: dict[Pair, bool]) -> Figures:
    """Count."""
    right = [pair for pair, folded in found.items() if folded and pair.same]
    wrong = [pair for pair, folded in found.items() if folded and not pair.same]
    same = [pair for pair in found if pair.same]
    return Figures(len(right), len(wrong), len(same) - len(right), len(_sources(right)), len(_sources(same)))


def _sources(pairs: Iterable[Pair]) -> set[tuple[str, ...]]:
    return {(pair.event, *sorted((pair.one[0], pair.other[0]))) for pair in pairs}


def main() -> int:
    """Print the figures; 1 where the corpus is not at hand."""
    feeds = Path(os.environ.get("DIGEST_SHARED", ROOT.parent / "shared")) / "corpus" / "feeds"
    if not feeds.is_dir():
        print("the corpus is not at hand; set DIGEST_SHARED", file=sys.stderr)
        return 1
    entries, pairs = entries_of(feeds), labelled()
    found = folded_pairs(pairs, entries)
    print("pairs        right  wrong  missed  precision  recall  recall of all pairs")
    for name, half in (("to tune on", (False,)), ("held out", (True,)), ("all", (False, True))):
        told = figures({pair: folded for pair, folded in found.items() if pair.held_out in half})
        print(
            f"{name:12} {told.right:5} {told.wrong:6} {told.missed:7} {told.precision:10.3f} {told.recall:7.3f}"
            f" {told.pair_recall:20.3f}"
        )
    newest = sorted(entries.values(), key=lambda entry: entry.when)[-1000:]
    start = perf_counter()
    fold(newest)
    print(f"1,000 candidates are folded in {perf_counter() - start:.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
