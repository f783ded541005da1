"""config.toml and the environment become frozen settings; every mistake is reported at once.

Unknown keys are mistakes. Secrets come from the environment (`DIGEST_RELAY__PASSWORD`) or from files
(`password_file`), and are never shown. Paths are relative to the file they stand in.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic import model_validator

from digest import toml_lines
from digest.compose.schedule import ScheduleError
from digest.compose.schedule import parse as parse_schedule
from digest.deliver.address import Address as MailAddress
from digest.deliver.address import parse_address, parse_mailbox
from digest.errors import ConfigError, Problem
from digest.model import Kind
from digest.reasons import word

_UNITS = {"s": 1, "second": 1, "min": 60, "minute": 60, "h": 3600, "hour": 3600, "d": 86400, "day": 86400}
_DURATION = re.compile(r"^\s*(\d+)\s*([a-z]+?)s?\s*$", re.IGNORECASE)


# ── values ───────────────────────────────────────────────────────────────────────────────────────
def _duration(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError('must be a text such as "30 minutes".')  # noqa: TRY004 - pydantic reports ValueError
    match = _DURATION.match(value)
    unit = _UNITS.get(match[2].lower() if len(match[2]) > 1 else match[2]) if match else None
    if match is None or unit is None or int(match[1]) == 0:
        raise ValueError(f'"{value}" is not a duration. Write for example "30 minutes", "2 hours" or "1 day".')
    return int(match[1]) * unit


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(f'"{value}" is not a time zone.{_nearest(value, available_timezones())}')
    return value


def _language(value: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", value):
        raise ValueError(f'"{value}" is not a language tag. Write for example "en", "fr" or "pt-BR".')
    return value


def _web_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f'"{value}" is not a web address. Write for example "https://news.example/".')
    return value if value.endswith("/") else value + "/"


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


def _nearest(word: str, known: object) -> str:
    choices = sorted(str(item) for item in known)  # type: ignore[attr-defined]  # any iterable of names
    lowered = {choice.lower(): choice for choice in choices}
    match = difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=0.5)
    return f' Did you mean "{lowered[match[0]]}"?' if match else ""


Duration = Annotated[int, BeforeValidator(_duration, json_schema_input_type=str)]
Zone = Annotated[str, AfterValidator(_zone)]
Language = Annotated[str, AfterValidator(_language)]
WebUrl = Annotated[str, AfterValidator(_web_url)]
Network = Annotated[str, AfterValidator(_network)]
Address = Annotated[str, AfterValidator(_address)]
Sender = Annotated[str, AfterValidator(_mailbox)]
Name = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]
Slug = Annotated[str, Field(max_length=60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class Section(BaseModel):
    """A table of config.toml: frozen, and closed to keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


# ── sections ─────────────────────────────────────────────────────────────────────────────────────
class SiteSettings(Section):
    """Who publishes, and where it can be read."""

    title: Name = Field(description="The name of the site, shown in feeds, pages and mail.")
    url: WebUrl = Field(description="The public address of the site; feeds are expected at <url>feeds/.")
    language: Language = Field("en", description="The site's own language, a BCP 47 tag.")
    timezone: Zone = Field("UTC", description="The zone of schedules and of dates without one.")
    owner: str = Field("", description="Who is responsible: shown in feeds and in the footer.")
    address: str = Field("", description="The postal address that many laws want in the footer of mail.")


class DatabaseSettings(Section):
    """Where the ledger is kept."""

    url: str = Field("sqlite:///digest.db", description="sqlite:///FILE, relative to config.toml.")


class PathSettings(Section):
    """Where files go, relative to config.toml."""

    feeds: Path = Field(Path("feeds"), description="The folder a web server publishes.")
    outbox: Path = Field(Path("outbox"), description="A copy of each edition as HTML, text and .eml.")
    templates: Path = Field(Path("templates"), description="Your own templates; they win over the built-in ones.")


class FetchSettings(Section):
    """How the network is asked."""

    user_agent: str = Field("", description="Sent with each request; made from the version and site.url when empty.")
    allow_private: tuple[Network, ...] = Field((), description="Private networks that sources may live in.")
    max_bytes: int = Field(15_000_000, ge=1_000, description="The largest document read, after decompression.")
    timeout: Duration = Field("20 s", validate_default=True, description="The longest time for one request.")


class SourceSettings(Section):
    """Something to collect from: a feed, a page, a folder."""

    name: Name = Field(description="What you call it; unique.")
    url: str = Field(min_length=1, description="A web address, or a path relative to config.toml.")
    kind: Kind = Field(Kind.AUTO, description="What to read it as; auto lets the first document decide.")
    topics: tuple[Name, ...] = Field((), description="The headings its stories stand under.")
    language: Language | None = Field(None, description="Its language, where it does not say so itself.")
    weight: float = Field(1.0, gt=0, le=10, description="How much its stories count for the lead.")
    every: Duration = Field("1 hour", validate_default=True, description="How often to look, at most.")


class PublicationSettings(Section):
    """A named output: what goes in, when, in which language, to whom."""

    slug: Slug = Field(description="Its name in paths and addresses: small letters, digits, hyphens.")
    title: Name = Field(description="Its name for readers.")
    description: str = Field("", description="One sentence for readers.")
    language: Language | None = Field(None, description="The language of its furniture; the site's when left out.")
    schedule: str = Field(description='When: "every day at 07:00", "mondays at 8", or five cron fields.')
    timezone: Zone | None = Field(None, description="The zone of its schedule; the site's when left out.")
    catch_up: Literal["latest", "all", "skip"] = Field("latest", description="What to do about missed occurrences.")
    sources: tuple[Name, ...] = Field((), description="Names of sources; all of them when left out.")
    topics: tuple[Name, ...] = Field((), description="Only these topics, in this order; all when left out.")
    include: tuple[str, ...] = Field((), description="Only stories with one of these words or /patterns/.")
    exclude: tuple[str, ...] = Field((), description="No story with one of these words or /patterns/.")
    min_items: int = Field(1, ge=1, description="With fewer stories the edition is skipped; they wait.")
    max_items: int = Field(30, ge=1, le=500, description="The most stories in an edition.")
    per_source: int | None = Field(None, ge=1, description="The most stories of one source in an edition.")
    approval: Literal["auto", "manual"] = Field("auto", description="manual: nothing leaves before `editions approve`.")
    recipients: tuple[Address, ...] = Field((), description="Addresses that get the digest by mail.")

    @model_validator(mode="after")
    def _patterns_compile(self) -> Self:
        for pattern in (*self.include, *self.exclude):
            if len(pattern) > 2 and pattern.startswith("/") and pattern.endswith("/"):
                try:
                    re.compile(pattern[1:-1])
                except re.error as error:
                    raise ValueError(f"the pattern {pattern} is not a regular expression: {error}.") from None
        return self


class RelaySettings(Section):
    """An SMTP server that takes our mail."""

    name: Name = Field("default", description="What you call it.")
    host: str = Field(min_length=1, description="Its name.")
    port: int | None = Field(None, ge=1, le=65535, description="587 for starttls, 465 for tls, 25 for none.")
    security: Literal["starttls", "tls", "none"] = Field("starttls", description="How the connection is protected.")
    username: str | None = Field(None, description="For servers that want a login.")
    password: SecretStr | None = Field(None, description="Better given as password_file or in the environment.")
    password_file: Path | None = Field(None, description="A file that holds the password alone.")
    ca_file: Path | None = Field(None, description="Certificates of a private authority.")
    sender: Sender = Field(alias="from", description='The sender: "Name <news@example.org>" or a bare address.')
    reply_to: Address | None = Field(None, description="Where answers go, if not to the sender.")
    per_connection: int = Field(100, ge=1, description="Messages sent before connecting anew.")
    timeout: Duration = Field("60 s", validate_default=True, description="How long to wait for an answer.")

    @property
    def effective_port(self) -> int:
        """The port to dial: the one given, or the registered one for this kind of security."""
        return self.port or {"starttls": 587, "tls": 465, "none": 25}[self.security]

    @property
    def secret(self) -> str | None:
        """The password in the clear, for the one place that logs in."""
        return self.password.get_secret_value() if self.password else None


class Settings(Section):
    """All of config.toml."""

    site: SiteSettings
    database: DatabaseSettings = DatabaseSettings()
    paths: PathSettings = PathSettings()
    fetch: FetchSettings = FetchSettings()
    source: tuple[SourceSettings, ...] = ()
    publication: tuple[PublicationSettings, ...] = ()
    relay: tuple[RelaySettings, ...] = Field((), max_length=1)


@dataclass(frozen=True, slots=True)
class Configuration:
    """Settings as they are in force. `origins` tells for each dotted key where its value came from."""

    file: Path
    settings: Settings
    origins: Mapping[str, str]

    @property
    def folder(self) -> Path:
        """The folder that relative paths count from."""
        return self.file.parent

    def zone_of(self, publication: PublicationSettings) -> str:
        """The zone a publication lives in."""
        return publication.timezone or self.settings.site.timezone

    @property
    def site_zone(self) -> ZoneInfo:
        """The zone of dates that come without one."""
        return ZoneInfo(self.settings.site.timezone)


# ── loading ──────────────────────────────────────────────────────────────────────────────────────
def load(file: Path, environ: Mapping[str, str] = os.environ) -> Configuration:
    """Read, overlay, check.

    Raises:
        ConfigError: with every mistake found, in the order of the file.
    """
    shown = str(file)
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise _alone(shown, f"there is no such file. Run `digest init {file.parent}` or give --config.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise _alone(shown, f"it cannot be read: {error}.") from None
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise ConfigError([Problem(shown, int(line[1]) if line else None, "TOML", f"{error}.")]) from None
    places = toml_lines.lines_of(text)
    problems, from_environment = _overlay(values, environ)
    problems += _read_password_files(values, file.parent, shown, places)
    settings: Settings | None = None
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        problems += [_problem(dict(item), shown, places) for item in error.errors()]
    problems += _across(values, shown, places)
    if problems or settings is None:
        raise ConfigError(sorted(problems, key=lambda problem: problem.line or 0))
    return Configuration(file, settings, _origins(settings, file.name, places, from_environment))


def _alone(file: str, message: str) -> ConfigError:
    return ConfigError([Problem(file, None, "config", message)])


def _overlay(values: dict[str, Any], environ: Mapping[str, str]) -> tuple[list[Problem], set[str]]:
    """Lay `DIGEST_SECTION__KEY` over the file; for a list of tables the value goes into each of them."""
    problems, keys = [], set()
    for name, value in sorted(environ.items()):
        if not name.startswith("DIGEST_") or "__" not in name:
            continue
        section, _, key = name.removeprefix("DIGEST_").lower().partition("__")
        field = Settings.model_fields.get(section)
        if field is None:
            known = _nearest(section, Settings.model_fields)
            problems.append(Problem("environment", None, name, "there is no such section.", known.strip()))
            continue
        tables = values.setdefault(section, {}) if not str(field.annotation).startswith("tuple") else values.get(section)
        for table in tables if isinstance(tables, list) else [tables or {}]:
            table[key] = value
        keys.add(f"{section}.{key}")
    return problems, keys


def _read_password_files(
    values: dict[str, Any], folder: Path, file: str, places: dict[toml_lines.Path, int]
) -> list[Problem]:
    problems = []
    relays = values.get("relay")
    for index, relay in enumerate(relays if isinstance(relays, list) else []):
        if not isinstance(relay, dict) or "password" in relay or not isinstance(relay.get("password_file"), str):
            continue
        try:
            relay["password"] = (folder / relay["password_file"]).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            line = toml_lines.line_of(places, ("relay", index, "password_file"))
            reason = error.strerror if isinstance(error, OSError) else "not text"
            problems.append(
                Problem(file, line, f"relay[{index}].password_file", f"it cannot be read: {reason}.",
                        "Put the password alone into that file.")
            )  # fmt: skip
    return problems


def _dotted(location: tuple[str | int, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")


def _problem(item: dict[str, Any], file: str, places: dict[toml_lines.Path, int]) -> Problem:
    """Turn one of pydantic's errors into a sentence with its line."""
    location: tuple[str | int, ...] = tuple(item["loc"])
    line = toml_lines.line_of(places, location)
    match item["type"]:
        case "extra_forbidden":
            known = _keys_at(location[:-1])
            message, hint = "there is no such key.", _nearest(str(location[-1]), known).strip()
        case "missing":
            message, hint = "is missing.", "Add it."
        case "value_error":
            message, hint = str(item["ctx"]["error"]), ""
        case "string_pattern_mismatch" if location[-1] == "slug":
            message, hint = "must be small letters, digits and hyphens.", 'Write for example "morning-news".'
        case "too_long" if location == ("relay",):
            message, hint = "there are several relays.", "Leave one: only one relay is supported so far."
        case _:
            message, hint = item["msg"][0].lower() + item["msg"][1:] + ".", ""
    return Problem(file, line, _dotted(location), message, hint)


def _keys_at(location: tuple[str | int, ...]) -> list[str]:
    if not location:
        return list(Settings.model_fields)
    sections: dict[str, type[Section]] = {
        "site": SiteSettings, "database": DatabaseSettings, "paths": PathSettings, "fetch": FetchSettings,
        "source": SourceSettings, "publication": PublicationSettings, "relay": RelaySettings,
    }  # fmt: skip
    section = sections.get(str(location[0]))
    return [field.alias or name for name, field in section.model_fields.items()] if section else []


def _across(values: dict[str, Any], file: str, places: dict[toml_lines.Path, int]) -> list[Problem]:
    """Check what one table alone cannot know: names used twice, names that do not exist, schedules in their zone."""
    problems: list[Problem] = []

    def complain(path: tuple[str | int, ...], message: str, hint: str = "") -> None:
        problems.append(Problem(file, toml_lines.line_of(places, path), _dotted(path), message, hint))

    def tables(section: str) -> list[tuple[int, dict[str, Any]]]:
        found = values.get(section)
        return [(i, t) for i, t in enumerate(found if isinstance(found, list) else []) if isinstance(t, dict)]

    for section, key in (("source", "name"), ("publication", "slug")):
        seen: set[str] = set()
        for index, table in tables(section):
            value = table.get(key)
            if isinstance(value, str) and value in seen:
                complain((section, index, key), f'"{value}" is used twice.', "Give each its own.")
            seen.add(str(value))
    names = {str(table.get("name")) for _, table in tables("source")}
    site = values.get("site") if isinstance(values.get("site"), dict) else {}
    for index, table in tables("publication"):
        wanted = table.get("sources")
        for name in wanted if isinstance(wanted, list) else []:
            if name not in names:
                complain(("publication", index, "sources"), f'there is no source "{name}".', _nearest(str(name), names).strip())
        zone = table.get("timezone") or (site or {}).get("timezone") or "UTC"
        if isinstance(table.get("schedule"), str) and zone in available_timezones():
            try:
                parse_schedule(table["schedule"], zone)
            except ScheduleError as error:
                complain(("publication", index, "schedule"), str(error))
    if any(table.get("recipients") for _, table in tables("publication")) and not tables("relay"):
        index = next(i for i, table in tables("publication") if table.get("recipients"))
        complain(("publication", index, "recipients"), "there is no relay to send by.", "Add a [[relay]] table.")
    return problems


def _origins(
    settings: Settings, file: str, places: dict[toml_lines.Path, int], from_environment: set[str]
) -> dict[str, str]:
    origins: dict[str, str] = {}

    def walk(value: object, path: tuple[str | int, ...]) -> None:
        if isinstance(value, Section):
            for name, field in type(value).model_fields.items():
                walk(getattr(value, name), (*path, field.alias or name))
        elif isinstance(value, tuple) and value and isinstance(value[0], Section):
            for index, item in enumerate(value):
                walk(item, (*path, index))
        else:
            plain = ".".join(str(part) for part in path if isinstance(part, str))
            line = places.get(path)
            origins[_dotted(path)] = (
                "environment" if plain in from_environment else f"{file}:{line}" if line else "default"
            )

    walk(settings, ())
    return origins
