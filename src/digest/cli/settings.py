"""The commands about the configuration and the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from digest.cli.site import config_option, configuration_of, debug_option, json_option, print_json, site_options


@click.group()
def config() -> None:
    """Show and check the configuration."""


@config.command()
@site_options
@json_option
def show(config_file: Path, *, as_json: bool) -> None:
    """Show every setting in force, with where it comes from; secrets are masked."""
    configuration = configuration_of(config_file)
    values = configuration.settings.model_dump(mode="json", by_alias=True)
    rows = [(key, value, configuration.origins.get(key, "default")) for key, value in _flat(values)]
    if as_json:
        print_json([{"key": key, "value": value, "origin": origin} for key, value, origin in rows])
        return
    for key, value, origin in rows:
        click.echo(f"{key} = {value!r}  ({origin})")


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(item, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for index, item in enumerate(value):
            yield from _flat(item, f"{path}[{index}]")
    else:
        yield path, value


@config.command()
@site_options
def check(config_file: Path) -> None:
    """Check the configuration; every mistake is named with its line and its fix."""
    settings = configuration_of(config_file).settings
    click.echo(f"✓ {config_file}: {len(settings.source)} sources, {len(settings.publication)} publications")


@config.command()
def schema() -> None:
    """Print the JSON Schema of config.toml, which editors use to complete it."""
    from digest.config import Settings

    print_json({"$schema": "https://json-schema.org/draft/2020-12/schema", **Settings.model_json_schema()})


@click.group()
def db() -> None:
    """Look after the ledger."""


@db.command()
@config_option
@debug_option
def upgrade(config_file: Path) -> None:
    """Bring the ledger to the version this program works with."""
    from digest.store import ledger

    configuration = configuration_of(config_file)
    opened = ledger.open_for_upgrade(configuration.settings.database.url, configuration.folder)
    try:
        before = ledger.version_of(opened)
        ledger.upgrade(opened)
    finally:
        opened.close()
    click.echo(
        f"✓ the ledger is at version {ledger.HEAD}"
        + (f" (it was at {before})" if before not in (None, ledger.HEAD) else "")
    )
