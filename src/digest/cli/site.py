"""What commands share: the options --config, --at, --json and --debug, and the way to an open site."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from digest.clock import Clock, FixedClock, system_clock
from digest.errors import UsageError
from digest.reasons import word

if TYPE_CHECKING:
    from digest.config import Configuration, PublicationSettings
    from digest.flows.context import Context

Function = TypeVar("Function", bound=Callable[..., Any])


def _instant(_context: click.Context, _parameter: click.Parameter, value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(
            f'"{value}" is not an ISO 8601 time. Write for example 2026-03-29T07:00:00+02:00.'
        ) from None
    if moment.tzinfo is None:
        raise click.BadParameter(f'"{value}" has no zone. Add Z or an offset such as +02:00.')
    return moment


config_option = click.option(
    "--config", "config_file", type=click.Path(path_type=Path, dir_okay=False), default=Path("config.toml"),
    help="The configuration file.", show_default=True,
)  # fmt: skip
at_option = click.option("--at", callback=_instant, metavar="ISO8601", help="Act as if it were this time.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print facts as JSON.")


def _log(_context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    """Keep what is logged for developers out of an operator's terminal, unless asked for."""
    import logging

    if value:
        logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    else:
        logging.getLogger("digest").addHandler(logging.NullHandler())


debug_option = click.option(
    "--debug", is_flag=True, expose_value=False, callback=_log, help="Show a traceback when something breaks."
)


def site_options(function: Function) -> Function:
    """Give a command --config and --debug."""
    return config_option(debug_option(function))


def clock_of(at: datetime | None) -> Clock:
    """The clock of a command: standing still at --at, or the machine's."""
    return system_clock if at is None else FixedClock(at)


def configuration_of(config_file: Path) -> Configuration:
    """Read the configuration; `ConfigError` holds every mistake."""
    from digest.config import load

    return load(config_file)


@contextmanager
def opened(config_file: Path, at: datetime | None = None) -> Iterator[Context]:
    """Open the site that a configuration file describes."""
    from digest.flows.context import open_context

    with open_context(configuration_of(config_file), clock_of(at), agreed_by=system_clock) as context:
        yield context


def publication_named(context: Context, slug: str) -> PublicationSettings:
    """Find a publication of the configuration.

    Raises:
        UsageError: there is none; the known ones are named.
    """
    for settings in context.publications:
        if settings.slug == slug:
            return settings
    known = ", ".join(settings.slug for settings in context.publications) or "none yet"
    raise UsageError(f'There is no publication "{slug}". The configuration has: {known}.')


def print_json(value: object) -> None:
    """Print facts as one line of JSON."""
    click.echo(json.dumps(value, ensure_ascii=False, default=_plain))


def _plain(value: Any) -> Any:
    from digest.store.frozen import to_json

    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, Path):
        return str(value)
    return to_json(value)


def shown_time(moment: datetime | None) -> str:
    """Show an instant in the terminal's own zone."""
    return "never" if moment is None else moment.astimezone().strftime("%Y-%m-%d %H:%M")


__all__ = [
    "at_option", "clock_of", "config_option", "configuration_of", "debug_option", "json_option", "opened",
    "print_json", "publication_named", "shown_time", "site_options", "word",
]  # fmt: skip
