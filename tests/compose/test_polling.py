"""A source is never looked at sooner than its operator or its server wishes, nor together with all others."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.compose.polling import JITTER, LONGEST_HINT, LONGEST_RETRY_AFTER, PollResult, next_check
from digest.reasons import SENTENCES, word

NOW = datetime(2026, 11, 16, 7, 0, tzinfo=UTC)
DAY = 24 * 60


def minutes_until(result):
    at, _ = next_check(result, NOW)
    return (at - NOW) / timedelta(minutes=1)


@pytest.mark.parametrize(
    ("facts", "code", "minutes"),
    [
        ({}, "poll.every", 60),
        ({"every": timedelta(minutes=15)}, "poll.every", 15),
        ({"max_age": 600}, "poll.every", 60),
        ({"max_age": 7200}, "poll.max_age", 120),
        ({"ttl": 180}, "poll.ttl", 180),
        ({"ttl": 180, "max_age": 14400}, "poll.max_age", 240),
        ({"every": timedelta(hours=6), "ttl": 180}, "poll.every", 360),
        ({"failures": 1}, "poll.backoff", 120),
        ({"failures": 3}, "poll.backoff", 480),
        ({"failures": 5}, "poll.backoff", DAY),
        ({"failures": 10**9}, "poll.backoff", DAY),
        ({"failures": 3, "every": timedelta(days=2)}, "poll.every", 2 * DAY),
        ({"failures": 1, "retry_after": 3600}, "poll.backoff", 120),
        ({"failures": 1, "retry_after": 86400}, "poll.retry_after", DAY),
        ({"retry_after": 3 * 86400}, "poll.retry_after", 3 * DAY),
        ({"max_age": 31536000}, "poll.max_age", DAY),
        ({"ttl": 10**12}, "poll.ttl", DAY),
        ({"retry_after": 10**15}, "poll.retry_after", 7 * DAY),
        ({"max_age": -1, "ttl": -(10**15), "retry_after": 0}, "poll.every", 60),
    ],
)
def test_the_longest_wait_wins_and_is_named(facts, code, minutes):
    result = PollResult(source="moor", **facts)
    _, reason = next_check(result, NOW)
    assert (reason.code, reason.args["minutes"]) == (code, minutes)
    assert minutes <= minutes_until(result) <= minutes * (1 + JITTER)


def test_a_backoff_says_how_often_it_failed():
    _, reason = next_check(PollResult(source="moor", failures=2), NOW)
    assert word(reason) == "failed 2 times in a row, so checked again after 240 minutes"


def test_one_source_keeps_its_place_and_many_are_spread_over_the_tenth():
    minutes = [minutes_until(PollResult(source=f"source-{number}")) for number in range(200)]
    assert minutes == [minutes_until(PollResult(source=f"source-{number}")) for number in range(200)]
    assert len({round(minute, 1) for minute in minutes}) > 50
    assert min(minutes) < 60.5
    assert max(minutes) > 65.5


hints = st.none() | st.integers(-10, 10**7)


@given(
    source=st.text(),
    every=st.timedeltas(timedelta(minutes=1), timedelta(days=30)),
    failures=st.integers(0, 100),
    max_age=hints,
    ttl=hints,
    retry_after=hints,
)
def test_no_wish_is_cut_short_up_to_its_cap_and_the_instant_has_whole_seconds(
    source, every, failures, max_age, ttl, retry_after
):
    result = PollResult(
        source=source, every=every, failures=failures, max_age=max_age, ttl=ttl, retry_after=retry_after
    )
    at, reason = next_check(result, NOW)
    wait = at - NOW
    assert wait >= every
    assert wait >= min(timedelta(seconds=max_age or 0), LONGEST_HINT)
    assert wait >= min(timedelta(minutes=ttl or 0), LONGEST_HINT)
    assert wait >= min(timedelta(seconds=retry_after or 0), LONGEST_RETRY_AFTER)
    assert at.microsecond == 0
    assert reason.code in SENTENCES


@given(st.integers(0, 30))
def test_each_further_failure_waits_at_least_as_long(failures):
    assert minutes_until(PollResult(source="moor", failures=failures)) <= minutes_until(
        PollResult(source="moor", failures=failures + 1)
    )
