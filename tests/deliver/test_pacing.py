from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.pacing import next_attempt

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def test_a_message_that_is_always_deferred_is_tried_at_growing_distances_and_given_up_after_two_days():
    now, attempts, waits = START, 1, []
    while (then := next_attempt(attempts, START, now)) is not None:
        waits.append((then - now).total_seconds() / 60)
        now, attempts = then, attempts + 1
    assert waits == [5, 15, 60, 120, 240, 480, 480, 480, 480, 480, 40]
    assert now == START + timedelta(hours=48)


def test_the_last_attempt_is_not_put_off_beyond_the_48th_hour():
    assert next_attempt(9, START, START + timedelta(hours=47)) == START + timedelta(hours=48)
    assert next_attempt(9, START, START + timedelta(hours=48)) is None


@given(st.integers(1, 1000), st.timedeltas(timedelta(0), timedelta(hours=100)))
def test_the_next_attempt_is_always_ahead_and_within_two_days(attempts, passed):
    now = START + passed
    then = next_attempt(attempts, START, now)
    assert (then is None) == (passed >= timedelta(hours=48))
    if then is not None:
        assert now < then <= START + timedelta(hours=48)
