"""Read the dates that machines write: ISO 8601 and its near misses, RFC 5322, seconds since 1970, JavaScript's own.

The rule owned here: what stands in an attribute, in `<meta>` or in JSON is read as a stamp before it is read as human
words. A stamp keeps the offset it was written with, since that tells the day it names at its site. Placeholders such
as year 1 or 1970 are no dates.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from typing import Final

from digest.model import UNDATED, Dating, Precision

_LONGEST: Final = 80
OLDEST: Final = 1971
"""The first year that is no placeholder."""
_ISO: Final = re.compile(
    r"([12]\d{3})([-/.]?)([01]\d)\2([0-3]\d)"
    r"(?:[Tt\s_,]+([0-2]\d):?([0-5]\d)(?::?([0-5]\d)(?:[.,:]\d{1,9})?)?\s*(Z|z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?(?!\d)(.*)"
)
_LONGEST_REST: Final = 12
"""Characters after a stamp that are believed to be a mangled zone."""
_EPOCH: Final = re.compile(r"(1\d{9})(?:\.\d+|\d{3})?")
_RFC_5322: Final = re.compile(r"(?:[A-Za-z]{3},\s*)?\d{1,2}\s+[A-Za-z]{3}\s+\d{4}\s+\d\d:\d\d")
_JAVASCRIPT: Final = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d{4})?\s?(\d\d:\d\d:\d\d)"
    r"(?: (?:GMT|UTC|[A-Z]{3,4}))?([+-]\d{4})?(?: (\d{4}))?"
)


def read_stamp(text: str, zone: tzinfo) -> Dating:
    """Read a machine's date; one without an offset is in `zone`. What is none gives `UNDATED`."""
    told = " ".join(text.split())
    if not 8 <= len(told) <= _LONGEST:
        return UNDATED
    try:
        found = _iso(told, zone) or _epoch(told) or _spoken(told)
    except (ValueError, OverflowError):
        return UNDATED
    return UNDATED if found is None or found[0].year < OLDEST else Dating(*found)


def _iso(told: str, zone: tzinfo) -> tuple[datetime, Precision] | None:
    match = _ISO.match(told)
    if match is None or len(match[9]) > _LONGEST_REST or (match[5] is None and match[9].strip()):
        return None
    year, month, day = int(match[1]), int(match[3]), int(match[4])
    if match[5] is None:
        return datetime(year, month, day, tzinfo=zone), Precision.DAY
    precision = Precision.MINUTE if match[7] is None else Precision.SECOND
    return datetime(
        year, month, day, int(match[5]), int(match[6]), int(match[7] or 0), tzinfo=_offset(match[8]) or zone
    ), precision


def _offset(name: str | None) -> tzinfo | None:
    if name is None:
        return None
    if name[0] not in "+-":
        return UTC
    digits = name[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if offset > timedelta(hours=14) or int(digits[2:]) > 59:
        return None
    return timezone(-offset if name[0] == "-" else offset) if offset else UTC


def _epoch(told: str) -> tuple[datetime, Precision] | None:
    match = _EPOCH.fullmatch(told)
    return None if match is None else (datetime.fromtimestamp(int(match[1]), UTC), Precision.SECOND)


def _spoken(told: str) -> tuple[datetime, Precision] | None:
    javascript = _JAVASCRIPT.match(told)
    if javascript is not None:
        month, day, year, clock, offset, last = javascript.groups()
        told = f"{day} {month} {year or last} {clock} {offset or '+0000'}"
    elif _RFC_5322.match(told) is None:
        return None
    found = parsedate_to_datetime(told)
    return found if found is None else (found if found.tzinfo else found.replace(tzinfo=UTC), Precision.SECOND)
