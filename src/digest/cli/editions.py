"""The commands about editions and their deliveries."""

from __future__ import annotations

from pathlib import Path

import click

from digest.cli.site import json_option, opened, print_json, shown_time, site_options
from digest.errors import UsageError
from digest.model import DeliveryState
from digest.reasons import word


@click.group()
def editions() -> None:
    """List, show, approve, skip and resend editions."""


@editions.command("list")
@site_options
@json_option
@click.argument("publication", required=False)
def list_(config_file: Path, *, as_json: bool, publication: str | None) -> None:
    """List editions, the newest first; skipped occurrences too, with their reason."""
    from digest.store import editions as rows

    with opened(config_file) as context, context.ledger.reading() as connection:
        found = rows.listed(connection, publication)
    if as_json:
        print_json(found)
        return
    for row in found:
        name = f"{row.slug}/{row.number}" if row.number else row.slug
        told = word(row.reason) if row.reason else f"{row.stories} stories"
        click.echo(f"{name:24} {shown_time(row.due_at)}  {row.state.value:9} {told}")


@editions.command()
@site_options
@json_option
@click.argument("edition", metavar="PUBLICATION/NUMBER")
def show(config_file: Path, *, as_json: bool, edition: str) -> None:
    """Show the stories of an edition in their order."""
    from digest.flows import edit
    from digest.store import editions as rows

    with opened(config_file) as context:
        row = edit.find(context, edition)
        with context.ledger.reading() as connection:
            frozen = rows.read(connection, row.id)
    if as_json:
        print_json(frozen)
        return
    click.secho(f"{frozen.publication.title} {frozen.number} — {row.state.value}", bold=True)
    for number, story in enumerate(frozen.stories, 1):
        click.echo(f"{number:3} {story.title}  ({story.source.title})")
        click.secho(f"    {story.url or 'no address of its own'}", dim=True)


@editions.command()
@site_options
@click.argument("edition", metavar="PUBLICATION/NUMBER")
def approve(config_file: Path, edition: str) -> None:
    """Let a draft go out at the next run."""
    from digest.flows import edit

    with opened(config_file) as context:
        edit.approve(context, edit.find(context, edition))
    click.echo(f"✓ {edition} is approved")


@editions.command()
@site_options
@click.argument("edition", metavar="PUBLICATION/NUMBER")
def skip(config_file: Path, edition: str) -> None:
    """Leave out an edition that is not published yet; its stories wait for the next one."""
    from digest.flows import edit

    with opened(config_file) as context:
        edit.skip(context, edit.find(context, edition))
    click.echo(f"✓ {edition} is skipped")


@editions.command()
@site_options
@click.option("--only", required=True, metavar="failed|uncertain|ADDRESS", help="Which deliveries to try again.")
@click.argument("edition", metavar="PUBLICATION/NUMBER")
def resend(config_file: Path, only: str, edition: str) -> None:
    """Try failed or uncertain deliveries again, under the same Message-ID.

    An uncertain message may have arrived; sending it again can double it, so it is never done unasked.
    """
    from digest.flows import edit

    unsettled = {DeliveryState.FAILED, DeliveryState.UNCERTAIN}
    states = {state for state in unsettled if state.value == only} or unsettled
    address = None if only in {state.value for state in unsettled} else only
    with opened(config_file) as context:
        number = edit.resend(context, edit.find(context, edition), frozenset(states), address)
    if not number:
        raise UsageError(
            f"{edition} has no failed or uncertain delivery to {only}. `digest deliveries {edition}` lists them."
        )
    click.echo(f"✓ {number} deliveries will be tried again at the next run")


@click.command()
@site_options
@json_option
@click.option("--state", type=click.Choice([state.value for state in DeliveryState]), help="Only those in this state.")
@click.argument("edition", metavar="PUBLICATION/NUMBER")
def deliveries(config_file: Path, *, as_json: bool, state: str | None, edition: str) -> None:
    """List who got an edition, who did not, and why."""
    from digest.flows import edit
    from digest.store import deliveries as rows

    with opened(config_file) as context:
        row = edit.find(context, edition)
        with context.ledger.reading() as connection:
            found = [item for item in rows.of_edition(connection, row.id) if state in (None, item.state.value)]
    if as_json:
        print_json(found)
        return
    for item in found:
        click.echo(f"{item.state.value:10} {item.address}  {shown_time(item.changed)}  {item.words or ''}")
