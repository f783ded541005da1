"""Sources: add one at an operator's word, after one look that shows it can be collected."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

from digest.collect.clean import plain
from digest.errors import UsageError
from digest.flows.collect import collect
from digest.flows.context import Context
from digest.flows.inspect import Inspector, Seen, refused_routes
from digest.flows.keep import Collection
from digest.model import Failed, Kind
from digest.reasons import word
from digest.store import sources
from digest.store.sources import SourceSpec


@dataclass(frozen=True, slots=True)
class Added:
    """A source that was added: its name, what was seen of it, and how its first collection went."""

    name: str
    seen: Seen
    collection: Collection


async def add_source(
    context: Context, url: str, name: str | None, kind: Kind, topics: tuple[str, ...], *, probe: bool
) -> Added:
    """Look for the best route from a URL, file or folder; when something can be collected, keep and collect it.

    Raises:
        UsageError: nothing can be collected from it, or its name is taken.
    """
    fetch = context.configuration.settings.fetch
    inspector = Inspector(
        user_agent=context.user_agent, clock=context.clock, zone=context.configuration.site_zone,
        timeout=fetch.timeout, max_bytes=fetch.max_bytes, allow_private=fetch.allow_private, probe=probe,
    )  # fmt: skip
    path = context.local_path(url)
    seen = await inspector.look(str(path) if path else url, None, kind)
    if isinstance(seen.collected, Failed):
        told = "".join(f"\n  {line}" for line in refused_routes(seen))
        raise UsageError(f"{url} was not added: {word(seen.collected.reason)}.{told}")
    if not seen.collected.entries:
        raise UsageError(f"{url} was not added: nothing to collect was found in it. Try another page of the site.")
    chosen = name or plain(seen.collected.title)[:80] or urlsplit(url).hostname or url[:80]
    spec = SourceSpec(name=chosen, url=url, kind=kind, topics=topics, origin="command")
    source_id = await asyncio.to_thread(_keep, context, spec)
    return Added(chosen, seen, (await collect(context, [source_id]))[0])


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
