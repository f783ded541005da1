"""Collect: ask the sources that are due, keep what is new, notice what changed, say how it went.

One source is one unit: it is leased, asked, read and kept. What goes wrong with it is a reason in its row; the others
go on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from digest.collect.fetch import HttpFetcher
from digest.collect.recorder import LIVE, Exchanges, Fetcher
from digest.errors import LedgerError
from digest.flows.ask import Look, look_at
from digest.flows.context import Context
from digest.flows.keep import Collection, keep
from digest.flows.owner import LEASE, may_take
from digest.model import Failed, Kind, Reason
from digest.store import sources
from digest.store.sources import Source

logger = logging.getLogger(__name__)


def due_sources(context: Context, *, local_too: bool = False) -> list[int]:
    """List the sources whose time has come; files and folders at any time where `local_too`."""
    _free_abandoned(context)
    now = context.clock()
    with context.ledger.reading() as connection:
        ids = sources.due(connection, now)
        if local_too:
            ids += [
                source.id
                for source in sources.every(connection)
                if source.state == "active" and source.id not in ids and context.local_path(source.spec.url)
            ]
    return ids


async def collect(context: Context, source_ids: Sequence[int], exchanges: Exchanges = LIVE) -> tuple[Collection, ...]:
    """Look at the given sources that nobody else is looking at just now, in the order of their ids."""
    claimed = await asyncio.to_thread(_claim, context, source_ids)
    context.reached("collect.claimed")
    async with exchanges.fetcher(http_of(context)) as fetcher:
        looks = [_collect_one(context, fetcher, source, offline=exchanges.replay is not None) for source in claimed]
        done = await asyncio.gather(*looks, return_exceptions=True)
    for result in done:
        if isinstance(result, BaseException):
            raise result
    return tuple(result for result in done if isinstance(result, Collection))


async def collect_first(context: Context, source_id: int, *, probe: bool) -> tuple[Look, Collection]:
    """Look at a new source for the first time, and answer what was seen beside how it went."""
    (source,) = await asyncio.to_thread(_claim, context, [source_id])
    async with http_of(context) as fetcher:
        look = await look_at(context, fetcher, source, probe=probe)
    return look, await asyncio.to_thread(keep, context, source, look)


def http_of(context: Context) -> HttpFetcher:
    """Who asks the web, as the configuration says."""
    fetch = context.configuration.settings.fetch
    return HttpFetcher(
        user_agent=context.user_agent, clock=context.clock, timeout=fetch.timeout,
        max_bytes=fetch.max_bytes, allow_private=fetch.allow_private,
    )  # fmt: skip


def _free_abandoned(context: Context) -> None:
    """Take the leases of processes that are gone away from them, so that their sources are due again at once."""
    now = context.clock()
    with context.ledger.reading() as connection:
        gone = [owner for owner, until in sources.holders(connection) if may_take(owner, until, now)]
    if gone:
        with context.ledger.writing() as connection:
            for owner in gone:
                sources.free(connection, owner)


def _claim(context: Context, source_ids: Sequence[int]) -> list[Source]:
    """Lease what may be asked now; a server that wants patience has it, whoever is in a hurry."""
    now = context.clock()
    with context.ledger.writing() as connection:
        impatient = sources.told_to_wait(connection, now)
        return sources.claim(connection, [i for i in source_ids if i not in impatient], context.owner, now, now + LEASE)


async def _collect_one(context: Context, fetcher: Fetcher, source: Source, *, offline: bool) -> Collection:
    try:
        if offline and source.spec.kind is Kind.MAILBOX and not context.local_path(source.spec.url):
            missing = Failed(Reason("replay.missing", {"url": source.spec.name}))  # IMAP is not recorded
            return await asyncio.to_thread(keep, context, source, Look(missing, missing))
        look = await look_at(context, fetcher, source)
        return await asyncio.to_thread(keep, context, source, look)
    except LedgerError:
        raise
    except Exception as error:
        # A bug met on one source's document must not cost the others theirs; it is logged and shown in `status`.
        logger.exception("source.bug", extra={"source": source.spec.name})
        failed = Failed(Reason("collect.bug", {"error": f"{type(error).__name__}: {error}"[:200]}))
        return await asyncio.to_thread(keep, context, source, Look(failed, failed))
