"""The heart of the daemon: it goes on beating when clocks are set back, and knocks patiently."""

import asyncio
from contextlib import contextmanager

import pytest

from digest.config import load
from digest.engine import embedded
from digest.engine.embedded import Daemon
from digest.errors import LedgerError
from digest.store import leases
from world_smtp import Manners, ScriptedRelay


@contextmanager
def daemon(world):
    with world.context() as context:
        yield Daemon(context, lambda: load(world.configuration(), {}))


def test_a_relay_that_refuses_the_login_is_not_knocked_at_every_second(world):
    world.source("alpha").publishes("One")
    world.publication("daily", recipients=["anna@example.org"])
    with ScriptedRelay(Manners(greeting="554 5.7.1 go away")) as relay:
        world.relay(relay.port)
        world.runs(now=True)
        knocks = len(relay.heard)

        async def beat(times):
            for _ in range(times):
                world.later(hours=1)
                await heart._send()

        with daemon(world) as heart:
            asyncio.run(beat(5))
        assert len(relay.heard) == knocks + 1


def test_trouble_is_tried_again_after_a_pause_that_grows(world):
    async def pauses():
        heart._pause("edit")
        first = heart._pauses["edit"][1]
        heart._pause("edit")
        return heart._pauses["edit"][1] - first, heart._is_pausing("edit")

    with daemon(world) as heart:
        grown, pausing = asyncio.run(pauses())
    assert grown > 20
    assert pausing


def test_a_clock_set_back_wakes_every_beat(monkeypatch):
    class Job:
        moved = None

        def modify(self, next_run_time):
            self.moved = next_run_time

    class Scheduler:
        jobs = (Job(), Job())

        def get_jobs(self):
            return self.jobs

    from datetime import timedelta

    from digest.clock import system_clock

    steps = iter([timedelta(0), timedelta(hours=-1)])
    back = timedelta(0)

    def wrong_clock():
        nonlocal back
        back = next(steps, back)
        return system_clock() + back

    async def watch():
        watching = asyncio.ensure_future(embedded._beat_on(Scheduler))
        while Job.moved is None and Scheduler.jobs[0].moved is None:
            await asyncio.sleep(0.05)
        watching.cancel()

    Scheduler.get_jobs = classmethod(lambda cls: cls.jobs)
    monkeypatch.setattr(embedded, "system_clock", wrong_clock)
    asyncio.run(watch())
    assert all(job.moved is not None for job in Scheduler.jobs)


def test_one_daemon_at_a_time(world):
    with world.context() as first, world.context(owner="elsewhere/1/ab") as second:
        embedded.hold(first)
        with pytest.raises(LedgerError, match="runs on this ledger already"):
            embedded.hold(second)
        world.later(minutes=5)
        embedded.hold(second)
        assert not embedded.hold_on(first)
        with second.ledger.reading() as connection:
            assert leases.read(connection, "daemon").owner == "elsewhere/1/ab"


def test_a_reload_with_another_database_is_refused(world):
    from digest.errors import ConfigError
    from digest.flows.context import renewed

    with world.context() as context:
        configuration = world.configuration()
        configuration.write_text(configuration.read_text() + '\n[database]\nurl = "sqlite:///other.db"\n')
        with pytest.raises(ConfigError, match="Restart the daemon"):
            renewed(context, load(configuration, {}))


def test_the_machine_in_an_owner_tells_namespaces_apart():
    from digest.flows import owner

    assert owner.OWNER.startswith(owner.MACHINE + "/")
    assert owner.is_here(owner.OWNER)
    assert not owner.is_gone(owner.OWNER)
    assert owner.is_gone(f"{owner.MACHINE}/999999999/ab")
    assert not owner.is_gone("other-machine/999999999/ab")
    assert not owner.is_here("other-machine/1/ab")
