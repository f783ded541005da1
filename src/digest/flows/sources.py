"""Sources: add one at an operator's word, after one look that shows it can be collected."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

from digest.collect.clean import plain
from digest.errors import UsageError
from digest.flows.ask import Look
from digest.flows.collect import collect_first
from digest.flows.context import Context
from digest.flows.inspect import refused_routes
from digest.flows.keep import Collection
from digest.model import Collected, Kind
from digest.reasons import word
from digest.store import sources
from digest.store.sources import SourceSpec


@dataclass(frozen=True, slots=True)
class Added:
    """A source that was added: its name, what was seen of it, and how its first collection went."""

    name: str
    seen: Collected
    look: Look
    collection: Collection


async def add_source(
    context: Context, url: str, name: str | None, kind: Kind, topics: tuple[str, ...], *, probe: bool
) -> Added:
    """Look once for the best route from a URL, file or folder; keep it as a source if something can be collected.

    Raises:
        UsageError: nothing can be collected from it, or its name is taken.
    """
    spec = SourceSpec(name=name or url[:80], url=url, kind=kind, topics=topics, origin="command")
    source_id = await asyncio.to_thread(_keep, context, spec)
    look, collection = await collect_first(context, source_id, probe=probe)
    told = "".join(f"\n  {line}" for line in refused_routes(look.refused))
    if collection.failed is not None or not isinstance(look.read, Collected):
        await asyncio.to_thread(_let_go, context, source_id)
        reason = word(collection.failed) if collection.failed else "it could not be read"
        raise UsageError(f"{url} was not added: {reason}.{told}")
    if not look.read.entries:
        await asyncio.to_thread(_let_go, context, source_id)
        raise UsageError(f"{url} was not added: nothing to collect was found in it. Try another page of the site.")
    chosen = spec.name
    title = plain(look.read.title)[:80] or urlsplit(url).hostname or ""
    if name is None and title:
        with context.ledger.writing() as connection:
            chosen = title if sources.rename(connection, source_id, title) else chosen
    return Added(chosen, look.read, look, collection)


def _let_go(context: Context, source_id: int) -> None:
    with context.ledger.writing() as connection:
        sources.set_state(connection, source_id, "gone")


def _keep(context: Context, spec: SourceSpec) -> int:
    with context.ledger.writing() as connection:
        before = sources.by_name(connection, spec.name)
        if before is not None and before.state != "gone":
            raise UsageError(f'There is a source "{spec.name}" already. Give another name with --name.')
        if before is None:
            sources.add(connection, spec)
        else:
            sources.revive(connection, before.id, spec)
        source = sources.by_name(connection, spec.name)
        assert source is not None
        return source.id
