"""The commands that do the work: the whole cycle, the daemon, or one stage alone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.site import (
    at_option,
    configuration_of,
    json_option,
    opened,
    print_json,
    publication_named,
    shown_time,
    site_options,
)  # fmt: skip
from digest.errors import UsageError
from digest.reasons import word

if TYPE_CHECKING:
    from digest.flows.compose import Composition
    from digest.flows.context import Context
    from digest.flows.deliver import Dispatch
    from digest.flows.keep import Collection
    from digest.flows.publish import Written
    from digest.flows.trouble import Trouble

PARTLY = 3


@click.command()
@site_options
@at_option
@json_option
@click.option("--all", "everything", is_flag=True, help="Collect every source, due or not.")
@click.option("--now", is_flag=True, help="Make an edition of each publication as if it were due.")
def run(config_file: Path, at: datetime | None, *, as_json: bool, everything: bool, now: bool) -> int:
    """Do one whole cycle: collect, compose, publish, deliver.

    Collects what is due, makes the editions that are due, writes feeds, pages and mail to disk, and sends. Prints
    what it did and where. Leaves with 3 when some source or delivery failed; the rest is safe.
    """
    from digest.flows.run import run as run_cycle

    with opened(config_file, at) as context:
        cycle = asyncio.run(run_cycle(context, everything=everything, now=now))
        if as_json:
            print_json({
                "collected": cycle.collected, "composed": cycle.composed, "written": cycle.written,
                "delivered": {state.value: number for state, number in cycle.dispatch.counts.items()},
                "troubles": cycle.troubles,
            })  # fmt: skip
        else:
            _tell_collected(cycle.collected)
            _tell_composed(context, cycle.composed)
            _tell_written(cycle.written)
            _tell_delivered(cycle.dispatch)
        _tell_troubles(cycle.troubles)
    return PARTLY if cycle.in_part else 0


@click.command()
@site_options
def daemon(config_file: Path) -> None:
    """Run for ever: collect, compose, publish and deliver, everything at its hour.

    SIGTERM lets work under way end and leaves within 10 seconds; SIGHUP reads the configuration again.
    """
    import logging

    from digest.engine.embedded import Daemon

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    with opened(config_file) as context:
        asyncio.run(Daemon(context, lambda: configuration_of(config_file)).run())


@click.command()
@site_options
@at_option
@json_option
@click.option("--record", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Keep what the web answers, for --replay.")  # fmt: skip
@click.option("--replay", type=click.Path(path_type=Path, file_okay=False, exists=True), metavar="DIR",
              help="Ask nobody: answer from what --record kept.")  # fmt: skip
@click.argument("names", metavar="[SOURCE]...", nargs=-1)
def collect(
    config_file: Path,
    at: datetime | None,
    *,
    as_json: bool,
    record: Path | None,
    replay: Path | None,
    names: Sequence[str],
) -> int:
    """Look at sources now, all of them or those named, and keep what is new."""
    from digest.collect.recorder import Exchanges
    from digest.flows.collect import collect as collect_sources
    from digest.store import sources

    with opened(config_file, at) as context:
        with context.ledger.reading() as connection:
            known = {source.spec.name: source.id for source in sources.every(connection) if source.state == "active"}
        if missing := [name for name in names if name not in known]:
            raise UsageError(f'There is no active source "{missing[0]}". `digest sources list` shows them.')
        collected = asyncio.run(
            collect_sources(context, [known[name] for name in names or known], Exchanges(record, replay))
        )
    if as_json:
        print_json(collected)
    else:
        _tell_collected(collected)
    return PARTLY if any(item.failed for item in collected) else 0


@click.command()
@site_options
def feeds(config_file: Path) -> int:
    """Write feeds and pages again, where they changed."""
    from digest.flows.publish import publish_feeds

    troubles: list[Trouble] = []
    with opened(config_file) as context:
        _tell_written(publish_feeds(context, troubles))
    return _tell_troubles(troubles)


@click.command()
@site_options
@at_option
@click.argument("publication")
@click.option("--now", is_flag=True, help="Make it as if it were due.")
def compose(config_file: Path, at: datetime | None, publication: str, *, now: bool) -> int:
    """Make the edition of a publication that is due, and write it to disk."""
    from digest.flows.compose import compose as compose_occurrence
    from digest.flows.compose import compose_now, due_occurrences
    from digest.flows.publish import publish_due

    with opened(config_file, at) as context:
        settings = publication_named(context, publication)
        made = [compose_occurrence(context, settings, due) for due in due_occurrences(context, settings)]
        if now:
            made.append(compose_now(context, settings))
        _tell_composed(context, [item for item in made if item is not None])
        if not made:
            click.echo("Nothing is due. Use --now to make an edition all the same.")
        troubles: list[Trouble] = []
        _tell_written(publish_due(context, troubles))
    return _tell_troubles(troubles)


@click.command()
@site_options
@at_option
@click.argument("edition", metavar="PUBLICATION/NUMBER")
def send(config_file: Path, at: datetime | None, edition: str) -> int:
    """Deliver what is due of one edition."""
    from digest.flows import edit
    from digest.flows.deliver import deliver_due

    with opened(config_file, at) as context:
        row = edit.find(context, edition)
        if not context.configuration.settings.relay:
            raise UsageError("There is no relay to send by. Add a [[relay]] table to the configuration.")
        troubles: list[Trouble] = []
        dispatch = deliver_due(context, troubles, only=row.id)
    _tell_delivered(dispatch)
    if not dispatch.counts:
        click.echo("Nothing of it is due.")
    return PARTLY if _tell_troubles(troubles) or dispatch.in_part else 0


# ── telling ──────────────────────────────────────────────────────────────────────────────────────
def _tell_collected(collected: Sequence[Collection]) -> None:
    for item in collected:
        if item.failed:
            click.secho(f"✗ {item.source}: {word(item.failed)}", fg="red", err=True)
        elif item.new or item.revised:
            edited = f", {item.revised} edited" if item.revised else ""
            click.echo(f"✓ {item.source}: {item.new} new{edited}")
    quiet = sum(1 for item in collected if not item.failed and not item.new and not item.revised)
    if quiet:
        click.echo(f"  {quiet} source{'s' if quiet > 1 else ''} with nothing new")


def _tell_composed(context: Context, composed: Sequence[Composition]) -> None:
    for item in composed:
        if item.skipped:
            click.echo(f"  {item.slug}: no edition for {shown_time(item.due_at)}: {word(item.skipped)}")
        else:
            draft = (
                ""
                if item.state.value == "approved"
                else f" as a draft; `digest editions approve {item.slug}/{item.number}`"
            )
            click.echo(f"✓ {item.slug}/{item.number}: {item.stories} stories{draft}")
            click.echo(f"  {context.outbox / item.slug / str(item.number) / 'digest.html'}")


def _tell_written(written: Sequence[Written]) -> None:
    for item in written:
        click.echo(f"✓ {len(item.paths)} file{'s' if len(item.paths) > 1 else ''} written to {item.root}")


def _tell_troubles(troubles: Sequence[Trouble]) -> int:
    for trouble in troubles:
        click.secho(f"✗ {trouble.subject}: {trouble.told}", fg="red", err=True)
    return PARTLY if troubles else 0


def _tell_delivered(dispatch: Dispatch) -> None:
    for state, number in dispatch.counts.items():
        click.echo(f"{'✓' if state.value == 'sent' else '!'} {number} {state.value}")
