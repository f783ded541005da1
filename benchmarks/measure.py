"""What a process costs: time and peak memory, as the kernel tells them when it ends.

The peak of a process is at least that of its parent at the moment it was started, so whoever measures stays small.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall and processor time in seconds, peak resident memory in megabytes."""

    seconds: float
    processor: float
    megabytes: float


def cost_of(command: Sequence[str], *, folder: Path, log: Path) -> Cost:
    """Run a command to its end; what it prints goes to `log`.

    Raises:
        RuntimeError: it did not end with 0 or 3 ("done in part").
    """
    with log.open("ab") as out:
        actions = [(os.POSIX_SPAWN_DUP2, out.fileno(), 1), (os.POSIX_SPAWN_DUP2, out.fileno(), 2)]
        back = Path.cwd()
        os.chdir(folder)  # posix_spawn has no folder of its own
        start = time.perf_counter()
        try:
            pid = os.posix_spawn(command[0], command, _environment(), file_actions=actions)
        finally:
            os.chdir(back)
        _, status, usage = os.wait4(pid, 0)
        seconds = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) not in (0, 3):
        raise RuntimeError(f"{' '.join(command)[:200]} failed:\n{log.read_text()[-2000:]}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _environment() -> dict[str, str]:
    """Let Python keep what it compiled, as an installed program does: without, one started from source begins anew."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def middle(costs: Sequence[Cost]) -> Cost:
    """Take the median of each measure."""
    return Cost(
        median(cost.seconds for cost in costs),
        median(cost.processor for cost in costs),
        median(cost.megabytes for cost in costs),
    )
