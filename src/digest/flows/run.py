"""Run: one whole cycle, each stage after the one before it. What one stage cannot do, the next one still tries."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from digest.flows.collect import collect, due_sources
from digest.flows.compose import Composition, compose_due, compose_now
from digest.flows.context import Context
from digest.flows.deliver import Dispatch, deliver_due
from digest.flows.keep import Collection
from digest.flows.publish import Written, publish_due, publish_feeds
from digest.flows.trouble import Trouble, contained
from digest.store import sources


@dataclass(frozen=True, slots=True)
class Cycle:
    """What a cycle did, and what it could not do."""

    collected: tuple[Collection, ...] = ()
    composed: tuple[Composition, ...] = ()
    written: tuple[Written, ...] = ()
    dispatch: Dispatch = field(default_factory=Dispatch)
    troubles: tuple[Trouble, ...] = ()

    @property
    def in_part(self) -> bool:
        """Tell whether some source, document or delivery failed; the rest is safe."""
        return bool(self.troubles) or any(item.failed for item in self.collected) or self.dispatch.in_part


async def run(context: Context, *, everything: bool, now: bool) -> Cycle:
    """Collect, compose, publish, deliver.

    `everything` collects sources before their time too; `now` makes an edition of each publication as if due.
    """
    ids = _all_sources(context) if everything else due_sources(context, local_too=True)
    collected = await collect(context, ids)
    troubles: list[Trouble] = []
    composed, written, dispatch = await asyncio.to_thread(_make_and_send, context, troubles, now=now)
    return Cycle(collected, composed, written, dispatch, tuple(troubles))


def _make_and_send(
    context: Context, troubles: list[Trouble], *, now: bool
) -> tuple[tuple[Composition, ...], tuple[Written, ...], Dispatch]:
    composed = compose_due(context, troubles)
    for settings in context.publications if now else ():
        with contained(troubles, settings.slug):
            composed += (compose_now(context, settings),)
    written = publish_due(context, troubles)
    if not troubles:
        written += publish_feeds(context, troubles)
    return composed, written, deliver_due(context, troubles)


def _all_sources(context: Context) -> list[int]:
    with context.ledger.reading() as connection:
        return [source.id for source in sources.every(connection) if source.state == "active"]
