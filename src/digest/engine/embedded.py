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
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from digest.clock import system_clock
from digest.config import Configuration
from digest.errors import DigestError, LedgerError
from digest.flows.collect import collect, due_sources
from digest.flows.compose import compose_due, is_edition_due
from digest.flows.context import Context, renewed
from digest.flows.deliver import deliver_due
from digest.flows.owner import may_take
from digest.flows.publish import publish_due, publish_feeds
from digest.flows.status import DAEMON
from digest.flows.trouble import Trouble
from digest.store import leases

logger = logging.getLogger("digest.daemon")

BEAT = timedelta(seconds=1)
RENEWAL = timedelta(seconds=10)
LEASE = timedelta(seconds=45)

PATIENCE = timedelta(minutes=2)
"""How long a due edition waits for the sources that are due with it."""

DRAIN_SECONDS = 9.0
"""How long work under way may take to end after SIGTERM; what is cut off then is journalled as such."""

PAUSES = (30.0, 60.0, 300.0, 900.0)
"""Seconds before what could not be done is tried again: a relay locks accounts that knock every second."""


@dataclass(slots=True)
class Daemon:
    """A running engine. `reread` reads the configuration again after SIGHUP, or raises what is wrong with it."""

    context: Context
    reread: Callable[[], Configuration]
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    reloading: asyncio.Event = field(default_factory=asyncio.Event)
    _collecting: asyncio.Lock = field(default_factory=asyncio.Lock)
    _at_work: set[asyncio.Task[Any]] = field(default_factory=set)
    _pauses: dict[str, tuple[int, float]] = field(default_factory=dict)
    _lost: bool = False

    async def run(self) -> None:
        """Beat until SIGTERM or SIGINT, then let work under way come to a clean end.

        Raises:
            LedgerError: another daemon holds this ledger, or has taken it over.
        """
        hold(self.context)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stopping.set)
        loop.add_signal_handler(signal.SIGHUP, self.reloading.set)
        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a beat dropped over work at hand is no news
        scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        beats = {self._collect: BEAT, self._edit: BEAT, self._send: BEAT, self._reload: BEAT, self._hold_on: RENEWAL}
        for work, pause in beats.items():
            scheduler.add_job(work, IntervalTrigger(seconds=int(pause.total_seconds())))
        await self._working("feeds", asyncio.to_thread(self._write_feeds))
        scheduler.start()
        logger.info("daemon.started owner=%s", self.context.owner)
        watch = asyncio.ensure_future(_beat_on(scheduler))
        await self.stopping.wait()
        watch.cancel()
        scheduler.shutdown(wait=False)
        await self._end(loop.time() + DRAIN_SECONDS)
        if self._lost:
            raise LedgerError("Another daemon has taken this ledger over. Stop one of the two.")
        logger.info("daemon.stopped")

    async def _end(self, deadline: float) -> None:
        """Wait for work under way and give the lease back, but not for ever."""
        loop = asyncio.get_running_loop()
        if self._at_work:
            await asyncio.wait(self._at_work, timeout=max(0.0, deadline - loop.time()))
        if not self._at_work:
            giving_back = asyncio.ensure_future(asyncio.to_thread(let_go, self.context))
            await asyncio.wait([giving_back], timeout=max(0.5, deadline - loop.time()))
            if giving_back.done():
                return
        logger.warning("daemon.cut_off work=%d", len(self._at_work))
        logging.shutdown()
        os._exit(3)  # threads at a hanging relay cannot be stopped; their rows tell what was under way

    async def _working(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Do a piece of work that the end waits for; what goes wrong is logged and, after a pause, tried again."""
        task = asyncio.ensure_future(work)
        self._at_work.add(task)
        try:
            await asyncio.shield(task)
        except DigestError as error:
            logger.error("daemon.failed work=%s error=%s", name, error)  # noqa: TRY400 - a sentence, not a traceback
            self._pause(name)
        except Exception:
            logger.exception("daemon.bug work=%s", name)
            self._pause(name)
        finally:
            self._at_work.discard(task)

    # ── pauses ──
    def _pause(self, name: str) -> None:
        times = self._pauses.get(name, (0, 0.0))[0]
        self._pauses[name] = (times + 1, asyncio.get_running_loop().time() + PAUSES[min(times, len(PAUSES) - 1)])

    def _is_pausing(self, name: str) -> bool:
        return self._pauses.get(name, (0, 0.0))[1] > asyncio.get_running_loop().time()

    def _tell(self, name: str, troubles: list[Trouble]) -> None:
        for trouble in troubles:
            logger.error("daemon.trouble subject=%s error=%s", trouble.subject, trouble.told)
        if troubles:
            self._pause(name)
        else:
            self._pauses.pop(name, None)

    # ── beats ──
    async def _hold_on(self) -> None:
        async def renew() -> None:
            self._lost = not await asyncio.to_thread(hold_on, self.context)
            if self._lost:
                self.stopping.set()

        await self._working("lease", renew())

    async def _collect(self) -> None:
        if not self._is_pausing("collect"):
            await self._working("collect", self._look_around())

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
        if not self._is_pausing("edit"):
            await self._working("edit", self._make_and_publish())

    async def _make_and_publish(self) -> None:
        """Make what is due, of what is new up to this moment, and write it to disk."""
        if await asyncio.to_thread(is_edition_due, self.context):
            looking = asyncio.ensure_future(self._look_around())
            await asyncio.wait([looking], timeout=PATIENCE.total_seconds())
            if looking.done():
                looking.result()
        troubles: list[Trouble] = []
        await asyncio.to_thread(self._edit_now, troubles)
        self._tell("edit", troubles)

    def _edit_now(self, troubles: list[Trouble]) -> None:
        for made in compose_due(self.context, troubles, self.stopping.is_set):
            if made.skipped:
                logger.info("edition.skipped publication=%s reason=%s", made.slug, made.skipped.code)
            else:
                logger.info("edition.made publication=%s number=%s stories=%d", made.slug, made.number, made.stories)
        for written in publish_due(self.context, troubles):
            logger.info("files.written root=%s number=%d", written.root, len(written.paths))

    def _write_feeds(self) -> None:
        troubles: list[Trouble] = []
        publish_feeds(self.context, troubles)
        for trouble in troubles:
            logger.error("daemon.trouble subject=%s error=%s", trouble.subject, trouble.told)

    async def _send(self) -> None:
        """Send what is due, but not by a configuration that is about to change: someone may have left."""
        if not self._is_pausing("send") and not self.reloading.is_set():
            await self._working("send", self._send_now())

    async def _send_now(self) -> None:
        troubles: list[Trouble] = []
        stopping = lambda: self.stopping.is_set() or self.reloading.is_set()  # noqa: E731 - asked between two messages
        dispatch = await asyncio.to_thread(deliver_due, self.context, troubles, stopping)
        for state, number in dispatch.counts.items():
            logger.info("delivery.%s number=%d", state.value, number)
        if dispatch.down:
            troubles.append(Trouble("relay", dispatch.down))
        self._tell("send", troubles)

    async def _reload(self) -> None:
        """After SIGHUP take over a changed configuration; a wrong one is reported, and the old one stays."""
        if not self.reloading.is_set():
            return
        try:
            self.context = await asyncio.to_thread(lambda: renewed(self.context, self.reread()))
        except DigestError as error:
            logger.error("daemon.reload_failed error=%s", error)  # noqa: TRY400 - a sentence, not a traceback
        else:
            self._pauses.clear()
            logger.info("daemon.reloaded")
        finally:
            self.reloading.clear()


async def _beat_on(scheduler: AsyncIOScheduler) -> None:
    """Wake the scheduler when the machine's clock is set back: it would wait until the old time comes again."""
    loop = asyncio.get_running_loop()
    ahead = system_clock().timestamp() - loop.time()
    while True:
        await asyncio.sleep(BEAT.total_seconds())
        now = system_clock()
        if now.timestamp() - loop.time() < ahead - 2 * BEAT.total_seconds():
            logger.warning("daemon.clock_set_back")
            for job in scheduler.get_jobs():
                job.modify(next_run_time=now)
        ahead = now.timestamp() - loop.time()


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


def hold_on(context: Context) -> bool:
    """Renew the daemon's lease; False when another has taken it over."""
    with context.ledger.writing() as connection:
        return leases.renew(connection, DAEMON, context.owner, context.clock() + LEASE)


def let_go(context: Context) -> None:
    """Give the daemon's lease back."""
    with context.ledger.writing() as connection:
        leases.release(connection, DAEMON, context.owner)
