"""Read the dates that people write: "2 jours ago", "Publié le 12 mars 2024 à 14h30", "3週間前".

The rule owned here: a text is a date only if every word of it is accounted for. What is left over makes it
no date, and no date is better than a wrong one: nothing falls back to `now`. Relative dates are read in any
mix of languages, since themes print the number in one and "ago" in another.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any, Final

from digest.collect.datewords import (
    CONNECTORS,
    DATE_FILLERS,
    DAYS_BACK,
    MONTHS,
    PREFIXES,
    WEEKDAYS,
    WORD,
    ZONES,
    fold,
)
from digest.collect.spans import go_back, names_time, says_ago
from digest.model import UNDATED, Dating, Precision

_LONGEST: Final = 120
"""Characters beyond which a text is prose, not a date."""
_LONGEST_BYLINE: Final = 240
_OLDEST: Final = 1970

_NOT_TEXT: Final = re.compile(
    r"^[\s!-/:-@\[-`{-~\u2000-\u2bff\ue000-\uf8ff]+|[\s!-(*-\-/:-@\[-`{-~\u2000-\u2bff\ue000-\uf8ff]+$"
)
_PREFIX: Final = re.compile(
    rf"(?:{'|'.join(map(re.escape, PREFIXES))})(?!\w)[\s:\-–]*"
    rf"(?!il y a)(?:(?:{'|'.join(CONNECTORS)})(?=[\s:]))?[\s:]*"
)
_SEPARATOR: Final = re.compile(r"\s*[·•|—–\n\r\t]\s*|\s+[-/,]\s+|(?<=\D),\s+(?=\d)")
_BYLINE: Final = re.compile(r",?\s+(?:by|par|von|por|di|door|av|af|przez|in|dans|di|в)\s+\S.*$")
_DIGIT: Final = re.compile(r"\d")

_ISO: Final = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[t ]+(\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(z|utc|gmt|[+-]\d{2}:?\d{2})?)?$"
)
_YEAR_FIRST: Final = re.compile(
    r"(\d{4})\s*[./年년-]\s*(\d{1,2})\s*"
    r"(?:[./月월-]\s*(?:(\d{1,2})\s*[.日일]?\s*(?:\(?[月火水木金土日一二三四五六월화수목금토]\)?)?)?)$"
)
_YEAR_LAST: Final = re.compile(r"(\d{1,2})\s*([./-])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})\.?$")
_MONTH_YEAR: Final = re.compile(r"(\d{1,2})[./](\d{4})$")
_CLOCK: Final = re.compile(
    r"[\s,(–-]*(?:(?<=[\s,–-])(?:at|a|a las|as|alle|alle ore|ore|um|om|o|ob|в|kl|klo|klokken|@)\.?)?\s*[,(@]?\s*"
    r"(?<![\d.:])(\d{1,2})\s*(?:(?:[:h時시点點])\s*(\d{2})\s*[分분]?(?::(\d{2}))?|(?=\s*[ap]\.?m\b)|h(?=\s|$|\)))"
    r"\s*([ap]\.?m\b\.?)?\s*(?:uhr|h|hrs|ч)?\s*\(?([a-z]{1,4}|[+-]\d{2}:?\d{2})?\)?\.?$"
)


def read_date(text: str, *, now: datetime, language: str | None, zone: tzinfo) -> Dating:
    """Read a text that is a date and nothing else, but for what themes print around one.

    `now` is aware and is what relative dates count from; `language` is the page's (BCP 47), used where an
    order or a word is ambiguous; `zone` is that of times without one. A text that is no date gives `UNDATED`.
    """
    if not text or len(text) > _LONGEST_BYLINE:
        return UNDATED
    shown = " ".join(text.split())
    if len(shown) > _LONGEST or not (_DIGIT.search(shown) or names_time(fold(shown))):
        return UNDATED
    reader = _Reader(now, language, zone)
    whole = reader.read(shown)
    if whole.at is not None:
        return whole
    pieces = [piece for piece in _SEPARATOR.split(text) if piece.strip()]
    if len(pieces) > 5:
        return UNDATED
    for piece in (*(pieces if len(pieces) > 1 else ()), _BYLINE.sub("", shown)):
        found = reader.read(" ".join(piece.split())) if piece != shown else UNDATED
        if found.at is not None:
            return found
    return UNDATED


def find_date(text: str, *, now: datetime, language: str | None, zone: tzinfo) -> Dating:
    """Find the first date inside a byline ("By Ana on March 3, 2024 in News"); `UNDATED` in longer prose.

    A date found between other words must tell its year, unless it is relative.
    """
    found = read_date(text, now=now, language=language, zone=zone)
    if found.at is not None or len(text) > _LONGEST_BYLINE:
        return found
    shown = " ".join(text.split())
    reader = _Reader(now, language, zone)
    words = list(re.finditer(r"\S+", shown))
    for start, first in enumerate(words):
        for stop in range(min(len(words), start + 7), start, -1):
            piece = shown[first.start() : words[stop - 1].end()].strip(" ,;()[]")
            if not re.search(r"\d{4}|\d[./-]\d{1,2}[./-]\d", piece) and not says_ago(fold(piece)):
                continue
            found = reader.read(piece)
            if found.at is not None and found.precision is not Precision.YEAR:
                return found
    return UNDATED


class _Reader:
    """One reading's circumstances: the instant, the language and the zone."""

    def __init__(self, now: datetime, language: str | None, zone: tzinfo) -> None:
        self.now = now.astimezone(zone)
        self.zone = zone
        self.language = (language or "").replace("_", "-").lower()

    def read(self, shown: str) -> Dating:
        """Read one candidate; `Dating.text` is its visible text without what is printed before a date."""
        shown = _NOT_TEXT.sub("", shown)
        folded = fold(shown)
        for _ in range(2):
            prefix = _PREFIX.match(folded)
            if prefix is None:
                break
            shown, folded = shown[prefix.end() :], folded[prefix.end() :]
        folded = folded.strip(" .,;()[]")
        if not folded:
            return UNDATED
        found = go_back(folded, self.now, self.language) or self._day_word(folded)
        if found is not None:
            return self._dating(*found, "relative", shown)
        if not _DIGIT.search(folded):
            return UNDATED
        told = self._absolute(folded) or self._foreign(shown)
        return UNDATED if told is None else self._dating(*told, "text", shown)

    def _dating(self, at: datetime, precision: Precision, source: str, shown: str) -> Dating:
        if not _OLDEST <= at.year <= self.now.year + 2:
            return UNDATED
        return Dating(at, precision, source, shown.strip())

    # ── relative ─────────────────────────────────────────────────────────────────────────────────
    def _day_word(self, folded: str) -> tuple[datetime, Precision] | None:
        days = DAYS_BACK.get(folded)
        if days is not None:
            return self.now - timedelta(days=days), Precision.DAY
        clock = _CLOCK.search(folded)
        days = DAYS_BACK.get(folded[: clock.start()].strip(" ,")) if clock is not None else None
        if clock is None or days is None:
            return None
        day = self.now - timedelta(days=days)
        return self._at_clock(day.year, day.month, day.day, clock)

    # ── absolute ─────────────────────────────────────────────────────────────────────────────────
    def _absolute(self, folded: str) -> tuple[datetime, Precision] | None:
        iso = _ISO.match(folded)
        if iso is not None:
            return self._iso(iso)
        if folded.isdigit():
            return self._year(folded)
        clock = _CLOCK.search(folded)
        day = self._day(folded[: clock.start()].strip(" ,;(")) if clock is not None else None
        if clock is not None and day is not None and day[2] is not None:
            return self._at_clock(day[0], day[1], day[2], clock)
        day = self._day(folded)
        if day is None:
            return None
        return self._instant(day[0], day[1], day[2] or 1, precision=Precision.DAY if day[2] else Precision.MONTH)

    def _iso(self, iso: re.Match[str]) -> tuple[datetime, Precision] | None:
        year, month, day = int(iso[1]), int(iso[2]), int(iso[3])
        if iso[4] is None:
            return self._instant(year, month, day, precision=Precision.DAY)
        precision = Precision.MINUTE if iso[6] is None else Precision.SECOND
        clock = (int(iso[4]), int(iso[5]), int(iso[6] or 0))
        return self._instant(year, month, day, clock=clock, zone=_zone(iso[7]), precision=precision)

    def _year(self, folded: str) -> tuple[datetime, Precision] | None:
        if len(folded) != 4 or not 1990 <= int(folded) <= self.now.year + 1:
            return None
        return self._instant(int(folded), 1, 1, precision=Precision.YEAR)

    def _day(self, folded: str) -> tuple[int, int, int | None] | None:
        """Read year, month and day (None where only the month is told)."""
        year_first = _YEAR_FIRST.match(folded)
        if year_first is not None:
            return int(year_first[1]), int(year_first[2]), int(year_first[3]) if year_first[3] else None
        words = WORD.findall(folded)
        while words and words[0].rstrip("'’") in WEEKDAYS and words[0] not in MONTHS:
            words = words[1:]
        if words and not any(word in MONTHS for word in words):
            return self._numeric(folded[folded.find(words[0]) :])
        return self._named(words)

    def _numeric(self, folded: str) -> tuple[int, int, int | None] | None:
        month_year = _MONTH_YEAR.match(folded)
        if month_year is not None:
            return int(month_year[2]), int(month_year[1]), None
        numeric = _YEAR_LAST.match(folded)
        if numeric is None:
            return None
        first, second, year = int(numeric[1]), int(numeric[3]), _full_year(numeric[4])
        if first > 12 or second > 12:
            return (year, first, second) if second > 12 else (year, second, first)
        if numeric[2] == "." or self.language not in ("", "en", "en-us"):
            return year, second, first
        if self.language or first == second:
            return year, first, second
        return None

    def _named(self, words: Sequence[str]) -> tuple[int, int, int | None] | None:
        """Read a date whose month is a word, in any order; every other word must be a number or a filler."""
        months: list[int] = []
        numbers: list[str] = []
        for word in words:
            if word.isdigit():
                numbers.append(word)
            elif word in MONTHS and not months:
                months.append(MONTHS[word])
            elif word not in DATE_FILLERS and word not in WEEKDAYS:
                return None
        if len(months) != 1 or not 1 <= len(numbers) <= 2:
            return None
        years = [number for number in numbers if len(number) == 4]
        days = [number for number in numbers if len(number) <= 2]
        if len(years) + len(days) != len(numbers) or len(years) > 1:
            return None
        if years:
            return int(years[0]), months[0], int(days[0]) if days else None
        if len(days) == 2:
            return _full_year(days[1]), months[0], int(days[0])
        return self._yearless(months[0], int(days[0]))

    def _yearless(self, month: int, day: int) -> tuple[int, int, int | None]:
        """Take the last such day that has been."""
        later = (month, day) > (self.now.month, self.now.day)
        return self.now.year - later, month, day

    def _at_clock(self, year: int, month: int, day: int, clock: re.Match[str]) -> tuple[datetime, Precision] | None:
        hour, minute, second = int(clock[1]), int(clock[2] or 0), int(clock[3] or 0)
        if clock[4]:
            hour = hour % 12 + (12 if clock[4].startswith("p") else 0)
        if clock[5] and clock[5][0] not in "+-" and clock[5] not in ZONES:
            return self._instant(year, month, day, precision=Precision.DAY)
        precision = Precision.SECOND if clock[3] else Precision.MINUTE if clock[2] else Precision.HOUR
        time = (hour, minute, second)
        return self._instant(year, month, day, clock=time, zone=_zone(clock[5]), precision=precision)

    def _instant(
        self,
        year: int,
        month: int,
        day: int,
        *,
        clock: tuple[int, int, int] = (0, 0, 0),
        zone: tzinfo | None = None,
        precision: Precision,
    ) -> tuple[datetime, Precision] | None:
        try:
            return datetime(year, month, day, *clock, tzinfo=zone or self.zone), precision
        except ValueError:
            return None

    # ── languages without a table of ours ────────────────────────────────────────────────────────
    def _foreign(self, shown: str) -> tuple[datetime, Precision] | None:
        """Ask dateparser, in the page's language alone, about a text that tells a year and is not plain Latin."""
        code = self.language.partition("-")[0]
        if not code or code == "en" or len(shown.split()) > 7 or not re.search(r"(?<!\d)\d{4}(?!\d)", shown):
            return None
        try:
            found = _parser(code).get_date_data(shown)
        except ValueError:  # a language it does not know
            return None
        if found.date_obj is None or str(found.date_obj.year) not in fold(shown):
            return None
        precision = {"day": Precision.DAY, "month": Precision.MONTH}.get(found.period, Precision.NONE)
        at = found.date_obj
        if precision is Precision.NONE:
            return None
        return self._instant(at.year, at.month, at.day if precision is Precision.DAY else 1, precision=precision)


@lru_cache(maxsize=64)
def _parser(code: str) -> Any:
    from dateparser.date import DateDataParser

    order = {"ja": "YMD", "zh": "YMD", "ko": "YMD", "hu": "YMD", "lt": "YMD"}.get(code, "DMY")
    settings = {"DATE_ORDER": order, "REQUIRE_PARTS": ["month", "year"], "PREFER_DATES_FROM": "past"}
    return DateDataParser(languages=[code], settings=settings)


def _full_year(digits: str) -> int:
    if len(digits) == 4:
        return int(digits)
    return int(digits) + (1900 if int(digits) >= 70 else 2000)


def _zone(name: str | None) -> tzinfo | None:
    if name is None:
        return None
    if name in ZONES:
        return timezone(timedelta(hours=ZONES[name]))
    hours, minutes = int(name[1:3]), int(name[-2:])
    if hours > 14 or minutes > 59:
        return None
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if name[0] == "-" else offset)
