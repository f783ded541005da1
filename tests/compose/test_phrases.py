"""Plain words mean what they say, and what they do not say is refused with the nearest that is."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.compose.phrases import FORMS, ScheduleError, crons_of


@pytest.mark.parametrize(
    ("text", "crons"),
    [
        ("every day at 07:00", ["0 7 * * *"]),
        ("daily at 7", ["0 7 * * *"]),
        ("  Every  Day at 7:05 ", ["5 7 * * *"]),
        ("weekdays at 07:30", ["30 7 * * 1-5"]),
        ("every weekday at 07:30", ["30 7 * * 1-5"]),
        ("monday to friday at 8", ["0 8 * * 1-5"]),
        ("weekends at 9:00", ["0 9 * * 0,6"]),
        ("mondays at 08:00", ["0 8 * * 1"]),
        ("every Sunday at 08:00", ["0 8 * * 0"]),
        ("mondays and thursdays at 08:00", ["0 8 * * 1,4"]),
        ("on mondays, wednesdays, and fridays at 8", ["0 8 * * 1,3,5"]),
        ("tue, fri at 18:15", ["15 18 * * 2,5"]),
        ("every hour", ["0 * * * *"]),
        ("hourly", ["0 * * * *"]),
        ("every 2 hours", ["0 0-23/2 * * *"]),
        ("1st of month at 9:00", ["0 9 1 * *"]),
        ("15th of month at 09:00", ["0 9 15 * *"]),
        ("the 1st and 15th of each month at noon", ["0 12 1,15 * *"]),
        ("last day of month at 18:00", ["0 18 L * *"]),
        ("first monday of month at 09:00", ["0 9 * * 1#1"]),
        ("3rd thu of the month at 9", ["0 9 * * 4#3"]),
        ("last friday of every month at 5pm", ["0 17 * * 5L"]),
        ("every day at 7 am", ["0 7 * * *"]),
        ("every day at 12am and 12pm", ["0 0,12 * * *"]),
        ("every day at midnight", ["0 0 * * *"]),
        ("every day at 07:00 and 18:00", ["0 7,18 * * *"]),
        ("every day at 07:00, 18:30", ["0 7 * * *", "30 18 * * *"]),
        ("every day at 18:00 and 18:00", ["0 18 * * *"]),
        ("0 7 * * 1", ["0 7 * * 1"]),
        ("30 6 * * mon-fri", ["30 6 * * MON-FRI"]),
        ("0 9 L * *", ["0 9 L * *"]),
        ("*/15 * * * *", ["*/15 * * * *"]),
        ("*/30 */2 * * *", ["0-59/30 0-23/2 * * *"]),
    ],
)
def test_words_become_cron_texts(text, crons):
    assert list(crons_of(text)) == crons


@pytest.mark.parametrize("form", FORMS)
def test_each_form_that_is_offered_is_understood(form):
    assert crons_of(form)


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [
        ("evry day at 7", "every day at 7"),
        ("mondy at 8", "monday at 8"),
        ("mondays and thrusdays at 8", "mondays and thursdays at 8"),
        ("daily", "daily at 07:00"),
        ("mondays", "mondays at 07:00"),
        ("07:00", "every day at 07:00"),
        ("at 7", "every day at 7"),
        ("every day 18:30", "every day at 18:30"),
        ("every day at 25:00", "every day at 07:00"),
        ("every day at 7:60", "every day at 07:00"),
        ("every day at 13pm", "every day at 07:00"),
        ("every day at 0am", "every day at 07:00"),
        ("every 5 hours", "every 4 hours"),
        ("every 24 hours", "every 12 hours"),
        ("0th of month at 9", "1st of month at 9"),
        ("29th of month at 9", "last day of month at 9"),
        ("31st of month at 9", "last day of month at 9"),
        ("@daily", "daily at 07:00"),
        ("", "every day at 07:00"),
    ],
)
def test_wrong_words_name_the_nearest_right_ones(wrong, nearest):
    with pytest.raises(ScheduleError) as caught:
        crons_of(wrong)
    assert str(caught.value) == f'"{wrong}" is not a schedule; the nearest that is: "{nearest}".'


@pytest.mark.parametrize(
    ("wrong", "what", "nearest"),
    [
        ("0 25 * * *", "its hour is wrong", "0 7 * * *"),
        ("60 8 * * 1", "its minute is wrong", "0 8 * * 1"),
        ("0 7 32 * *", "its day-of-month is wrong", "0 7 * * *"),
        ("0 7 * 13 *", "its month is wrong", "0 7 * * *"),
        ("0 7 * * 9", "its day-of-week is wrong", "0 7 * * *"),
        ("0 0 30 2 *", "that day never comes", "0 0 * * *"),
        ("0 7 * *", "a cron text has five fields", "0 7 * * *"),
        ("5 0 7 * * 1", "a cron text has five fields", "0 7 * * 1"),
        ("0 0 31 2", "a cron text has five fields", "0 0 * * *"),
    ],
)
def test_a_wrong_cron_text_says_what_is_wrong_and_names_the_nearest(wrong, what, nearest):
    with pytest.raises(ScheduleError) as caught:
        crons_of(wrong)
    assert str(caught.value).startswith(f'"{wrong}" is not a schedule: {what}')
    assert str(caught.value).endswith(f'the nearest that is: "{nearest}".')


def test_a_wrong_schedule_is_a_value_error():
    assert issubclass(ScheduleError, ValueError)


scraps = st.sampled_from(
    [
        *" ".join(FORMS).replace(",", " ").split(),
        "*",
        "0",
        "7",
        "*/2",
        "L",
        "1#5",
        "5L",
        "30",
        "2",
        "1-5",
        "7pm",
        ",",
        "x",
    ]
)


@settings(max_examples=500, deadline=None)
@given(
    st.one_of(
        st.text(max_size=40), st.lists(scraps, max_size=8).map(" ".join), st.text("0123456789*/-,#LW ", max_size=16)
    )
)
@example("0 0 30 2")
@example("at at at")
@example('every "day"')
def test_any_text_is_understood_or_refused_with_a_text_that_is_understood(text):
    try:
        assert crons_of(text)
    except ScheduleError as error:
        (nearest,) = re.findall(r'the nearest that is: "([^"]+)"\.$', str(error))
        assert crons_of(nearest)
