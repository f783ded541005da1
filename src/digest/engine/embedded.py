"""The embedded engine: one process, whose heartbeat is APScheduler and whose memory is the ledger.

APScheduler's own triggers skip days around a change of clocks and forget what they missed, so it only beats:
at each beat the flows ask the ledger what is due. A beat that finds the one before it still at work is dropped;
nothing is lost by that. One daemon per ledger: the lease says who.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from functools import partial
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from digest.errors import DigestError, LedgerError
from digest.flows.collect import collect, due_sources
from digest.flows.compose import compose_due, is_edition_due
from digest.flows.context import Context, may_take
from digest.flows.deliver import deliver_due
from digest.flows.publish import publish_due, publish_feeds
from digest.flows.status import DAEMON
from digest.store import leases

logger = logging.getLogger("digest.daemon")

BEAT = timedelta(seconds=1)
RENEWAL = timedelta(seconds=10)
LEASE = timedelta(seconds=45)
PATIENCE = timedelta(minutes=2)
"""How long a due edition waits for the sources that are due with it."""

DRAIN_SECONDS = 9.0
"""How long work under way may take to end after SIGTERM; what is cut off then is journalled as such."""


@dataclass(slots=True)
class Daemon:
    """A running engine. `renewed` opens a new context after SIGHUP, or raises what is wrong with it."""

    context: Context
    renewed: Callable[[ExitStack], Context]
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    reloading: asyncio.Event = field(default_factory=asyncio.Event)
    _at_work: set[asyncio.Task[Any]] = field(default_factory=set)
    _collecting: asyncio.Lock = field(default_factory=asyncio.Lock)
    _lost: bool = False

    async def run(self, resources: ExitStack) -> None:
        """Beat until SIGTERM or SIGINT, then let work under way come to a clean end.

        Raises:
            LedgerError: another daemon holds this ledger, or has taken it over.
        """
        hold(self.context)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stopping.set)
        loop.add_signal_handler(signal.SIGHUP, self.reloading.set)
        scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        reload = partial(self._reload, resources)
        for work, pause in (
            (self._collect, BEAT),
            (self._edit, BEAT),
            (reload, BEAT),
            (self._hold_on, RENEWAL),
        ):
            scheduler.add_job(work, IntervalTrigger(seconds=int(pause.total_seconds())))
        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a beat dropped over work at hand is no news
        await asyncio.to_thread(publish_feeds, self.context)
        scheduler.start()
        logger.info("daemon.started owner=%s", self.context.owner)
        await self.stopping.wait()
        scheduler.shutdown(wait=False)
        await self._drain()
        if self._lost:
            raise LedgerError("Another daemon has taken this ledger over. Stop one of the two.")
        let_go(self.context)
        logger.info("daemon.stopped")

    async def _drain(self) -> None:
        if not self._at_work:
            return
        _, unfinished = await asyncio.wait(self._at_work, timeout=DRAIN_SECONDS)
        if unfinished:
            logger.warning("daemon.cut_off work=%d", len(unfinished))
            logging.shutdown()
            os._exit(3)  # threads at a hanging relay cannot be stopped; their rows tell what was under way

    async def _working(self, work: Coroutine[Any, Any, None]) -> None:
        """Do a piece of work that `_drain` waits for; what goes wrong is logged, and tried again at the next beat."""
        task = asyncio.ensure_future(work)
        self._at_work.add(task)
        try:
            await asyncio.shield(task)
        except DigestError as error:
            logger.error("daemon.failed error=%s", error)  # noqa: TRY400 - a sentence, not a traceback
        except Exception:
            logger.exception("daemon.bug")
        finally:
            self._at_work.discard(task)

    async def _hold_on(self) -> None:
        now = self.context.clock()
        with self.context.ledger.writing() as connection:
            held = leases.renew(connection, DAEMON, self.context.owner, now + LEASE)
        if not held:
            self._lost = True
            self.stopping.set()

    async def _collect(self) -> None:
        await self._working(self._look_around())

    async def _look_around(self) -> None:
        """Collect what is due, one round at a time."""
        async with self._collecting:
            ids = await asyncio.to_thread(due_sources, self.context)
            for item in await collect(self.context, ids) if ids else ():
                if item.failed:
                    logger.warning("source.failed source=%s reason=%s", item.source, item.failed.code)
                elif item.new or item.revised:
                    logger.info("source.collected source=%s new=%d revised=%d", item.source, item.new, item.revised)

    async def _edit(self) -> None:
        await self._working(self._make_and_send())

    async def _make_and_send(self) -> None:
        """Make what is due, of what is new up to this moment, and send what is to be sent."""
        if await asyncio.to_thread(is_edition_due, self.context):
            round_ = asyncio.ensure_future(self._look_around())
            await asyncio.wait([round_], timeout=PATIENCE.total_seconds())
        await asyncio.to_thread(self._make_and_send_now)

    def _make_and_send_now(self) -> None:
        for made in compose_due(self.context):
            if made.skipped:
                logger.info("edition.skipped publication=%s reason=%s", made.slug, made.skipped.code)
            else:
                logger.info("edition.made publication=%s number=%s stories=%d", made.slug, made.number, made.stories)
        for written in publish_due(self.context):
            logger.info("files.written root=%s number=%d", written.root, len(written.paths))
        for state, number in deliver_due(self.context, self.stopping.is_set).counts.items():
            logger.info("delivery.%s number=%d", state.value, number)

    async def _reload(self, resources: ExitStack) -> None:
        """After SIGHUP take over a changed configuration; a wrong one is reported, and the old one stays."""
        if not self.reloading.is_set():
            return
        self.reloading.clear()
        try:
            self.context = await asyncio.to_thread(self.renewed, resources)
        except DigestError as error:
            logger.error("daemon.reload_failed error=%s", error)  # noqa: TRY400 - a sentence, not a traceback
        else:
            logger.info("daemon.reloaded")


def hold(context: Context) -> None:
    """Take the daemon's lease.

    Raises:
        LedgerError: another daemon holds it.
    """
    now = context.clock()
    with context.ledger.writing() as connection:
        held = leases.read(connection, DAEMON)
        if held and held.owner != context.owner and not may_take(held.owner, held.until, now):
            raise LedgerError(
                f"A daemon runs on this ledger already: {held.owner}, since {held.since:%Y-%m-%d %H:%M} UTC. "
                "Stop it first."
            )
        leases.take(connection, DAEMON, context.owner, now, now + LEASE)


def let_go(context: Context) -> None:
    """Give the daemon's lease back."""
    with context.ledger.writing() as connection:
        leases.release(connection, DAEMON, context.owner)
