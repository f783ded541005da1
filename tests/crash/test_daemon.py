"""A daemon across a spring-forward night, killed in every stage: each edition once, no message twice."""

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from world_smtp import ScriptedRelay

READERS = ["anna@example.org", "bert@example.org", "cleo@example.org", "dora@example.org"]

STAGES = [
    "collect.claimed", "collect.kept", "compose.freezing", "compose.frozen", "publish.outbox", "publish.rendered",
    "publish.feeds", "publish.done", "deliver.planned", "deliver.begun", "deliver.answered", "deliver.settled",
]  # fmt: skip


class Night:
    """A site with a folder of posts, a real daemon beside it, and a clock file that the test moves."""

    def __init__(self, world, relay: ScriptedRelay) -> None:
        self.world = world
        self.posts = world.folder / "posts"
        self.posts.mkdir()
        self.clock = world.folder / "clock"
        world._publications.clear()
        world.publication("daily", "every day at 02:30", recipients=READERS).relay(relay.port)
        config = world.configuration()
        config.write_text(config.read_text() + '\n[[source]]\nname = "posts"\nurl = "posts"\nkind = "folder"\n')
        world.configuration = lambda: config
        self.config = config

    def it_is(self, moment: str) -> None:
        """Move the clock, in one step, as a suspended machine's moves."""
        self.world.at(moment)
        waiting = self.clock.with_suffix(".new")
        waiting.write_text(self.world.now.isoformat(), encoding="ascii")
        waiting.replace(self.clock)

    def a_post(self, title: str) -> None:
        (self.posts / f"{title.lower()}.md").write_text(
            f"---\ntitle: {title}\ndate: 2026-03-27\n---\nText of {title}.\n"
        )

    def daemon(self, point: str | None = None) -> subprocess.Popen:
        command = [sys.executable, Path(__file__).with_name("daemon_process.py"), self.config, self.clock]
        return subprocess.Popen([*command, *([point] if point else [])], stderr=subprocess.PIPE, text=True)

    def started(self) -> subprocess.Popen:
        """Start a daemon and wait until it says so."""
        process = self.daemon()
        told: list[str] = []
        for line in process.stderr:
            told.append(line)
            if "daemon.started" in line:
                return process
        pytest.fail("the daemon did not start: " + "".join(told))

    def wait_for(self, number: int) -> None:
        """Wait until the edition is through."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if any(e.number == number and e.state.value == "sent" for e in self.world.editions("daily")):
                return
            time.sleep(0.1)
        pytest.fail(f"edition {number} did not come: {self.world.editions('daily')}")


@pytest.fixture
def relay():
    with ScriptedRelay() as listening:
        yield listening


@pytest.fixture
def night(world, relay):
    return Night(world, relay)


def ended_by_the_kill(process: subprocess.Popen) -> None:
    _, told = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL, told


def messages(relay: ScriptedRelay) -> Counter:
    found = Counter()
    for body in relay.bodies:
        head = body.decode()
        found[re.search(r"^Message-ID: (\S+)", head, re.MULTILINE)[1]] += 1
    return found


def test_three_occurrences_across_a_spring_forward_night_with_a_kill_in_every_stage(night, relay):
    night.it_is("2026-03-27T12:00+01:00")
    night.a_post("Friday")
    calm = night.started()
    try:
        night.it_is("2026-03-28T02:31+01:00")
        night.wait_for(1)
    finally:
        calm.send_signal(signal.SIGTERM)
        _, told = calm.communicate(timeout=20)
    assert calm.returncode == 0, told

    night.a_post("Saturday")
    night.it_is("2026-03-29T03:01+02:00")  # 02:30 does not exist this night; its occurrence comes right after the gap
    for stage in STAGES:
        ended_by_the_kill(night.daemon(stage))

    last = night.daemon()
    try:
        night.wait_for(2)
        night.a_post("Sunday")
        night.it_is("2026-03-30T02:31+02:00")
        night.wait_for(3)
    finally:
        last.send_signal(signal.SIGTERM)
        last.communicate(timeout=20)

    made = [edition for edition in night.world.editions("daily") if edition.number]
    assert [edition.number for edition in made] == [3, 2, 1]
    assert [edition.due_at for edition in made] == [
        datetime.fromisoformat("2026-03-30T02:30+02:00"),
        datetime.fromisoformat("2026-03-29T03:00+02:00"),
        datetime.fromisoformat("2026-03-28T02:30+01:00"),
    ]
    assert [night.world.titles(f"daily/{n}") for n in (1, 2, 3)] == [["Friday"], ["Saturday"], ["Sunday"]]
    assert set(messages(relay).values()) == {1}, "a message was sent twice"
    calm_night = dict.fromkeys(READERS, "sent")
    assert night.world.deliveries("daily/1") == night.world.deliveries("daily/3") == calm_night
    # Killed before the first byte and after the server's answer: in both nobody can know, and both are listed.
    assert night.world.deliveries("daily/2") == calm_night | {READERS[0]: "uncertain", READERS[1]: "uncertain"}
    assert len(relay.bodies) == 4 + 3 + 4


def test_a_second_daemon_says_who_holds_the_ledger_and_leaves(night):
    night.it_is("2026-03-27T12:00+01:00")
    first = night.started()
    try:
        second = night.daemon()
        _, told = second.communicate(timeout=60)
        assert second.returncode != 0
        assert f"/{first.pid}/" in told
    finally:
        first.send_signal(signal.SIGTERM)
        first.communicate(timeout=20)
    assert first.returncode == 0


def test_a_daemon_whose_holder_was_killed_starts_at_once(night):
    night.it_is("2026-03-27T12:00+01:00")
    first = night.started()
    first.kill()
    first.communicate(timeout=20)
    second = night.started()
    second.send_signal(signal.SIGTERM)
    second.communicate(timeout=20)
    assert second.returncode == 0


def test_sigterm_leaves_within_ten_seconds_even_with_a_relay_that_hangs(world):
    from world_smtp import HANG, Manners

    with ScriptedRelay(Manners(dot=HANG)) as relay:
        night = Night(world, relay)
        night.it_is("2026-03-27T12:00+01:00")
        night.a_post("Friday")
        daemon = night.started()
        night.it_is("2026-03-28T02:31+01:00")
        deadline = time.monotonic() + 60
        while not relay.bodies and time.monotonic() < deadline:
            time.sleep(0.05)
        daemon.send_signal(signal.SIGTERM)
        daemon.communicate(timeout=10)
        assert daemon.returncode in (0, 3)
    assert night.world.deliveries("daily/1")[READERS[0]] in ("sending", "uncertain")


def test_sighup_takes_a_changed_configuration_over_and_keeps_the_old_one_when_it_is_wrong(night, relay):
    night.it_is("2026-03-27T12:00+01:00")
    night.a_post("Friday")
    daemon = night.started()
    whole = night.config.read_text()
    try:
        night.config.write_text(whole + "\n[nonsense]\n")
        os.kill(daemon.pid, signal.SIGHUP)
        assert any("daemon.reload_failed" in line for line in iter(daemon.stderr.readline, ""))
        night.config.write_text(whole.replace("02:30", "03:30"))
        os.kill(daemon.pid, signal.SIGHUP)
        for line in daemon.stderr:
            if "daemon.reloaded" in line:
                break
        night.it_is("2026-03-28T03:31+01:00")
        night.wait_for(1)
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.communicate(timeout=20)
    assert night.world.editions("daily")[-1].due_at == datetime.fromisoformat("2026-03-28T03:30+01:00")
