"""A source's items tell when to expect the next, and nothing is believed that they do not tell."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.compose.rhythm import LATE, MEMORY, UNKNOWN, Arrival, Rhythm, arrival, learn
from digest.model import Precision

NOW = datetime(2026, 11, 16, 7, 0, tzinfo=UTC)
NAIVE = NOW.replace(tzinfo=None)  # as hypothesis wants its bounds
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONG = timedelta(days=30)


def at_hours(*hours, days=20, timed=True):
    """One item at each of the hours on each of the last days."""
    midnight = NOW.replace(hour=0)
    return [
        Arrival(midnight - day * DAY + hour * HOUR, timed)
        for day in range(1, days + 1)
        for hour in hours
    ]  # fmt: skip


# ── when an item came ────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("age", "precision", "expected"),
    [
        (timedelta(minutes=20), Precision.SECOND, Arrival(NOW - timedelta(minutes=20), timed=True)),
        (HOUR, Precision.HOUR, Arrival(NOW - HOUR, timed=True)),
        (-timedelta(minutes=5), Precision.MINUTE, Arrival(NOW, timed=True)),
        (-5 * HOUR, Precision.SECOND, Arrival(NOW, timed=False)),
        (LATE + HOUR, Precision.SECOND, Arrival(NOW, timed=False)),
        (3 * HOUR, Precision.DAY, Arrival(NOW, timed=False)),
        (None, Precision.NONE, Arrival(NOW, timed=False)),
    ],
)
def test_an_item_came_at_its_own_date_unless_first_sight_refutes_it(age, precision, expected):
    published = None if age is None else NOW - age
    assert arrival(published, precision, NOW, backlog=False) == expected


@pytest.mark.parametrize(
    ("age", "precision", "expected"),
    [
        (90 * DAY, Precision.SECOND, Arrival(NOW - 90 * DAY, timed=True)),
        (90 * DAY, Precision.DAY, Arrival(NOW - 90 * DAY, timed=False)),
        (90 * DAY, Precision.MONTH, None),
        (-DAY, Precision.SECOND, None),
        (None, Precision.NONE, None),
    ],
)
def test_of_what_stood_there_at_first_only_a_date_can_tell(age, precision, expected):
    published = None if age is None else NOW - age
    assert arrival(published, precision, NOW, backlog=True) == expected


# ── what is learnt ───────────────────────────────────────────────────────────────────────────────
def test_the_rate_counts_the_items_since_the_oldest_up_to_now():
    rhythm = learn([Arrival(NOW - 18 * DAY, timed=False), Arrival(NOW - 9 * DAY, timed=False)], since=NOW)
    assert rhythm.per_day(NOW) == pytest.approx(2 / 20)
    assert rhythm.per_day(NOW + 20 * DAY) == pytest.approx(2 / 40)


def test_only_the_newest_items_are_remembered():
    daily = [Arrival(NOW - day * DAY, timed=True) for day in range(400)]
    rhythm = learn(daily, since=NOW)
    assert (rhythm.items, rhythm.began, rhythm.newest) == (MEMORY, NOW - (MEMORY - 1) * DAY, NOW)
    assert rhythm.hours[7] == sum(rhythm.hours) == MEMORY


def test_a_source_without_items_is_expected_less_the_longer_it_is_watched():
    empty = learn([None], since=NOW)
    assert [empty.per_day(NOW + days * DAY) for days in (0, 2, 98)] == pytest.approx([0.5, 0.25, 0.01])


def test_the_usual_gap_needs_two_items():
    assert learn([], since=NOW).gap(NOW) is None
    assert learn([Arrival(NOW, timed=True)], since=NOW).gap(NOW) is None
    assert learn([Arrival(NOW - 6 * HOUR * number, timed=True) for number in range(5)], since=NOW).gap(NOW) == 6 * HOUR


def test_a_busy_source_that_falls_silent_is_soon_expected_less():
    busy = learn([Arrival(NOW - number * HOUR / 2, timed=False) for number in range(MEMORY)], since=NOW)
    assert busy.per_day(NOW) > 15
    assert busy.per_day(NOW + 10 * DAY) == pytest.approx(0.5)


def test_the_hours_at_which_items_come_are_waited_for():
    rhythm = learn(at_hours(8, 9, 10), since=NOW)
    night, morning = NOW.replace(hour=20), NOW.replace(hour=8)
    assert rhythm.wait(morning, 0.05, LONG) < timedelta(minutes=30)
    assert rhythm.wait(night, 0.05, LONG) > 2 * HOUR


def test_untimed_items_tell_a_rate_and_no_hours():
    rhythm = learn(at_hours(0, timed=False), since=NOW)
    assert rhythm.profile == (1.0,) * 24
    assert rhythm.busy_hours() is None
    assert rhythm.per_day(NOW) == pytest.approx(20 / 22.3, rel=0.01)


def test_few_items_hardly_bend_the_profile():
    assert max(learn(at_hours(8, days=1), since=NOW).profile) < 3 < max(learn(at_hours(8, days=40), since=NOW).profile)


@pytest.mark.parametrize(
    ("hours", "busy"),
    [
        ((8,), (8, 9)),
        (tuple(range(8, 18)), (8, 16)),
        ((22, 23, 0, 1), (22, 2)),
        ((20, 21, 22, 23), (20, 0)),
        (tuple(range(24)), None),
    ],
)
def test_the_busy_hours_are_the_shortest_stretch_with_most_of_the_items(hours, busy):
    assert learn(at_hours(*hours, days=48 // len(hours)), since=NOW).busy_hours() == busy


def test_nine_items_have_no_busy_hours():
    assert learn(at_hours(8, days=9), since=NOW).busy_hours() is None
    assert learn(at_hours(8, days=10), since=NOW).busy_hours() == (8, 9)


# ── for all ──────────────────────────────────────────────────────────────────────────────────────
instants = st.datetimes(NAIVE.replace(year=2020), NAIVE, timezones=st.just(UTC))
rhythms = st.builds(
    learn, st.lists(st.builds(Arrival, instants, st.booleans()) | st.none(), max_size=60), since=instants
)


@given(rhythms)
def test_a_rhythm_reads_back_from_its_row_as_it_was(rhythm):
    assert Rhythm.from_row(json.loads(json.dumps(rhythm.as_row()))) == rhythm


def test_a_source_without_a_row_is_unknown():
    assert Rhythm.from_row(None) == UNKNOWN


@given(rhythms)
def test_the_profile_has_the_mean_one_and_no_impossible_hour(rhythm):
    assert sum(rhythm.profile) == pytest.approx(24)
    assert min(rhythm.profile) > 0


@given(rhythms, instants, st.floats(0.001, 3))
def test_what_is_expected_within_the_wait_is_what_was_asked_for(rhythm, now, target):
    wait = rhythm.wait(now, target, LONG)
    assert timedelta(0) < wait <= LONG
    step = wait / 2000
    hours = [(now + step * (number + 0.5)).hour for number in range(2000)]
    expected = rhythm.per_day(now) * (step / DAY) * sum(rhythm.profile[hour] for hour in hours)
    assert expected <= target * 1.05 + 0.001
    if wait < LONG:
        assert expected == pytest.approx(target, rel=0.05, abs=0.001)


@given(st.lists(st.builds(Arrival, instants, st.booleans())), instants, st.randoms())
def test_the_order_of_the_entries_does_not_matter(arrivals, since, random):
    shuffled = random.sample(arrivals, len(arrivals))
    assert learn(arrivals, since=since) == learn(shuffled, since=since)
