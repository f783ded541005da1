"""Which list of a page is collected, and whether it still is the one that was learnt.

The rule owned here: a learnt list is kept for as long as it looks like itself. When it is gone, when it holds far
fewer records, when its records lose their dates, or when it shares no link with what is known, it is learnt anew, and
the operator is told; where no list can take its place, nothing is collected and that is told. Rubbish is never
published.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from digest.model import Block, Reason, Role

_FEWEST: Final = 3
_LEAST_CONFIDENCE: Final = 0.5
_SHARE_KEPT: Final = 1 / 3
"""The part of its usual length that a list may shrink to."""
_DATED: Final = 0.5
"""The share of dated records from which dates are a mark of the list; it may halve."""
_MEMORY: Final = 0.75
"""How much of the past counts when a list's usual length and share of dates are brought up to date."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """A list as it was learnt: where it stands, what heads it, what it is for.

    `count` is its usual number of records, `dated` the usual share (0 to 1) of those with a date.
    """

    selector: str
    heading: str
    role: Role
    count: float
    dated: float


def learn(block: Block) -> Learnt:
    """Learn a list from the first sight of it."""
    return Learnt(block.selector, block.heading, block.role, float(len(block.entries)), _dated(block))


def choose(
    blocks: Sequence[Block], learnt: Learnt | None, *, known: AbstractSet[str] = frozenset()
) -> tuple[Block | None, Learnt | None, Reason | None]:
    """Choose the list to collect among those of a page, the surest first, and tell what is to be remembered of it.

    `known` are the URLs collected from this source before. The reason is None while all is as it was; it is
    `list.learnt_anew` when another list took over, `list.lost` when none could: then there is no block either, and
    what was learnt stays, for the page may recover.
    """
    if learnt is None:
        best = _best(blocks, (Role.MAIN, Role.RECENT))
        return best, None if best is None else learn(best), None
    here = _same(blocks, learnt)
    doubt = _doubt(here, learnt, known)
    if here is not None and doubt is None:
        return here, _remembered(here, learnt), None
    others = [block for block in blocks if block is not here]
    anew = _best(others, (learnt.role, Role.MAIN, Role.RECENT), known=known)
    if anew is None and here is not None and doubt == "links" and len(here.entries) >= _FEWEST:
        return here, _remembered(here, learnt), None  # nothing else is there: all of it may be new
    args = {"selector": learnt.selector, "doubt": doubt, "heading": learnt.heading}
    if anew is None:
        return None, learnt, Reason("list.lost", args)
    return anew, learn(anew), Reason("list.learnt_anew", {**args, "now": anew.selector, "role": anew.role.value})


def _same(blocks: Sequence[Block], learnt: Learnt) -> Block | None:
    """Find the learnt list again: by its place, else by its heading, since a theme's update moves things."""
    placed = [block for block in blocks if block.selector == learnt.selector]
    headed = [block for block in blocks if learnt.heading and block.heading == learnt.heading]
    for block in (*placed, *headed):
        if block.role is learnt.role or block.heading == learnt.heading:
            return block
    return placed[0] if placed else None


def _doubt(block: Block | None, learnt: Learnt, known: AbstractSet[str]) -> str | None:
    """Say what speaks against a list being the learnt one; None if nothing does."""
    if block is None:
        return "gone"
    if len(block.entries) < learnt.count * _SHARE_KEPT:
        return "count"
    if learnt.dated >= _DATED and _dated(block) < learnt.dated / 2:
        return "dates"
    if known and not any(entry.url in known for entry in block.entries):
        return "links"
    return None


def _best(blocks: Sequence[Block], roles: Sequence[Role], *, known: AbstractSet[str] = frozenset()) -> Block | None:
    """Take the surest list of the first role that has one; one that shares a link with what is known comes before."""
    for role in dict.fromkeys(roles):
        able = [
            block
            for block in blocks
            if block.role is role and block.confidence >= _LEAST_CONFIDENCE and len(block.entries) >= _FEWEST
        ]
        if able:
            return max(able, key=lambda block: (any(entry.url in known for entry in block.entries), block.confidence))
    return None


def _dated(block: Block) -> float:
    return sum(entry.dating.at is not None for entry in block.entries) / max(1, len(block.entries))


def _remembered(block: Block, learnt: Learnt) -> Learnt:
    count = _MEMORY * learnt.count + (1 - _MEMORY) * len(block.entries)
    dated = _MEMORY * learnt.dated + (1 - _MEMORY) * _dated(block)
    return Learnt(block.selector, block.heading, learnt.role, round(count, 2), round(dated, 2))
