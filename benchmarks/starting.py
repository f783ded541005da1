"""How long `digest --help` takes beside a Python that does nothing."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from measure import cost_of


@dataclass(frozen=True, slots=True)
class Starting:
    """Medians in seconds."""

    starts: int
    digest_help: float
    python_pass: float


def compare(starts: int, folder: Path) -> Starting:
    """Start both in turns."""
    commands = ([str(Path(sys.executable).with_name("digest")), "--help"], [sys.executable, "-c", "pass"])
    log = folder / "start.log"
    for command in commands:  # bytecode and the disk's cache are warm for both
        cost_of(command, folder=folder, log=log)
    runs = [[cost_of(command, folder=folder, log=log).seconds for command in commands] for _ in range(starts)]
    return Starting(starts, median(run[0] for run in runs), median(run[1] for run in runs))
