"""Who we are in leases, and whether another holder is surely gone.

An owner is `machine/pid/token`. The machine is a host, a boot and a namespace of processes: a pid means the same
only where all three are equal, and in containers pids and host names come again.
"""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex

LEASE = timedelta(minutes=10)
"""How long work may take before another may think it abandoned; longer than any single time-out."""


def _machine() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")[:8]
        processes = Path("/proc/self/ns/pid").stat().st_ino
    except OSError:
        return socket.gethostname()
    return f"{socket.gethostname()}-{boot}-{processes}"


MACHINE = _machine()
OWNER = f"{MACHINE}/{os.getpid()}/{token_hex(4)}"
"""This process in leases."""


def is_gone(owner: str) -> bool:
    """Tell for certain that a holder has ended; False where that cannot be known."""
    if owner == OWNER or not is_here(owner):
        return False
    pid = int(owner.rsplit("/", 2)[1])
    if pid == os.getpid():
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def is_here(owner: str) -> bool:
    """Tell whether a holder is of this machine, so that its pid can be asked for."""
    machine, _, rest = owner.partition("/")
    return machine == MACHINE and rest.partition("/")[0].isdigit()


def may_take(owner: str, until: datetime, now: datetime) -> bool:
    """Tell whether a lease may be taken over: it has run out, or its holder surely is no more."""
    return until <= now or is_gone(owner)


def may_doubt(owner: str, until: datetime, now: datetime) -> bool:
    """Tell whether what a holder was sending is in doubt. One that is here and alive will write its outcome yet."""
    return is_gone(owner) or (until <= now and not is_here(owner))
