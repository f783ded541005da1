"""Machines write dates in many shapes; each is read with its own offset or not at all."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.stamps import read_stamp
from digest.model import UNDATED, Precision


@pytest.mark.parametrize(
    ("text", "at", "precision"),
    [
        ("2024-03-12T10:00:00.123+01:00", "2024-03-12T10:00:00+01:00", "second"),
        ("2024-03-12T10:00:00+0100", "2024-03-12T10:00:00+01:00", "second"),
        ("2024-03-12T10:00:00+01", "2024-03-12T10:00:00+01:00", "second"),
        ("2024-03-12T10:00Z", "2024-03-12T10:00:00+00:00", "minute"),
        ("2024-03-12 10:00:00 UTC", "2024-03-12T10:00:00+00:00", "second"),
        ("20240312T100000Z", "2024-03-12T10:00:00+00:00", "second"),
        ("20240312", "2024-03-12T00:00:00+02:00", "day"),
        ("2024/03/12", "2024-03-12T00:00:00+02:00", "day"),
        ("2024-03-12 10:00", "2024-03-12T10:00:00+02:00", "minute"),
        ("1710237600", "2024-03-12T10:00:00+00:00", "second"),
        ("1710237600000", "2024-03-12T10:00:00+00:00", "second"),
        ("Tue, 12 Mar 2024 10:00:00 +0100", "2024-03-12T10:00:00+01:00", "second"),
        ("Tue Mar 12 2024 10:00:00 GMT+0100 (CET)", "2024-03-12T10:00:00+01:00", "second"),
        ("Tue Mar 12 10:00:00 CET 2024", "2024-03-12T10:00:00+00:00", "second"),
    ],
)
def test_a_stamp_keeps_its_offset(text, at, precision):
    found = read_stamp(text, timezone(timedelta(hours=2)))
    assert (found.at.isoformat(), found.precision) == (at, precision)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2024", "0001-01-01T00:00:00Z", "1970-01-01", "2024-13-40", "2024-03-12 was a Tuesday in spring",
     "12345678", "99999999999999", "2024-03-12T99:99", "555-1234567", "x" * 200],
)  # fmt: skip
def test_what_is_no_stamp_is_none(text):
    assert read_stamp(text, UTC) == UNDATED


@given(st.datetimes(datetime(1972, 1, 1), datetime(2090, 1, 1)), st.integers(-48, 56))  # noqa: DTZ001 - bounds are naive
def test_what_is_written_reads_back(moment, quarters):
    aware = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=15 * quarters)))
    found = read_stamp(aware.isoformat(), UTC)
    assert (found.at, found.at.utcoffset(), found.precision) == (aware, aware.utcoffset(), Precision.SECOND)


@given(st.text(max_size=40))
def test_no_text_breaks_it(text):
    assert read_stamp(text, UTC).precision in Precision
