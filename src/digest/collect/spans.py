"""How far back a relative date goes: "3 semaines ago", "vor einer Stunde", "3週間前", "la semaine dernière".

The rule owned here: a number and a unit, in any language, in either order and more than once, around a word of any
other language that says "ago". Every word must be accounted for. Days and longer are calendar units in the zone of
`now`: one month before 31 March is the last day of February.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from digest.collect.datewords import (
    AGO,
    CJK_NUMBERS,
    CJK_UNITS,
    DAYS_BACK,
    DUALS,
    FEW,
    FILLERS,
    JUST_NOW,
    LAST,
    LOCAL_UNITS,
    NUMBERS,
    UNITS,
    WORD,
)
from digest.model import Precision

_STEPS: Final = {unit: Precision(unit) for unit in ("second", "minute", "hour", "day", "week", "month", "year")}
_COARSER: Final = {
    "second": Precision.MINUTE,
    "minute": Precision.HOUR,
    "hour": Precision.DAY,
    "day": Precision.WEEK,
    "week": Precision.MONTH,
    "month": Precision.YEAR,
    "year": Precision.YEAR,
}
"""What is known of "a few minutes ago"."""

_FEW: Final = 3

_CJK_AGO: Final = re.compile(
    r"(?:約|约|大约|약\s*)?(\d{1,4}|[一二两兩三四五六七八九十]|数|數|几|幾)\s*"
    r"(個月|个月|か月|ヶ月|カ月|ケ月|ヵ月|箇月|週間|周|週|星期|礼拜|禮拜|日間|日|天|時間|小時|小时|分鐘|分钟|分|秒鐘|秒钟|秒|年"
    r"|개월|달|주일|주|일|년|시간|분|초)\s*(?:くらい|ほど)?\s*(?:前|以前|之前|전)"
)

_VOWEL_SIGNS: Final = re.compile("[\u064b-\u0652]")
"""Of Arabic, which CLDR writes and hardly any site does."""

_WIDE: Final = re.compile("[\u3040-\u9fff\uac00-\ud7a3]")
_HINTS: Final = AGO | {"il"} | {phrase.split()[-1] for phrase in (*DAYS_BACK, *JUST_NOW, *LAST)}


def names_time(folded: str) -> bool:
    """Tell quickly whether a folded text without a digit may be a relative date: most texts are not."""
    return (not folded.isascii() and _WIDE.search(folded) is not None) or not _HINTS.isdisjoint(WORD.findall(folded))


def says_ago(folded: str) -> bool:
    """Tell whether a folded text has a word that puts a span of time into the past."""
    return any(word in AGO for word in _words(folded)) or _CJK_AGO.search(folded) is not None


def go_back(folded: str, now: datetime, language: str = "") -> tuple[datetime, Precision] | None:
    """Read a folded text that is a relative date as a whole; None if it is none, or leads out of the calendar.

    `language` (BCP 47) tells short units apart that mean one thing here and another there.
    """
    if folded in JUST_NOW:
        return now, Precision.MINUTE
    if folded in LAST:
        return _back(now, [(LAST[folded], 1)], _STEPS)
    cjk = _CJK_AGO.fullmatch(folded)
    if cjk is not None:
        few = cjk[1] in "数數几幾"
        count = _FEW if few else CJK_NUMBERS.get(cjk[1]) or int(cjk[1])
        return _back(now, [(CJK_UNITS[cjk[2]], count)], _COARSER if few else _STEPS)
    words = _words(folded)
    if not any(word in AGO for word in words):
        return None
    return _back(
        now, _spans(words, language.partition("-")[0]) or (), _COARSER if any(word in FEW for word in words) else _STEPS
    )


def _words(folded: str) -> list[str]:
    return WORD.findall(_VOWEL_SIGNS.sub("", folded.replace("il y a", "ago ")))


def _back(
    now: datetime, spans: Sequence[tuple[str, int]], precisions: dict[str, Precision]
) -> tuple[datetime, Precision] | None:
    at: datetime | None = now
    for unit, count in spans:
        at = _subtract(at, unit, count) if at is not None else None
    return (at, precisions[spans[-1][0]]) if spans and at is not None else None


def _spans(words: Sequence[str], language: str) -> list[tuple[str, int]] | None:
    """Read pairs of unit and number around a word that says "ago", in either order; None if a word is left over."""
    spans: list[tuple[str, int]] = []
    number: int | None = None
    implied = False
    for word, following in zip(words, [*words[1:], ""], strict=True):
        unit = LOCAL_UNITS.get((language, word)) if number is not None else None
        unit = unit or _unit(word, number=number, following=following)
        if unit is not None:
            spans.append((unit, 1 if number is None else number))
            implied, number = number is None, None
        elif word in DUALS:
            spans.append((DUALS[word], 2))
        elif word in AGO:
            continue
        elif (count := _count(word)) is not None and not (word in FILLERS and number is not None):
            number = count
        elif word not in FILLERS:
            return None
    if number is None:
        return spans
    return [(spans[0][0], number)] if implied and len(spans) == 1 else None


def _count(word: str) -> int | None:
    if word.isdigit():
        return int(word[:6])
    return _FEW if word in FEW else NUMBERS.get(word)


def _unit(word: str, *, number: int | None, following: str) -> str | None:
    """Name the unit that a word stands for; `a`, `an` and `y` are units only where a number came before."""
    if word in ("a", "an", "y"):
        return "year" if number is not None and following not in UNITS else None
    if word in AGO or (word in NUMBERS and number is None and following in UNITS):
        return None
    return UNITS.get(word.rstrip("."))


def _subtract(at: datetime, unit: str, count: int) -> datetime | None:
    """Go back by calendar units; a day that its month lacks becomes the month's last."""
    try:
        if unit in ("second", "minute", "hour"):
            return (at.astimezone(UTC) - timedelta(**{f"{unit}s": count})).astimezone(at.tzinfo)
        if unit in ("day", "week"):
            return at - timedelta(**{f"{unit}s": count})
        months = at.year * 12 + at.month - 1 - count * (12 if unit == "year" else 1)
        year, month = divmod(months, 12)
        for day in range(at.day, at.day - 4, -1):
            try:
                return at.replace(year=year, month=month + 1, day=day)
            except ValueError:
                continue
    except OverflowError:
        return None
    return None
