"""The commands about sources."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.site import json_option, opened, print_json, shown_time, site_options
from digest.collect.clean import plain
from digest.errors import UsageError
from digest.model import Kind
from digest.reasons import word

if TYPE_CHECKING:
    from digest.flows.context import Context
    from digest.store.sources import Source


@click.group()
def sources() -> None:
    """List, add, remove, pause and resume sources."""


@sources.command("list")
@site_options
@json_option
def list_(config_file: Path, *, as_json: bool) -> None:
    """List the sources and how each stands."""
    from digest.flows.status import how_it_went
    from digest.store import sources as rows

    with opened(config_file) as context, context.ledger.reading() as connection:
        found = rows.every(connection)
    if as_json:
        print_json(found)
        return
    for source in found:
        mark = "✗" if source.failures else "‖" if source.state == "paused" else "✓" if source.succeeded else " "
        click.echo(f"{mark} {source.spec.name}  {source.spec.url}")
        click.echo(f"    {word(how_it_went(source))}; next look {shown_time(source.next_check)}")


@sources.command()
@site_options
@click.option("--name", help="What to call it; the title it gives itself when left out.")
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]), default="auto", help="What to read it as.")
@click.option("--topic", "topics", multiple=True, help="A heading its stories stand under; may be repeated.")
@click.option("--probe", is_flag=True, help="Guess at usual places of feeds too, when nothing else leads anywhere.")
@click.argument("url")
def add(config_file: Path, name: str | None, kind: str, topics: Sequence[str], *, probe: bool, url: str) -> None:
    """Add a source to the ledger: find its best route, show its newest entries and why other routes were not taken.

    Where nothing can be collected, nothing is added. The sources of config.toml stay there.
    """
    from digest.flows.inspect import refused_routes
    from digest.flows.sources import add_source

    with opened(config_file) as context:
        added = asyncio.run(add_source(context, url, name, Kind(kind), tuple(topics), probe=probe))
    chosen = added.look.chosen
    route = f"{chosen.route.value} {chosen.url}" if chosen else added.seen.route
    click.echo(f"✓ {added.name}: {added.collection.new} entries by {route}")
    for entry in chosen.newest if chosen else added.seen.entries[:5]:
        when = f"{entry.dating.at:%Y-%m-%d}" if entry.dating.at else "undated   "
        click.echo(f"    {when}  {plain(entry.title)}")
    for line in refused_routes(added.look.refused):
        click.secho(f"  {line}", dim=True)


@sources.command()
@site_options
@click.argument("name")
def remove(config_file: Path, name: str) -> None:
    """Remove a source that was added by command; its entries stay."""
    _set_state(config_file, name, "gone")
    click.echo(f"✓ {name} is removed")


@sources.command()
@site_options
@click.argument("name")
def pause(config_file: Path, name: str) -> None:
    """Stop looking at a source until `resume`."""
    _set_state(config_file, name, "paused")
    click.echo(f"✓ {name} is paused")


@sources.command()
@site_options
@click.argument("name")
def resume(config_file: Path, name: str) -> None:
    """Look at a paused source again."""
    _set_state(config_file, name, "active")
    click.echo(f"✓ {name} is looked at again")


def _set_state(config_file: Path, name: str, state: str) -> None:
    from digest.store import sources as rows

    with opened(config_file) as context:
        source = _named(context, name)
        if state == "gone" and source.spec.origin == "config":
            raise UsageError(f'"{name}" stands in {config_file}. Remove its [[source]] table there.')
        with context.ledger.writing() as connection:
            rows.set_state(connection, source.id, state)


def _named(context: Context, name: str) -> Source:
    from digest.store import sources as rows

    with context.ledger.reading() as connection:
        source = rows.by_name(connection, name)
    if source is None or source.state == "gone":
        raise UsageError(f'There is no source "{name}". `digest sources list` shows them.')
    return source
