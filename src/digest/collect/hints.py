"""What a feed says about how often it wants to be read: ttl, skipHours, skipDays (RSS 2.0), sy:update… (RSS 1.0).

Read off the bytes of the channel: neither parser keeps all of them, and a hint that cannot be read is none.
"""

from __future__ import annotations

import re

from digest.model import Hints

_ITEM = re.compile(rb"<(?:[a-z0-9]+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_TTL = re.compile(rb"<ttl>\s*([0-9]{1,6})\s*</ttl>", re.IGNORECASE)
_PERIOD = re.compile(rb"<sy:updatePeriod>\s*([a-z]{1,10})\s*</sy:updatePeriod>", re.IGNORECASE)
_FREQUENCY = re.compile(rb"<sy:updateFrequency>\s*([0-9]{1,4})\s*</sy:updateFrequency>", re.IGNORECASE)
_HOUR = re.compile(rb"<hour>\s*([0-9]{1,2})\s*</hour>", re.IGNORECASE)
_DAY = re.compile(rb"<day>\s*([a-z]{6,9})\s*</day>", re.IGNORECASE)


def read_hints(body: bytes) -> Hints:
    """Read the hints of a feed document; the first item ends the search, or 64 kB where they stand after it."""
    item = _ITEM.search(body)
    head = body[: min(item.start() if item else 65_536, 65_536)] + body[-4_096:]
    ttl, period, frequency = _TTL.search(head), _PERIOD.search(head), _FREQUENCY.search(head)
    return Hints(
        ttl=int(ttl[1]) if ttl else None,
        update_period=period[1].decode("ascii").lower() if period else None,
        update_frequency=int(frequency[1]) if frequency else None,
        skip_hours=tuple(dict.fromkeys(int(hour) for hour in _HOUR.findall(head))),
        skip_days=tuple(dict.fromkeys(day.decode("ascii") for day in _DAY.findall(head))),
    )
