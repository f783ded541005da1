"""Run: one whole cycle, each stage after the one before it. What one stage cannot do, the next one still tries."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from digest.flows.collect import Collection, collect, due_sources
from digest.flows.compose import Composition, compose_due, compose_now
from digest.flows.context import Context
from digest.flows.deliver import Dispatch, deliver_due
from digest.flows.publish import Written, publish_due, publish_feeds
from digest.store import sources


@dataclass(frozen=True, slots=True)
class Cycle:
    """What a cycle did."""

    collected: tuple[Collection, ...] = ()
    composed: tuple[Composition, ...] = ()
    written: tuple[Written, ...] = ()
    dispatch: Dispatch = field(default_factory=Dispatch)

    @property
    def in_part(self) -> bool:
        """Tell whether some source or delivery failed; the rest is safe."""
        return any(item.failed for item in self.collected) or self.dispatch.in_part


async def run(context: Context, *, everything: bool, now: bool, stopping: Callable[[], bool]) -> Cycle:
    """Collect, compose, publish, deliver.

    `everything` collects sources before their time too; `now` makes an edition of each publication as if due.
    """
    ids = _all_sources(context) if everything else due_sources(context, local_too=True)
    collected = await collect(context, ids)
    composed = await asyncio.to_thread(compose_due, context)
    if now:
        composed += tuple([compose_now(context, item) for item in context.publications])
    written = await asyncio.to_thread(publish_due, context)
    written += await asyncio.to_thread(publish_feeds, context)
    dispatch = await asyncio.to_thread(deliver_due, context, stopping)
    return Cycle(collected, composed, written, dispatch)


def _all_sources(context: Context) -> list[int]:
    with context.ledger.reading() as connection:
        return [source.id for source in sources.every(connection) if source.state == "active"]
