"""Plain words, or a cron text of five fields, become the cron texts that are walked.

Rule: nothing is guessed. What is not understood is refused, and the refusal names the nearest form that is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from difflib import get_close_matches

from cronsim import CronSim, CronSimError


class ScheduleError(ValueError):
    """A schedule or a zone that cannot be used; the message is one sentence naming the nearest valid form."""


FORMS = (
    "every day at 07:00",
    "daily at 07:00",
    "weekdays at 07:30",
    "weekends at 09:00",
    "mondays at 08:00",
    "mondays and thursdays at 08:00",
    "every 2 hours",
    "every hour",
    "1st of month at 09:00",
    "last day of month at 18:00",
    "first monday of month at 09:00",
)
"""One example of each form that is understood; days, ordinals and times vary freely."""

_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_DAY_NUMBERS = {
    spelling: number for number, name in enumerate(_WEEKDAYS) for spelling in (name, f"{name}s", name[:3])
} | {"tues": 2, "thur": 4, "thurs": 4}
_PLAIN_DAYS = {"day": "* * *", "daily": "* * *", "weekend": "* * 0,6", "weekends": "* * 0,6"}
_PLAIN_DAYS |= dict.fromkeys(("weekday", "weekdays", "monday to friday"), "* * 1-5")
_NTH = {"first": "#1", "second": "#2", "third": "#3", "fourth": "#4", "last": "L"}
_NTH |= {"1st": "#1", "2nd": "#2", "3rd": "#3", "4th": "#4"}
_EVEN_HOURS = (2, 3, 4, 6, 8, 12)  # the steps after which midnight falls on a step again
_SURE_DAYS = 28  # the days that every month has
_NAMED_TIMES = {"noon": (12, 0), "midnight": (0, 0)}
_VOCABULARY = (
    *("every", "day", "daily", "weekdays", "weekends", "hour", "hours", "hourly", "at", "and", "of", "month"),
    *(name for day in _WEEKDAYS for name in (day, f"{day}s")),
    *("first", "second", "third", "fourth", "last", *_NAMED_TIMES),
)

_LIST = re.compile(r"\s*(?:,|&|\band\b)\s*")
_LEADING = re.compile(r"^(?:every |each |on )?(?:the )?")
_MONTHLY = re.compile(r"(.+) of (?:the |each |every )?month")
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th)", re.ASCII)
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))? ?(am|pm)?", re.ASCII)
_HOURS = re.compile(r"every (\d{1,2}) hours", re.ASCII)
_CRON_LIKE = re.compile(r"[\d*][\d*/,-]* [\d*][\d*/,-]*( .*)?", re.ASCII)
_CRON_NAMES = ("minute", "hour", "day-of-month", "month", "day-of-week")
_CRON_DEFAULTS = ("0", "7", "*", "*", "*")
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def crons_of(text: str) -> tuple[str, ...]:
    """Translate a schedule into cron texts whose occurrences together are its own.

    Raises:
        ScheduleError: the text is neither words that are understood nor a valid cron text.
    """
    words = " ".join(text.lower().split())
    if _CRON_LIKE.fullmatch(words):
        return (_pinned(_checked(words.upper())),)
    crons = _read(words)
    if crons is None:
        raise ScheduleError(f'"{text}" is not a schedule; the nearest that is: "{_nearest(words)}".')
    return crons


def _read(words: str) -> tuple[str, ...] | None:
    """Read lower-case words with single spaces; None when they are not a schedule."""
    if words in {"hourly", "every hour"}:
        return ("0 * * * *",)
    if (step := _HOURS.fullmatch(words)) and int(step[1]) in _EVEN_HOURS:
        return (f"0 0-23/{step[1]} * * *",)
    rhythm, _, clock = words.partition(" at ")
    days, times = _days(_LEADING.sub("", rhythm)), _times(clock)
    if days is None or not times:
        return None
    hours: dict[int, set[int]] = defaultdict(set)
    for hour, minute in times:
        hours[minute].add(hour)
    return tuple(f"{minute} {','.join(map(str, sorted(hours[minute])))} {days}" for minute in sorted(hours))


def _days(rhythm: str) -> str | None:
    """Answer the last three cron fields for "weekdays", "mon, fri", "1st of month" and their like."""
    if rhythm in _PLAIN_DAYS:
        return _PLAIN_DAYS[rhythm]
    if monthly := _MONTHLY.fullmatch(rhythm):
        return _month_days(monthly[1])
    numbers = [_DAY_NUMBERS.get(name) for name in _items(rhythm)]
    if not numbers or None in numbers:
        return None
    return f"* * {','.join(str(number) for number in range(7) if number in numbers)}"


def _month_days(inner: str) -> str | None:
    """Answer the last three cron fields for "1st and 15th", "last day" or "first monday"."""
    if inner == "last day":
        return "L * *"
    nth, _, name = inner.partition(" ")
    if nth in _NTH and name in _DAY_NUMBERS:
        return f"* * {_DAY_NUMBERS[name]}{_NTH[nth]}"
    ordinals = [_ORDINAL.fullmatch(item) for item in _items(inner)]
    days = sorted({int(ordinal[1]) for ordinal in ordinals if ordinal})
    if not days or None in ordinals or days[0] < 1 or days[-1] > _SURE_DAYS:
        return None
    return f"{','.join(map(str, days))} * *"


def _items(text: str) -> list[str]:
    return [item for item in _LIST.split(text) if item]


def _times(text: str) -> tuple[tuple[int, int], ...] | None:
    """Read "07:00 and 6 pm" as hours and minutes; None when one of them is no time of day."""
    times = tuple(_time(item) for item in _items(text))
    known = tuple(time for time in times if time is not None)
    return known if len(known) == len(times) else None


def _time(text: str) -> tuple[int, int] | None:
    if text in _NAMED_TIMES:
        return _NAMED_TIMES[text]
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hour, minute, half = int(match[1]), int(match[2] or 0), match[3]
    if minute > 59 or hour > 23 or (half and not 1 <= hour <= 12):
        return None
    return (hour % 12 + (12 if half == "pm" else 0) if half else hour), minute


def _nearest(words: str) -> str:
    """Answer a schedule that is understood and as close as possible to `words`."""
    return next(candidate for candidate in _candidates(words) if _read(candidate))


def _candidates(words: str) -> Iterator[str]:
    spelt = " ".join(_known(word) for word in words.split())
    yield spelt
    yield re.sub(r" (?=\d)", " at ", spelt, count=1)
    yield f"every day at {spelt.removeprefix('at ')}"
    rhythm, _, clock = spelt.partition(" at ")
    time = clock if _times(clock) else "07:00"
    yield f"{rhythm} at {time}"
    if re.search(r"\b(?:29|30|31)\w* of", rhythm):
        yield f"last day of month at {time}"
    if step := _HOURS.fullmatch(rhythm):
        yield f"every {min(_EVEN_HOURS, key=lambda even: abs(even - int(step[1])))} hours"
    rhythms = [form.partition(" at ")[0] for form in FORMS if not clock or " at " in form]
    closest = next(iter(get_close_matches(rhythm, rhythms, n=1)), "every day")
    yield closest
    yield f"{closest} at {time}"


def _known(word: str) -> str:
    if any(character.isdigit() for character in word) or word in _DAY_NUMBERS:
        return word
    return next(iter(get_close_matches(word, _VOCABULARY, n=1, cutoff=0.75)), word)


def _checked(cron: str) -> str:
    """Return a cron text that cronsim accepts and that comes at least once in fifty years."""
    fields = cron.split()
    if len(fields) != len(_CRON_NAMES):
        what = f"a cron text has five fields ({', '.join(_CRON_NAMES)})"
        fields = fields[1:6] if len(fields) > len(_CRON_NAMES) else [*fields, *_CRON_DEFAULTS[len(fields) :]]
    elif wrong := [name for place, name in enumerate(_CRON_NAMES) if not _comes(_alone(fields[place], place))]:
        what = f"its {wrong[0]} is wrong"
    elif not _comes(cron):
        what = "that day never comes"
    else:
        return cron
    raise ScheduleError(f'"{cron}" is not a schedule: {what}; the nearest that is: "{_mended(fields)}".')


def _mended(fields: list[str]) -> str:
    """Replace each field that is wrong by itself; a day that never comes becomes every day."""
    mended = [field if _comes(_alone(field, place)) else _CRON_DEFAULTS[place] for place, field in enumerate(fields)]
    return " ".join(mended if _comes(" ".join(mended)) else [*mended[:2], "*", "*", "*"])


def _alone(field: str, place: int) -> str:
    return " ".join([*"*" * place, field, *"*" * (len(_CRON_NAMES) - 1 - place)])


def _comes(cron: str) -> bool:
    try:
        return next(CronSim(cron, _EPOCH), None) is not None
    except CronSimError:
        return False


def _pinned(cron: str) -> str:
    """Spell out the stars of minute and hour unless every hour is meant.

    cronsim, like Debian's cron, keeps to nominal local times only where neither field starts with a
    star; "*/30 2 * * *" would be skipped when the clocks go forward and doubled when they go back.
    """
    minute, hour, *days = cron.split()
    if hour == "*":
        return cron
    return " ".join([re.sub(r"^\*", "0-59", minute), re.sub(r"^\*", "0-23", hour), *days])
