"""A real daemon, but for two things: its clock is a file, and it may kill itself at a named point.

python daemon_process.py CONFIG CLOCK [POINT]
"""

import asyncio
import logging
import os
import signal
import sys
from datetime import datetime
from pathlib import Path

from digest.config import load
from digest.engine.embedded import Daemon
from digest.flows.context import open_context

config_file, clock_file, *point = sys.argv[1:]


def now() -> datetime:
    return datetime.fromisoformat(Path(clock_file).read_text(encoding="ascii"))


def reached(at: str) -> None:
    if [at] == point:
        os.kill(os.getpid(), signal.SIGKILL)


def reread():
    return load(Path(config_file))


logging.basicConfig(level=logging.INFO)
with open_context(reread(), now, reached) as context:
    asyncio.run(Daemon(context, reread).run())
