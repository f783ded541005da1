"""A source is never looked at sooner than its operator or its server wishes, nor together with all others."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.compose.polling import (
    CEILING,
    DEAD_CEILING,
    FLOOR,
    JITTER,
    LONGEST_HINT,
    LONGEST_JITTER,
    LONGEST_RETRY_AFTER,
    PollResult,
    next_check,
    syndication_minutes,
)
from digest.compose.rhythm import MEMORY, Arrival, learn
from digest.reasons import SENTENCES, word

NOW = datetime(2026, 11, 16, 7, 0, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)
NAIVE = NOW.replace(tzinfo=None)  # as hypothesis wants its bounds
DAY = 24 * 60
WEEK = 7 * DAY


def hourly(**facts):
    return PollResult(source="moor", **{"every": timedelta(hours=1), **facts})


def minutes_until(result, now=NOW):
    at, _ = next_check(result, now)
    return (at - now) / timedelta(minutes=1)


def rhythm_of(*, gap, items=MEMORY, last=NOW - timedelta(minutes=30), timed=False):
    """A source whose items come in equal gaps, the newest at `last`."""
    return learn([Arrival(last - number * gap, timed) for number in range(items)], since=last)


@pytest.mark.parametrize(
    ("facts", "code", "minutes"),
    [
        ({}, "poll.every", 60),
        ({"every": timedelta(minutes=15)}, "poll.every", 15),
        ({"max_age": 600}, "poll.every", 60),
        ({"max_age": 7200}, "poll.max_age", 120),
        ({"expires": NOW + timedelta(hours=3)}, "poll.expires", 180),
        ({"expires": NOW - timedelta(days=9)}, "poll.every", 60),
        ({"expires": NOW + timedelta(days=9)}, "poll.expires", DAY),
        ({"ttl": 180}, "poll.ttl", 180),
        ({"ttl": 180, "max_age": 14400}, "poll.max_age", 240),
        ({"update_every": 720}, "poll.update_period", 720),
        ({"every": timedelta(hours=6), "ttl": 180}, "poll.every", 360),
        ({"failures": 1}, "poll.backoff", 120),
        ({"failures": 3}, "poll.backoff", 480),
        ({"failures": 7}, "poll.backoff", 128 * 60),
        ({"failures": 8}, "poll.backoff", WEEK),
        ({"failures": 10**9}, "poll.backoff", WEEK),
        ({"failures": 3, "every": timedelta(days=2)}, "poll.every", 2 * DAY),
        ({"failures": 1, "every": timedelta(minutes=15)}, "poll.backoff", 30),
        ({"failures": 1, "every": timedelta(minutes=15), "status": 500}, "poll.backoff", 30),
        ({"failures": 1, "every": timedelta(minutes=15), "status": 403}, "poll.backoff", 120),
        ({"failures": 1, "every": timedelta(minutes=15), "status": 429}, "poll.backoff", 120),
        ({"failures": 1, "every": timedelta(minutes=15), "status": 503}, "poll.backoff", 120),
        ({"failures": 1, "retry_after": 3600}, "poll.backoff", 120),
        ({"failures": 1, "retry_after": 86400, "status": 503}, "poll.retry_after", DAY),
        ({"retry_after": 3 * 86400}, "poll.retry_after", 3 * DAY),
        ({"max_age": 31536000}, "poll.max_age", DAY),
        ({"ttl": 10**12}, "poll.ttl", DAY),
        ({"update_every": 365 * DAY}, "poll.update_period", DAY),
        ({"retry_after": 10**15}, "poll.retry_after", WEEK),
        ({"max_age": -1, "ttl": -(10**15), "retry_after": 0}, "poll.every", 60),
    ],
)
def test_the_longest_wait_wins_and_is_named(facts, code, minutes):
    result = hourly(**facts)
    _, reason = next_check(result, NOW)
    assert (reason.code, reason.args["minutes"]) == (code, minutes)
    assert minutes <= minutes_until(result) <= minutes + min(minutes * JITTER, LONGEST_JITTER.total_seconds() / 60) + 1


def test_max_age_overrides_expires():
    _, reason = next_check(hourly(max_age=0, expires=NOW + timedelta(hours=5)), NOW)
    assert reason.code == "poll.every"


def test_a_backoff_says_how_often_it_failed():
    _, reason = next_check(hourly(failures=2), NOW)
    assert word(reason) == "failed 2 times in a row, so checked again after 240 minutes"


def test_a_source_that_is_gone_is_not_looked_at_again():
    assert next_check(hourly(failures=1, status=410), NOW)[0] is None
    assert word(next_check(hourly(failures=1, status=410), NOW)[1]).startswith("the server says that it is gone")


def test_a_source_that_was_gone_and_came_back_is_looked_at_again():
    assert next_check(hourly(failures=0, status=410), NOW)[0] is not None


# ── the learnt rhythm ────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("rhythm", "minutes"),
    [
        (rhythm_of(gap=timedelta(minutes=5)), FLOOR / timedelta(minutes=1)),
        (rhythm_of(gap=timedelta(hours=20)), 60),
        (rhythm_of(gap=timedelta(days=30)), CEILING / timedelta(minutes=1)),
        (learn([], since=NOW), 144),
        (learn([], since=NOW - timedelta(days=90)), CEILING / timedelta(minutes=1)),
        (learn([], since=NOW - timedelta(days=400)), DEAD_CEILING / timedelta(minutes=1)),
        (rhythm_of(gap=timedelta(hours=1), last=NOW - timedelta(days=366)), DEAD_CEILING / timedelta(minutes=1)),
    ],
)
def test_the_more_items_come_the_sooner_a_source_is_asked_again_within_its_bounds(rhythm, minutes):
    assert minutes_until(PollResult(source="moor", rhythm=rhythm)) == pytest.approx(minutes, rel=JITTER + 0.05)


def test_a_rhythm_that_the_operator_set_is_not_learnt():
    busy = rhythm_of(gap=timedelta(minutes=5))
    _, reason = next_check(hourly(rhythm=busy), NOW)
    assert (reason.code, reason.args) == ("poll.every", {"minutes": 60})


def test_a_learnt_rhythm_spares_a_server_that_always_sends_the_whole_document():
    busy = rhythm_of(gap=timedelta(minutes=5))
    _, reason = next_check(PollResult(source="moor", rhythm=busy, conditional=False), NOW)
    assert (reason.code, reason.args["minutes"]) == ("poll.whole", 60)
    _, reason = next_check(hourly(every=timedelta(minutes=20), conditional=False), NOW)
    assert reason.code == "poll.every"


def test_a_slow_source_is_not_made_slower_by_its_first_failures():
    slow = rhythm_of(gap=timedelta(days=30))
    waits = [minutes_until(PollResult(source="moor", rhythm=slow, failures=failures)) for failures in range(5)]
    assert waits[0] == waits[1] == waits[2] < waits[3] < waits[4]


@pytest.mark.parametrize(
    ("rhythm", "sentence"),
    [
        (learn([], since=NOW), "no item has told yet how often new ones come, so checked again after 144 minutes"),
        (
            rhythm_of(gap=timedelta(days=1), items=1),
            "no item has told yet how often new ones come, so checked again after 145 minutes",
        ),
        (rhythm_of(gap=timedelta(minutes=160)), "new items come about every 3 h, so checked again after 15 minutes"),
        (
            rhythm_of(gap=timedelta(days=12), items=20),
            "new items come about every 12 d, so checked again after 360 minutes",
        ),
        (
            rhythm_of(gap=timedelta(minutes=10)),
            "new items come about every 10 min, so checked again after 15 minutes",
        ),
        (
            rhythm_of(gap=timedelta(days=1), timed=True),
            "new items come about every 24 h, mostly between 6 and 7 h UTC, so checked again after 15 minutes",
        ),
        (
            rhythm_of(gap=timedelta(days=1), last=NOW - timedelta(days=500)),
            "nothing new for 499 days, so checked again after 1440 minutes",
        ),
    ],
)
def test_a_learnt_rhythm_is_told_in_words(rhythm, sentence):
    _, reason = next_check(PollResult(source="moor", rhythm=rhythm), NOW - timedelta(minutes=15))
    assert word(reason) == sentence


# ── what the feed says ───────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("facts", "first", "code"),
    [
        ({"skip_hours": (8, 9)}, NOW.replace(hour=10), "poll.skip_hours"),
        ({"skip_hours": (24, *range(8, 24))}, NOW.replace(day=17, hour=1), "poll.skip_hours"),
        ({"skip_hours": (*range(5), *range(6, 24))}, NOW.replace(day=17, hour=5), "poll.skip_hours"),
        ({"skip_days": ("Monday", " tuesday")}, NOW.replace(day=18, hour=0), "poll.skip_days"),
        ({"skip_days": ("monday",), "skip_hours": (0, 1)}, NOW.replace(day=17, hour=2), "poll.skip_days"),
        ({"skip_hours": (9, 10)}, NOW.replace(hour=8), "poll.every"),
        ({"skip_hours": tuple(range(24))}, NOW.replace(hour=8), "poll.every"),
        ({"skip_hours": (-1, 99, 32)}, NOW.replace(hour=8), "poll.every"),
        ({"skip_days": ("Lundi",)}, NOW.replace(hour=8), "poll.every"),
    ],
)
def test_hours_and_days_that_a_feed_wants_skipped_are_skipped(facts, first, code):
    at, reason = next_check(hourly(**facts), NOW)
    assert first <= at < first + timedelta(minutes=7)
    assert reason.code == code
    assert (at - NOW) / timedelta(minutes=1) <= reason.args["minutes"] * (1 + JITTER)


def test_skipped_hours_are_those_of_gmt_whatever_zone_the_clock_shows():
    eastern = NOW.astimezone(ZoneInfo("America/New_York"))
    assert next_check(hourly(skip_hours=(8,)), eastern)[0] == next_check(hourly(skip_hours=(8,)), NOW)[0]


def test_a_feed_that_skips_its_nights_is_told_about():
    _, reason = next_check(hourly(skip_hours=(9, 8)), NOW)
    assert word(reason).startswith("the feed asks not to be read in the hours 8, 9 GMT (skipHours)")


@pytest.mark.parametrize(
    ("period", "frequency", "minutes"),
    [
        (None, None, None),
        ("hourly", None, 60),
        ("hourly", 2, 30),
        (" Daily ", 1, DAY),
        (None, 4, 360),
        ("weekly", 0, WEEK),
        ("yearly", -3, 365 * DAY),
        ("monthly", 10**9, 1),
        ("often", 1, None),
    ],
)
def test_a_period_of_updates_is_read_as_minutes(period, frequency, minutes):
    assert syndication_minutes(period, frequency) == minutes


# ── for all ──────────────────────────────────────────────────────────────────────────────────────
def test_one_source_keeps_its_place_and_many_are_spread_over_the_tenth():
    minutes = [minutes_until(PollResult(source=f"source-{number}", every=HOUR)) for number in range(200)]
    assert minutes == [minutes_until(PollResult(source=f"source-{number}", every=HOUR)) for number in range(200)]
    assert len({round(minute, 1) for minute in minutes}) > 50
    assert min(minutes) < 60.5
    assert max(minutes) > 65.5


hints = st.none() | st.integers(-10, 10**7)
instants = st.datetimes(NAIVE.replace(year=2020), NAIVE, timezones=st.just(UTC))
rhythms = st.builds(
    learn, st.lists(st.builds(Arrival, instants, st.booleans()) | st.none(), max_size=60), since=instants
)


@given(
    source=st.text(),
    every=st.none() | st.timedeltas(timedelta(minutes=1), timedelta(days=30)),
    rhythm=rhythms,
    conditional=st.booleans(),
    failures=st.integers(0, 100),
    status=st.none() | st.sampled_from([403, 404, 429, 500, 503]),
    max_age=hints,
    expires=st.none() | instants,
    ttl=hints,
    update_every=hints,
    skip_hours=st.lists(st.integers(-2, 30)).map(tuple),
    skip_days=st.lists(st.sampled_from(["Monday", "friday", "Sunday", "Funday"])).map(tuple),
    retry_after=hints,
)
def test_no_wish_is_cut_short_up_to_its_cap_and_the_instant_has_whole_seconds(**facts):
    result = PollResult(**facts)
    at, reason = next_check(result, NOW)
    wait = at - NOW
    assert wait >= (FLOOR if result.every is None else result.every)
    assert wait >= min(timedelta(seconds=result.max_age or 0), LONGEST_HINT)
    assert wait >= min(timedelta(minutes=result.ttl or 0), LONGEST_HINT)
    assert wait >= min(timedelta(minutes=result.update_every or 0), LONGEST_HINT)
    assert wait >= min(timedelta(seconds=result.retry_after or 0), LONGEST_RETRY_AFTER)
    if result.expires and result.max_age is None:
        assert wait >= min(result.expires - NOW, LONGEST_HINT)
    hours = {hour % 24 for hour in result.skip_hours if 0 <= hour <= 24}
    assert at.hour not in hours or len(hours) == 24
    assert at.strftime("%A") not in {day.capitalize() for day in result.skip_days}
    assert at.microsecond == 0
    assert reason.code in SENTENCES
    assert "{" not in word(reason)


@given(rhythm=rhythms, minutes=st.integers(0, 60 * 24 * 900))
def test_a_learnt_rhythm_alone_stays_between_its_bounds(rhythm, minutes):
    wait = minutes_until(PollResult(source="moor", rhythm=rhythm), NOW + timedelta(minutes=minutes))
    assert FLOOR / timedelta(minutes=1) <= wait <= DEAD_CEILING / timedelta(minutes=1) + 30


@given(failures=st.integers(0, 30), rhythm=rhythms, status=st.none() | st.sampled_from([404, 429]))
def test_each_further_failure_waits_at_least_as_long_and_none_is_the_last(failures, rhythm, status):
    def wait(times):
        return minutes_until(PollResult(source="moor", rhythm=rhythm, failures=times, status=status))

    assert wait(failures) <= wait(failures + 1) <= WEEK + 30
