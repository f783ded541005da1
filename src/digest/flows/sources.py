"""Sources: add one at an operator's word, after one look that shows it can be collected."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from digest.collect.clean import plain
from digest.errors import UsageError
from digest.flows.collect import collect
from digest.flows.context import Context
from digest.flows.inspect import Inspector
from digest.flows.keep import Collection
from digest.model import Failed, Kind
from digest.reasons import word
from digest.store import sources
from digest.store.sources import SourceSpec


async def add_source(
    context: Context, url: str, name: str | None, kind: Kind, topics: tuple[str, ...]
) -> tuple[str, Collection]:
    """Look at a URL, file or folder; when something can be collected from it, keep it as a source and collect it.

    Raises:
        UsageError: nothing can be collected from it, or its name is taken.
    """
    fetch = context.configuration.settings.fetch
    inspector = Inspector(
        user_agent=context.user_agent, clock=context.clock, zone=context.configuration.site_zone,
        timeout=fetch.timeout, max_bytes=fetch.max_bytes, allow_private=fetch.allow_private,
    )  # fmt: skip
    path = context.local_path(url)
    seen = await inspector.look(str(path) if path else url, None, kind)
    if isinstance(seen, Failed):
        raise UsageError(f"{url} was not added: {word(seen.reason)}.")
    if not seen.entries and not seen.feeds:
        raise UsageError(
            f"{url} was not added: nothing to collect was found in it. `digest inspect {url}` shows what is there."
        )
    chosen = name or plain(seen.title)[:80] or urlsplit(url).hostname or url[:80]
    spec = SourceSpec(name=chosen, url=url, kind=kind, topics=topics, origin="command")
    source_id = await asyncio.to_thread(_keep, context, spec)
    return chosen, (await collect(context, [source_id]))[0]


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
