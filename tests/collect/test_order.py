"""Entries are ordered by what their dates are worth; what they said is kept."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from digest.collect.order import settled
from digest.model import UNDATED, Dating, Precision

SEEN = datetime(2024, 4, 26, 10, 0, tzinfo=UTC)


def told(ago=timedelta(0), precision=Precision.SECOND):
    return Dating(SEEN - ago, precision, "feed")


def instants(*datings, first_look=True):
    return [one.at for one in settled(datings, first_seen=SEEN, first_look=first_look)]


def test_a_date_in_the_future_counts_from_first_seen_and_is_kept_as_told():
    future = told(-timedelta(days=3))
    (only,) = settled([future], first_seen=SEEN, first_look=False)
    assert (only.at, only.dating) == (SEEN, future)


def test_an_events_calendar_keeps_its_order_although_all_of_it_is_to_come():
    first, second = instants(told(-timedelta(days=3)), told(-timedelta(days=2)), first_look=False)
    assert SEEN >= first != second


def test_midnight_is_a_day_and_on_the_same_day_counts_from_first_seen():
    midnight = Dating(datetime(2024, 4, 26, tzinfo=UTC), Precision.SECOND, "feed")
    (only,) = settled([midnight], first_seen=SEEN, first_look=False)
    assert (only.dating.precision, only.dating.at, only.at) == (Precision.DAY, midnight.at, SEEN)


def test_the_same_day_is_that_of_the_dates_own_zone():
    day = Dating(datetime(2024, 4, 26, tzinfo=timezone(timedelta(hours=13))), Precision.DAY, "feed")
    assert instants(day) == [SEEN]
    before = Dating(datetime(2024, 4, 25, tzinfo=UTC), Precision.DAY, "feed")
    assert instants(before) == [before.at]


def test_undated_entries_of_a_first_look_are_spread_backwards():
    first, second, third = instants(UNDATED, UNDATED, UNDATED)
    assert first == SEEN
    assert first > second > third


def test_an_undated_entry_stands_between_its_dated_neighbours():
    newer, first, second, older = instants(told(timedelta(days=1)), UNDATED, UNDATED, told(timedelta(days=4)))
    assert newer > first > second > older
    assert abs(first - (SEEN - timedelta(days=2))) < timedelta(seconds=1)


def test_undated_entries_above_the_first_date_are_newer_and_below_the_last_older():
    above, dated, below = instants(UNDATED, told(timedelta(days=2)), UNDATED)
    assert above > dated > below
    assert dated - below == timedelta(minutes=1)


def test_on_a_later_look_what_is_undated_is_new():
    assert instants(UNDATED, told(timedelta(days=9)), first_look=False)[0] == SEEN


def test_a_document_with_its_oldest_entry_first_is_understood():
    oldest, undated, newest = instants(told(timedelta(days=9)), UNDATED, told(timedelta(days=1)))
    assert oldest < undated < newest


@given(
    st.lists(
        st.one_of(
            st.just(UNDATED),
            st.builds(
                told,
                st.timedeltas(timedelta(days=-400), timedelta(days=4000)),
                st.sampled_from([Precision.SECOND, Precision.DAY, Precision.MONTH]),
            ),
        ),
        max_size=30,
    ),
    st.booleans(),
)
def test_nothing_is_ordered_later_than_it_was_seen_and_nothing_is_lost(datings, first_look):
    whole = settled(datings, first_seen=SEEN, first_look=first_look)
    assert [one.dating.at for one in whole] == [dating.at for dating in datings]
    assert all(one.at <= SEEN for one in whole)
    if all(dating.at is None for dating in datings):
        assert len({one.at for one in whole}) == len(datings)
