"""Each nominal local time once, in every zone, whatever the clocks do."""

import dataclasses
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.compose.schedule import (
    SKIP_GRACE,
    Schedule,
    ScheduleError,
    due,
    next_occurrence,
    occurrences,
    parse,
)

ZONES = sorted(available_timezones())
TEXTS = [
    "every day at 07:00",
    "every day at 02:30 and 03:00",
    "every day at 00:00, 00:30 and 23:30",
    "weekdays at 01:30",
    "weekends at 00:15",
    "1st and 15th of month at 2am",
    "last day of month at 23:45",
    "last sunday of month at 02:30",
    "every hour",
    "every 2 hours",
    "*/20 1-3 * * *",
    "15 * * * 0",
]

zones = st.sampled_from(ZONES)
schedules = st.builds(parse, st.sampled_from(TEXTS), zones)
instants = st.integers(0, 8 * 365 * 86400).map(lambda seconds: utc("2023-01-01T00:00") + timedelta(seconds=seconds))
spans = st.timedeltas(timedelta(0), timedelta(days=60))


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def wall(schedule, instant):
    return instant.astimezone(ZoneInfo(schedule.zone)).strftime("%a %H:%M")


def first_real_instant(day, at, zone):
    """The oracle: the first real instant whose wall clock shows this nominal time or, after a jump, a later one."""
    nominal = datetime.combine(day, at)
    shown = nominal.replace(tzinfo=zone).astimezone(UTC)
    if shown.astimezone(zone).replace(tzinfo=None) == nominal:
        return shown
    probe = shown - timedelta(days=2)
    while probe.astimezone(zone).replace(tzinfo=None) < nominal:
        step = nominal - probe.astimezone(zone).replace(tzinfo=None)
        probe += timedelta(minutes=1) if step < timedelta(hours=3) else step - timedelta(hours=2)
    return probe


# ── every zone, a whole year ─────────────────────────────────────────────────────────────────────
@settings(max_examples=150, deadline=None)
@given(
    zone=zones, year=st.integers(2020, 2035), at=st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0))
)
def test_a_daily_schedule_yields_each_nominal_local_day_once(zone, year, at):
    schedule = parse(f"every day at {at:%H:%M}", zone)
    local = ZoneInfo(zone)
    days = [date(year, 1, 2) + timedelta(days=number) for number in range(364)]
    expected = [first_real_instant(day, at, local) for day in days]
    assert list(occurrences(schedule, expected[0] - timedelta(seconds=1), expected[-1])) == expected


@pytest.mark.parametrize("at", ["00:00", "00:30", "01:30", "02:00", "02:30", "03:00", "23:30"])
@pytest.mark.parametrize(
    "zone",
    [
        "Europe/Berlin",
        "America/New_York",
        "America/Santiago",
        "America/Havana",
        "America/Scoresbysund",
        "Africa/Cairo",
        "Africa/Casablanca",
        "Asia/Beirut",
        "Australia/Lord_Howe",
        "Pacific/Apia",
    ],
)
def test_the_awkward_hours_of_awkward_zones_neither_skip_nor_double_a_day(zone, at):
    schedule = parse(f"every day at {at}", zone)
    found = list(occurrences(schedule, utc("2026-01-01T12:00"), utc("2027-01-01T12:00")))
    assert len(found) == 365
    assert all(timedelta(hours=22) <= later - earlier <= timedelta(hours=26) for earlier, later in pairwise(found))


def test_a_time_the_clocks_jump_over_comes_right_after_the_jump():
    schedule = parse("every day at 02:30", "Europe/Berlin")
    found = occurrences(schedule, utc("2026-03-28T12:00"), utc("2026-03-30T12:00"))
    assert [wall(schedule, instant) for instant in found] == ["Sun 03:00", "Mon 02:30"]


def test_a_time_that_comes_twice_is_taken_the_first_time():
    schedule = parse("every day at 02:30", "Europe/Berlin")
    assert list(occurrences(schedule, utc("2026-10-24T12:00"), utc("2026-10-26T00:00"))) == [utc("2026-10-25T00:30")]


def test_starting_within_the_second_passing_of_an_hour_does_not_repeat_it():
    schedule = parse("every day at 02:30", "Europe/Berlin")
    assert next_occurrence(schedule, utc("2026-10-25T01:15")) == utc("2026-10-26T01:30")


def test_two_times_that_meet_after_a_jump_are_one_occurrence():
    schedule = parse("every day at 02:15 and 02:30 and 03:00", "Europe/Berlin")
    assert list(occurrences(schedule, utc("2026-03-29T00:00"), utc("2026-03-29T12:00"))) == [utc("2026-03-29T01:00")]


def test_a_star_in_the_minutes_of_a_pinned_hour_survives_the_jump():
    schedule = parse("*/30 2 * * *", "Europe/Berlin")
    found = occurrences(schedule, utc("2026-03-28T12:00"), utc("2026-03-29T12:00"))
    assert [wall(schedule, instant) for instant in found] == ["Sun 03:00"]


def test_every_hour_follows_real_time_through_the_long_and_the_short_day():
    schedule = parse("every hour", "Europe/Berlin")
    assert len(list(occurrences(schedule, utc("2026-10-24T22:00"), utc("2026-10-25T23:00")))) == 25
    assert len(list(occurrences(schedule, utc("2026-03-28T23:00"), utc("2026-03-29T22:00")))) == 23


# ── the laws of `occurrences` ────────────────────────────────────────────────────────────────────
@settings(max_examples=300, deadline=None)
@given(schedule=schedules, start=instants, first=spans, second=spans)
def test_occurrences_of_two_adjoining_spans_are_those_of_the_whole(schedule, start, first, second):
    middle, end = start + first, start + first + second
    parts = [*occurrences(schedule, start, middle), *occurrences(schedule, middle, end)]
    assert parts == list(occurrences(schedule, start, end))


@settings(max_examples=200, deadline=None)
@given(schedule=schedules, start=instants, span=spans)
def test_occurrences_strictly_increase_within_their_bounds_in_utc(schedule, start, span):
    found = list(occurrences(schedule, start, start + span))
    assert all(earlier < later for earlier, later in pairwise([start, *found]))
    assert all(instant <= start + span and instant.tzinfo is UTC for instant in found)


@settings(max_examples=100, deadline=None)
@given(schedule=schedules, start=instants)
def test_the_next_occurrence_is_the_first_of_them(schedule, start):
    following = next_occurrence(schedule, start)
    assert list(occurrences(schedule, start, following)) == [following]


def test_the_bounds_are_after_and_up_to():
    schedule = parse("every day at 07:00", "UTC")
    assert list(occurrences(schedule, utc("2026-11-16T07:00"), utc("2026-11-17T07:00"))) == [utc("2026-11-17T07:00")]


# ── what is due ──────────────────────────────────────────────────────────────────────────────────
@settings(max_examples=200, deadline=None)
@given(schedule=schedules, since=instants, span=spans)
def test_the_latest_is_the_last_of_all_that_were_missed(schedule, since, span):
    missed = due(schedule, since, since + span, "all")
    assert missed == tuple(occurrences(schedule, since, since + span))
    assert due(schedule, since, since + span, "latest") == missed[-1:]


@settings(max_examples=200, deadline=None)
@given(schedule=schedules, since=instants, span=spans)
def test_skip_takes_an_occurrence_only_while_it_is_fresh(schedule, since, span):
    now = since + span
    fresh = [instant for instant in occurrences(schedule, since, now) if instant > now - SKIP_GRACE]
    assert due(schedule, since, now, "skip") == tuple(fresh[-1:])


def test_skip_forgives_a_tick_that_is_a_minute_late_but_not_an_hour():
    schedule = parse("every day at 07:00", "UTC")
    since = utc("2026-11-15T07:00")
    assert due(schedule, since, utc("2026-11-16T07:01"), "skip") == (utc("2026-11-16T07:00"),)
    assert due(schedule, since, utc("2026-11-16T08:00"), "skip") == ()


@pytest.mark.parametrize("catch_up", ["latest", "all", "skip"])
def test_nothing_is_due_twice_nor_from_the_future(catch_up):
    schedule = parse("every day at 07:00", "UTC")
    seven = utc("2026-11-16T07:00")
    assert due(schedule, seven, seven, catch_up) == ()
    assert due(schedule, seven, seven - timedelta(days=3), catch_up) == ()


@pytest.mark.parametrize(
    ("text", "latest"),
    [("every hour", "2026-11-22T20:00"), ("every day at 7", "2026-11-22T06:00"), ("* * * * *", "2026-11-22T20:30")],
)
def test_the_latest_after_years_of_neglect_is_found_without_walking_through_them(monkeypatch, text, latest):
    walked = []
    real = occurrences

    def counting(*args):
        for instant in real(*args):
            walked.append(instant)
            yield instant

    monkeypatch.setattr("digest.compose.schedule.occurrences", counting)
    schedule = parse(text, "Europe/Paris")
    assert due(schedule, utc("1990-01-01T00:00"), utc("2026-11-22T20:30"), "latest") == (utc(latest),)
    assert len(walked) <= 60


def test_the_latest_of_a_rare_schedule_is_found_far_back():
    schedule = parse("0 0 29 2 *", "UTC")
    assert due(schedule, utc("1990-01-01T00:00"), utc("2026-11-22T07:30"), "latest") == (utc("2024-02-29T00:00"),)


# ── the schedule itself ──────────────────────────────────────────────────────────────────────────
def test_a_schedule_keeps_its_text_its_meaning_and_its_zone():
    schedule = parse("Every day at 7 and 18:30", "Europe/Paris")
    assert schedule == Schedule("Every day at 7 and 18:30", ("0 7 * * *", "30 18 * * *"), "Europe/Paris")
    assert schedule.cron == "0 7 * * *; 30 18 * * *"
    with pytest.raises(dataclasses.FrozenInstanceError):
        schedule.zone = "UTC"


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [
        ("europe/berlin", "Europe/Berlin"),
        ("Berlin", "Europe/Berlin"),
        ("Amerika/Los Angeles", "America/Los_Angeles"),
        ("new york", "America/New_York"),
        ("Europe/Pariss", "Europe/Paris"),
    ],
)
def test_a_wrong_zone_names_the_nearest(wrong, nearest):
    with pytest.raises(ScheduleError, match=f'^"{wrong}" is not a time zone; the nearest that is: "{nearest}".$'):
        parse("every hour", wrong)


@pytest.mark.parametrize("wrong", ["", "Europe", "../etc/passwd", "/etc/localtime", "a\0b", "ü" * 300])
def test_a_zone_that_is_no_name_at_all_is_refused_the_same_way(wrong):
    with pytest.raises(ScheduleError, match="is not a time zone"):
        parse("every hour", wrong)


def test_every_zone_is_accepted_and_has_its_own_seven_o_clock():
    for zone in ZONES:
        at_seven = next_occurrence(parse("every day at 07:00", zone), utc("2026-11-16T00:00"))
        assert at_seven.astimezone(ZoneInfo(zone)).time() == time(7)
