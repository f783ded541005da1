"""What a value of config.toml may be: each kind with its check, and a sentence that says how to write it.

A check raises `ValueError` with that sentence; pydantic collects them all.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from functools import cache
from ipaddress import ip_network
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field

from digest.collect.mailbox import mailbox_place
from digest.deliver.address import Address as MailAddress
from digest.deliver.address import parse_address, parse_mailbox
from digest.model import Failed
from digest.reasons import word

_UNITS = {"s": 1, "second": 1, "min": 60, "minute": 60, "h": 3600, "hour": 3600, "d": 86400, "day": 86400}
_DURATION = re.compile(r"^\s*([0-9]{1,9})\s*([a-z]+?)s?\s*$", re.IGNORECASE)
_LONGEST = 365 * 86400
zones = cache(available_timezones)


def _duration(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError('must be a text such as "30 minutes".')  # noqa: TRY004 - pydantic reports ValueError
    match = _DURATION.match(value)
    unit = _UNITS.get(match[2].lower() if len(match[2]) > 1 else match[2]) if match else None
    if match is None or unit is None or int(match[1]) == 0:
        raise ValueError(f'"{value}" is not a duration. Write for example "30 minutes", "2 hours" or "1 day".')
    seconds = int(match[1]) * unit
    if seconds > _LONGEST:
        raise ValueError(f'"{value}" is too long. A year, "365 days", is the most.')
    return seconds


def _zone(value: str) -> str:
    if value not in zones():
        raise ValueError(f'"{value}" is not a time zone.{nearest(value, zones())}')
    return value


def _language(value: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", value):
        raise ValueError(f'"{value}" is not a language tag. Write for example "en", "fr" or "pt-BR".')
    return value


def _web_url(value: str) -> str:
    if not _is_web(value) or "?" in value or "#" in value:
        raise ValueError(f'"{value}" is not a web address. Write for example "https://news.example/".')
    return value if value.endswith("/") else value + "/"


def _is_web(value: str) -> bool:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"[\s\x00-\x1f\x7f]", value)


def _target(value: str) -> str:
    """Take a web address or a path; what names a scheme and is no web address is a slip."""
    if value.startswith(("imap:", "imaps:", "maildir:")):
        place = mailbox_place(value)
        if isinstance(place, Failed):
            raise ValueError(f"{word(place.reason)}.")
        return value
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", value) and not _is_web(value):
        raise ValueError(f'"{value}" is neither a web address, such as "https://news.example/feed", nor a path.')
    return value


def _pattern(value: str) -> str:
    if len(value) > 2 and value.startswith("/") and value.endswith("/"):
        try:
            re.compile(value[1:-1])
        except re.error as error:
            raise ValueError(f"the pattern {value} is not a regular expression: {error}.") from None
    return value


def _network(value: str) -> str:
    try:
        return str(ip_network(value, strict=False))
    except ValueError:
        raise ValueError(f'"{value}" is not a network. Write for example "10.0.0.0/8".') from None


def _address(value: str) -> str:
    address = parse_address(value)
    if not isinstance(address, MailAddress):
        raise ValueError(f"{word(address)}.")  # noqa: TRY004 - pydantic reports ValueError
    return value


def _mailbox(value: str) -> str:
    mailbox = parse_mailbox(value)
    if not isinstance(mailbox, tuple):
        raise ValueError(f"{word(mailbox)}.")  # noqa: TRY004 - pydantic reports ValueError
    return value


def nearest(word: str, known: Iterable[str]) -> str:
    """Name the nearest of some names as a question with a space before it; empty if none is near."""
    choices = sorted(known)
    lowered = {choice.lower(): choice for choice in choices}
    match = difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=0.5)
    return f' Did you mean "{lowered[match[0]]}"?' if match else ""


Duration = Annotated[int, BeforeValidator(_duration, json_schema_input_type=str)]
Zone = Annotated[str, AfterValidator(_zone)]
Language = Annotated[str, AfterValidator(_language)]
WebUrl = Annotated[str, AfterValidator(_web_url)]
Target = Annotated[str, Field(min_length=1), AfterValidator(_target)]
Pattern = Annotated[str, Field(min_length=1), AfterValidator(_pattern)]
Network = Annotated[str, AfterValidator(_network)]
Address = Annotated[str, AfterValidator(_address)]
Sender = Annotated[str, AfterValidator(_mailbox)]
Name = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]
Slug = Annotated[str, Field(max_length=60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
