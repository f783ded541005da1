"""config.toml and the environment become frozen settings; every mistake is reported at once.

Unknown keys are mistakes. Secrets come from the environment (`DIGEST_RELAY__PASSWORD`) or from files
(`password_file`), and are never shown. Paths are relative to the file they stand in.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)

from digest import toml_lines
from digest.compose.schedule import ScheduleError
from digest.compose.schedule import parse as parse_schedule
from digest.errors import ConfigError, Problem
from digest.model import Kind
from digest.values import (
    Address,
    Duration,
    Language,
    Name,
    Network,
    Pattern,
    Sender,
    Slug,
    Target,
    WebUrl,
    Zone,
    nearest,
    zones,
)


class Section(BaseModel):
    """A table of config.toml: frozen, and closed to keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


# ── sections ─────────────────────────────────────────────────────────────────────────────────────
class SiteSettings(Section):
    """Who publishes, and where it can be read."""

    title: Name = Field(description="The name of the site, shown in feeds, pages and mail.")
    url: WebUrl = Field(description="The public address of the site; feeds are expected at <url>feeds/.")
    language: Language = Field(default="en", description="The site's own language, a BCP 47 tag.")
    timezone: Zone = Field(default="UTC", description="The zone of schedules and of dates without one.")
    owner: str = Field(default="", description="Who is responsible: shown in feeds and in the footer.")
    address: str = Field(default="", description="The postal address that many laws want in the footer of mail.")


class DatabaseSettings(Section):
    """Where the ledger is kept."""

    url: str = Field(default="sqlite:///digest.db", description="sqlite:///FILE, relative to config.toml.")


class PathSettings(Section):
    """Where files go, relative to config.toml."""

    feeds: Path = Field(default=Path("feeds"), description="The folder a web server publishes.")
    outbox: Path = Field(default=Path("outbox"), description="A copy of each edition as HTML, text and .eml.")
    templates: Path = Field(
        default=Path("templates"), description="Your own templates; they win over the built-in ones."
    )


class FetchSettings(Section):
    """How the network is asked."""

    user_agent: str = Field(
        "", pattern=r"^[ -~]*$", description="Sent with each request; made from the version and site.url when empty."
    )
    allow_private: tuple[Network, ...] = Field(default=(), description="Private networks that sources may live in.")
    max_bytes: int = Field(default=15_000_000, ge=1_000, description="The largest document read, after decompression.")
    timeout: Duration = Field(default="20 s", validate_default=True, description="The longest time for one request.")


class SourceSettings(Section):
    """Something to collect from: a feed, a page, a folder."""

    name: Name = Field(description="What you call it; unique.")
    url: Target = Field(description="A web address, or a path relative to config.toml.")
    kind: Kind = Field(default=Kind.AUTO, description="What to read it as; auto lets the first document decide.")
    topics: tuple[Name, ...] = Field(default=(), description="The headings its stories stand under.")
    language: Language | None = Field(default=None, description="Its language, where it does not say so itself.")
    weight: float = Field(default=1.0, gt=0, le=10, description="How much its stories count for the lead.")
    every: Duration | None = Field(default=None, description="How often to look; learnt from its rhythm when left out.")
    password: SecretStr | None = Field(default=None, description="Of an IMAP mailbox; better given as password_file.")
    password_file: Path | None = Field(default=None, description="A file that holds the mailbox's password alone.")

    @property
    def secret(self) -> str | None:
        """The password in the clear, for the one place that logs in."""
        return self.password.get_secret_value() if self.password else None


class PublicationSettings(Section):
    """A named output: what goes in, when, in which language, to whom."""

    slug: Slug = Field(description="Its name in paths and addresses: small letters, digits, hyphens.")
    title: Name = Field(description="Its name for readers.")
    description: str = Field(default="", description="One sentence for readers.")
    language: Language | None = Field(
        default=None, description="The language of its furniture; the site's when left out."
    )
    schedule: str = Field(description='When: "every day at 07:00", "mondays at 8", or five cron fields.')
    timezone: Zone | None = Field(default=None, description="The zone of its schedule; the site's when left out.")
    catch_up: Literal["latest", "all", "skip"] = Field(
        default="latest", description="What to do about missed occurrences."
    )
    sources: tuple[Name, ...] = Field(default=(), description="Names of sources; all of them when left out.")
    topics: tuple[Name, ...] = Field(default=(), description="Only these topics, in this order; all when left out.")
    include: tuple[Pattern, ...] = Field(default=(), description="Only stories with one of these words or /patterns/.")
    exclude: tuple[Pattern, ...] = Field(default=(), description="No story with one of these words or /patterns/.")
    min_items: int = Field(default=1, ge=1, description="With fewer stories the edition is skipped; they wait.")
    max_items: int = Field(default=30, ge=1, le=500, description="The most stories in an edition.")
    per_source: int | None = Field(default=None, ge=1, description="The most stories of one source in an edition.")
    approval: Literal["auto", "manual"] = Field(
        default="auto", description="manual: nothing leaves before `editions approve`."
    )
    recipients: tuple[Address, ...] = Field(default=(), description="Addresses that get the digest by mail.")


class RelaySettings(Section):
    """An SMTP server that takes our mail."""

    name: Name = Field(default="default", description="What you call it.")
    host: str = Field(min_length=1, description="Its name.")
    port: int | None = Field(default=None, ge=1, le=65535, description="587 for starttls, 465 for tls, 25 for none.")
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the connection is protected."
    )
    username: str | None = Field(default=None, description="For servers that want a login.")
    password: SecretStr | None = Field(default=None, description="Better given as password_file or in the environment.")
    password_file: Path | None = Field(default=None, description="A file that holds the password alone.")
    ca_file: Path | None = Field(default=None, description="Certificates of a private authority.")
    sender: Sender = Field(alias="from", description='The sender: "Name <news@example.org>" or a bare address.')
    reply_to: Address | None = Field(default=None, description="Where answers go, if not to the sender.")
    per_connection: int = Field(default=100, ge=1, description="Messages sent before connecting anew.")
    timeout: Duration = Field(default="60 s", validate_default=True, description="How long to wait for an answer.")

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
    relay: tuple[RelaySettings, ...] = Field(default=(), max_length=1)


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
Finding = tuple[tuple[str | int, ...], str, str]
"""A mistake before it has its line: path, message, hint."""


def load(file: Path, environ: Mapping[str, str] = os.environ) -> Configuration:
    """Read, overlay, check.

    Raises:
        ConfigError: with every mistake found, in the order of the file.
    """
    shown = str(file)
    try:
        text = file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        raise _alone(shown, f"there is no such file. Run `digest init {file.parent}` or give --config.") from None
    except UnicodeDecodeError as error:
        number = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError([Problem(shown, number, "config", "it is not UTF-8.", "Save it in that encoding.")]) from None
    except OSError as error:
        raise _alone(shown, f"it cannot be read: {error.strerror}.") from None
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
        problems += [_problem(dict(item), shown, places, from_environment) for item in error.errors()]
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
            known = nearest(section, Settings.model_fields)
            problems.append(Problem("environment", None, name, "there is no such section.", known.strip()))
            continue
        keys_there = _keys_at((section,))
        if key not in keys_there:
            hint = nearest(key, keys_there).strip()
            problems.append(Problem("environment", None, name, "there is no such key.", hint))
            continue
        tables = values.get(section) if str(field.annotation).startswith("tuple") else [values.setdefault(section, {})]
        for table in tables if isinstance(tables, list) else []:
            if isinstance(table, dict):
                table[key] = value
        keys.add(f"{section}.{key}")
    return problems, keys


def _read_password_files(
    values: dict[str, Any], folder: Path, file: str, places: dict[toml_lines.Path, int]
) -> list[Problem]:
    problems = []
    for section in ("relay", "source"):
        tables = values.get(section)
        for index, table in enumerate(tables if isinstance(tables, list) else []):
            if not isinstance(table, dict) or "password" in table or not isinstance(table.get("password_file"), str):
                continue
            try:
                table["password"] = (folder / table["password_file"]).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                line = toml_lines.line_of(places, (section, index, "password_file"))
                reason = error.strerror if isinstance(error, OSError) else "not text"
                problems.append(
                    Problem(file, line, f"{section}[{index}].password_file", f"it cannot be read: {reason}.",
                            "Put the password alone into that file.")
                )  # fmt: skip
    return problems


def _dotted(location: tuple[str | int, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")


def _plain(location: tuple[str | int, ...]) -> str:
    """Name a key without counting tables: what `DIGEST_SECTION__KEY` sets."""
    return ".".join(str(part) for part in location if isinstance(part, str))


def _problem(
    item: dict[str, Any], file: str, places: dict[toml_lines.Path, int], from_environment: set[str]
) -> Problem:
    """Turn one of pydantic's errors into a sentence with its line, or with the variable that is to blame."""
    location: tuple[str | int, ...] = tuple(item["loc"])
    line = toml_lines.line_of(places, location)
    match item["type"]:
        case "extra_forbidden":
            known = _keys_at(location[:-1])
            message, hint = "there is no such key.", nearest(str(location[-1]), known).strip()
        case "missing":
            message, hint = "is missing.", "Add it."
        case "value_error":
            message, hint = str(item["ctx"]["error"]), ""
        case "string_pattern_mismatch" if location[-1] == "slug":
            message, hint = "must be small letters, digits and hyphens.", 'Write for example "morning-news".'
        case "too_long" if location == ("relay",):
            message, hint = "there are several relays.", "Leave one: only one relay is supported so far."
        case "tuple_type" if location[-1] in ("source", "publication", "relay"):
            message, hint = "must be a list of tables.", f"Write [[{location[-1]}]]."
        case "tuple_type":
            message, hint = "must be a list.", 'Write for example ["one", "two"].'
        case "model_type":
            message, hint = "must be one table.", f"Write [{location[0]}]." if len(location) == 1 else ""
        case _:
            message, hint = item["msg"][0].lower() + item["msg"][1:] + ".", ""
    plain = _plain(location)
    if plain in from_environment:
        return Problem("environment", None, f"DIGEST_{plain.replace('.', '__').upper()}", message, hint)
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
    """Check what one table alone cannot know."""
    found = [*_used_twice(values), *_unknown_sources(values), *_bad_schedules(values), *_unsendable(values)]
    return [
        Problem(file, toml_lines.line_of(places, path), _dotted(path), message, hint) for path, message, hint in found
    ]


def _tables(values: dict[str, Any], section: str) -> list[tuple[int, dict[str, Any]]]:
    found = values.get(section)
    return [(i, table) for i, table in enumerate(found if isinstance(found, list) else []) if isinstance(table, dict)]


def _used_twice(values: dict[str, Any]) -> Iterator[Finding]:
    for section, key in (("source", "name"), ("publication", "slug")):
        seen: set[str] = set()
        for index, table in _tables(values, section):
            value = table.get(key)
            if isinstance(value, str):
                if value in seen:
                    yield (section, index, key), f'"{value}" is used twice.', "Give each its own."
                seen.add(value)


def _unknown_sources(values: dict[str, Any]) -> Iterator[Finding]:
    names = {str(table.get("name")) for _, table in _tables(values, "source")}
    for index, table in _tables(values, "publication"):
        wanted = table.get("sources")
        for name in wanted if isinstance(wanted, list) else []:
            if isinstance(name, str) and name not in names:
                path = ("publication", index, "sources")
                yield path, f'there is no source "{name}".', nearest(name, names).strip()


def _bad_schedules(values: dict[str, Any]) -> Iterator[Finding]:
    site = values.get("site")
    for index, table in _tables(values, "publication"):
        wished = table.get("timezone") or (site.get("timezone") if isinstance(site, dict) else None)
        zone = wished if isinstance(wished, str) and wished in zones() else "UTC"
        if isinstance(table.get("schedule"), str):
            try:
                parse_schedule(table["schedule"], zone)
            except ScheduleError as error:
                yield ("publication", index, "schedule"), str(error), ""


def _unsendable(values: dict[str, Any]) -> Iterator[Finding]:
    mailed = [index for index, table in _tables(values, "publication") if table.get("recipients")]
    if mailed and not _tables(values, "relay"):
        yield ("publication", mailed[0], "recipients"), "there is no relay to send by.", "Add a [[relay]] table."


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
            line = places.get(path)
            origins[_dotted(path)] = (
                "environment" if _plain(path) in from_environment else f"{file}:{line}" if line else "default"
            )

    walk(settings, ())
    return origins
