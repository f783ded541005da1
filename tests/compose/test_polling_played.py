"""Played on the dates of real feeds, learnt polling finds new items soon and asks seldom."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.model import Dating, Precision

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
START = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
def played(monkeypatch):
    """The bench; its modules import one another by plain names, as scripts do."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    yield __import__("polling")
    for path in BENCHMARKS.glob("*.py"):
        sys.modules.pop(path.stem, None)


def dates(*instants):
    return [Dating(instant, Precision.SECOND, "feed") for instant in instants]


def test_the_bar_is_met_on_the_corpus_and_on_both_halves_of_it(played, corpus):
    feeds = played.dated_feeds(corpus / "feeds")
    end = max(items[-1].at for items in feeds.values())
    for chosen in (feeds, *played.halves(feeds).values()):
        result = played.play("digest", chosen, end - timedelta(days=30), end)
        assert result.median <= played.BAR_DELAY
        assert result.requests_per_feed_day <= played.BAR_REQUESTS


def test_a_fixed_step_costs_and_delays_what_arithmetic_says(played):
    items = dates(*(START + timedelta(minutes=97 * number) for number in range(1, 200)))
    result = played.play(
        "fixed 60 min (Miniflux, reader, FreshRSS)", {"moor": items}, START, START + timedelta(days=10)
    )
    assert result.requests_per_feed_day == pytest.approx(24, abs=0.1)
    assert result.median == pytest.approx(30, abs=3)
    assert result.items == 10 * 24 * 60 // 97


def test_a_policy_knows_no_item_before_its_time(played):
    items = dates(*(START + timedelta(hours=7 * number) for number in range(30)))
    known = []

    def wait(seen, now):
        known.append((max(item.at for item in seen.items), now))
        return timedelta(hours=1)

    list(played._polls(wait, "moor", items, START, START + timedelta(days=9)))
    assert all(newest <= now for newest, now in known)
    assert len(known) > 200


def test_every_item_is_found_though_the_last_poll_is_after_the_end(played):
    end = START + timedelta(days=2)
    items = dates(START - timedelta(days=3), START + timedelta(hours=1), end)
    for name in played.POLICIES:
        assert played.play(name, {"moor": items}, START, end).items == 2


@pytest.mark.parametrize(("gap", "factor", "hours"), [(24, 1, 24), (12, 1, 12), (12, 4, 3), (90, 1, 24)])
def test_the_formula_of_miniflux_is_a_week_by_the_items_of_the_week(played, gap, factor, hours):
    now = START + timedelta(days=30)
    items = dates(*(now - timedelta(hours=gap * number) for number in range(20, 0, -1)))
    seen = played.Seen("moor", items, (), START, 0)
    assert played.miniflux(factor)(seen, now) == timedelta(hours=hours)


@pytest.mark.parametrize(("silence", "hours"), [(1, 1), (8, 1), (15, 2), (31, 4)])
def test_the_formula_of_commafeed_goes_by_the_silence(played, silence, hours):
    now = START + timedelta(days=60)
    items = dates(*(now - timedelta(days=silence + number) for number in range(9, -1, -1)))
    seen = played.Seen("moor", items, (), START, 0)
    assert played.commafeed(timedelta(minutes=5), timedelta(hours=4))(seen, now) == timedelta(hours=hours)
