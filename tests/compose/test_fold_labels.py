"""Folding against what a reader decided; labels/README.md says how."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folding():
    """Its module is a script, so it is found by its folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "benchmarks"))
        yield __import__("folding")
    sys.modules.pop("folding", None)


@pytest.fixture(scope="module")
def found(folding, corpus):
    return folding.folded_pairs(folding.labelled(), folding.entries_of(corpus / "feeds"))


def test_there_are_enough_labels_of_both_kinds_in_both_halves(folding):
    pairs = folding.labelled()
    assert len(pairs) == len({frozenset((pair.one, pair.other)) for pair in pairs}) >= 300
    for held_out in (False, True):
        half = [pair for pair in pairs if pair.held_out is held_out]
        assert len(half) >= 150
        assert sum(pair.same for pair in half) >= 30
    assert not {p.event for p in pairs if p.held_out} & {p.event for p in pairs if not p.held_out}


def test_every_pair_is_of_two_feeds_within_the_window(folding, corpus):
    entries = folding.entries_of(corpus / "feeds")
    for pair in folding.labelled():
        assert pair.one[0] != pair.other[0]
        assert abs(entries[pair.one].when - entries[pair.other].when) <= folding.WINDOW


def test_what_is_folded_tells_the_same_and_most_of_what_tells_the_same_is_folded(folding, found):
    figures = folding.figures(found)
    assert figures.right + figures.missed == sum(pair.same for pair in found)
    assert figures.precision >= 0.95
    assert figures.recall >= 0.60


def test_what_was_held_out_is_folded_as_precisely(folding, found):
    figures = folding.figures({pair: folded for pair, folded in found.items() if pair.held_out})
    assert figures.precision >= 0.95
    assert figures.recall >= 0.45
