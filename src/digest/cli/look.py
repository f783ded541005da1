"""The commands that look and change nothing: inspect, preview, explain, status."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from digest.cli.site import (
    at_option,
    clock_of,
    configuration_of,
    debug_option,
    json_option,
    opened,
    print_json,
    publication_named,
    shown_time,
    site_options,
)  # fmt: skip
from digest.errors import UsageError
from digest.model import Collected, EntryData, Failed, Kind
from digest.reasons import word

if TYPE_CHECKING:
    from digest.flows.context import Context
    from digest.flows.inspect import Inspector


@click.command()
@click.option("--config", "config_file", type=click.Path(path_type=Path, dir_okay=False),
              help="A configuration whose network settings and zone to use.")  # fmt: skip
@debug_option
@at_option
@json_option
@click.option("--base-url", help="Where a file was found: relative addresses count from here.")
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]), default="auto", help="What to read it as.")
@click.option("--probe", is_flag=True, help="Guess at usual places of feeds too, when nothing else leads anywhere.")
@click.option("--record", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Keep what the web answers, for --replay.")  # fmt: skip
@click.option("--replay", type=click.Path(path_type=Path, file_okay=False, exists=True), metavar="DIR",
              help="Ask nobody: answer from what --record kept.")  # fmt: skip
@click.argument("targets", metavar="TARGET...", nargs=-1, required=True)
def inspect(
    config_file: Path | None,
    at: datetime | None,
    *,
    as_json: bool,
    base_url: str | None,
    kind: str,
    probe: bool,
    record: Path | None,
    replay: Path | None,
    targets: Sequence[str],
) -> int:
    """Show what would be collected from a URL, file or folder, and by which route.

    Nothing is kept. Relative dates ("2 days ago") count from --at.
    """
    from digest.collect.recorder import Exchanges
    from digest.flows.inspect import facts, refused_routes

    inspector = replace(_inspector(config_file, at, probe=probe), exchanges=Exchanges(record, replay))
    failed = False
    for target in targets:
        look = asyncio.run(inspector.look(target, base_url, Kind(kind)))
        seen = look.collected
        failed = failed or isinstance(seen, Failed)
        if as_json:
            print_json(facts(target, look))
            continue
        if isinstance(seen, Failed):
            click.secho(f"✗ {target}: {word(seen.reason)}", fg="red", err=True)
        else:
            _tell_seen(target, seen, f"{look.chosen.route.value} {look.chosen.url}: " if look.chosen else "")
        for line in refused_routes(look.refused):
            click.secho(f"  {line}", dim=True)
    return 3 if failed else 0


def _inspector(config_file: Path | None, at: datetime | None, *, probe: bool) -> Inspector:
    from digest import __version__
    from digest.config import FetchSettings
    from digest.flows.inspect import Inspector

    found = config_file or (Path("config.toml") if Path("config.toml").exists() else None)
    configuration = configuration_of(found) if found else None
    fetch = configuration.settings.fetch if configuration else FetchSettings()
    return Inspector(
        user_agent=fetch.user_agent or f"digest/{__version__}",
        clock=clock_of(at),
        zone=configuration.site_zone if configuration else ZoneInfo("UTC"),
        timeout=fetch.timeout,
        max_bytes=fetch.max_bytes,
        allow_private=fetch.allow_private,
        probe=probe,
    )


def _tell_seen(target: str, seen: Collected, route: str) -> None:
    click.secho(f"{seen.title or target}", bold=True)
    click.echo(f"  {route}read as {seen.kind.value}: {seen.route}")
    for feed in seen.feeds:
        click.echo(f"  announces {feed.media_type}: {feed.url}")
    for block in seen.blocks:
        click.echo(
            f"  list “{block.heading}” ({block.role.value}, {block.confidence:.0%}): {len(block.entries)} records"
        )
    for note in seen.notes:
        click.echo(f"  {note}")
    click.echo(f"  {len(seen.entries)} entries would be collected" + (":" if seen.entries else "."))
    for entry in seen.entries[:20]:
        _tell_entry(entry)
    if len(seen.entries) > 20:
        click.echo(f"  … and {len(seen.entries) - 20} more")


def _tell_entry(entry: EntryData) -> None:
    dating = entry.dating
    when = "undated" if dating.at is None else f"{dating.at:%Y-%m-%d} ({dating.precision.value}, {dating.source})"
    click.echo(f"    {when}  {entry.title}")
    if entry.url:
        click.secho(f"      {entry.url}", dim=True)


@click.command()
@site_options
@at_option
@click.option("--open", "show", is_flag=True, help="Open it in a browser.")
@click.option("--serve", is_flag=True, help="Serve it on this machine, made anew at each reload, until Ctrl-C.")
@click.option("--port", type=click.IntRange(1, 65535), default=8765, show_default=True, help="The port for --serve.")
@click.argument("publication")
def preview(config_file: Path, at: datetime | None, publication: str, *, show: bool, serve: bool, port: int) -> None:
    """Show the next edition of a publication as HTML, text and .eml.

    Nothing is decided or sent. With nothing new to show, the newest edition is shown.
    """
    from digest.deliver.files import publish as write_files
    from digest.flows.preview import preview_documents

    with opened(config_file, at) as context:
        publication_named(context, publication)
        documents = preview_documents(context, publication)
        write_files(context.outbox, documents)
        for document in documents:
            click.echo(str(context.outbox / document.path))
        page = context.outbox / documents[0].path
        if show and not serve:
            click.launch(page.resolve().as_uri())
    if serve:
        _serve(config_file, at, publication, port, show=show)


def _serve(config_file: Path, at: datetime | None, publication: str, port: int, *, show: bool) -> None:
    from http.server import BaseHTTPRequestHandler, HTTPServer

    from digest.flows.preview import preview_documents

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with opened(config_file, at) as context:
                page, text, _ = preview_documents(context, publication)
            body, kind = (text.data, "text/plain") if self.path == "/text" else (page.data, "text/html")
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    try:
        server = HTTPServer(("127.0.0.1", port), Handler)
    except OSError as error:
        raise UsageError(f"Port {port} cannot be used: {error.strerror}. Give another with --port.") from None
    address = f"http://127.0.0.1:{port}/"
    click.echo(f"{address} is the mail as HTML, {address}text as text. Ctrl-C ends this.")
    if show:
        click.launch(address)
    with server:
        server.serve_forever()


@click.command()
@site_options
@json_option
@click.argument("target", metavar="SOURCE|ENTRY|EDITION|ADDRESS")
def explain(config_file: Path, *, as_json: bool, target: str) -> None:
    """Tell why: a source, an entry, an edition or an address.

    TARGET is the name of a source, an entry (its number, tag, URL or words of its title), an edition as
    PUBLICATION/NUMBER, or a mail address.
    """
    from digest.flows.explain import explain as explain_target

    with opened(config_file) as context:
        explained = explain_target(context, target)
    if not explained:
        raise UsageError(f'Nothing is known of "{target}": no source, entry, edition or address by that name.')
    if as_json:
        print_json(explained)
        return
    for item in explained:
        click.secho(f"{item.kind} {item.name}", bold=True)
        for moment, fact in item.facts:
            click.echo(f"  {shown_time(moment) if moment else '':16}  {fact}")


@click.command()
@site_options
@json_option
def status(config_file: Path, *, as_json: bool) -> int:
    """Tell how everything stands: sources, editions, deliveries, and what is due next."""
    from digest.flows.status import status as read_status

    with opened(config_file) as context:
        stands = read_status(context)
        if as_json:
            print_json(stands)
        else:
            _tell_status(context)
    return 0


def _tell_status(context: Context) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from digest.flows.status import how_it_went
    from digest.flows.status import status as read_status

    stands = read_status(context)
    console = Console()
    holder = f"a daemon runs: {stands.daemon.owner}" if stands.daemon else "no daemon runs"
    console.print(f"[bold]{escape(context.site.title)}[/bold] — {holder}", highlight=False)
    table = Table("source", "entries", "last look", "next look", "how it went", box=None, header_style="dim")
    for source in stands.sources:
        style = "red" if source.failures else None
        table.add_row(
            escape(source.spec.name), str(source.entries), shown_time(source.checked), shown_time(source.next_check),
            escape(word(how_it_went(source))), style=style,
        )  # fmt: skip
    console.print(table)
    table = Table("publication", "schedule", "next edition", "newest", "state", "mail", box=None, header_style="dim")
    for item in stands.publications:
        mail = ", ".join(f"{number} {state.value}" for state, number in item.deliveries.items())
        newest = f"{item.slug}/{item.latest.number}" if item.latest else "none yet"
        state = item.latest.state.value if item.latest else ""
        table.add_row(escape(item.title), escape(item.schedule), shown_time(item.next_due), newest, state, mail)
    console.print(table)
    for draft in stands.drafts:
        console.print(f"waiting for you: digest editions approve {draft.slug}/{draft.number}", highlight=False)
