"""Extract the body of an article without being taken hostage by its page.

The rule owned here: a page of usual size and depth is read in this process, where it costs what it costs; a large or
deep one, on which extraction may take half a minute and any amount of memory, is read in a process of its own, which
has `SECONDS` and `MEMORY` and is then killed. So a hostile page costs only itself. A process per such page, rather
than standing ones, since they are rare (under one page in a hundred), and since there is then nothing to recycle or to
leave behind: the process also limits itself, should this one be killed while it waits.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import Final

from digest.collect.bodies import body_of

SECONDS: Final = 10.0
"""How long a large or deep page may take, its process' start of about half a second included."""
MEMORY: Final = 1024 * 1024 * 1024
"""Bytes of address space that such a process may have."""
_USUAL_SIZE: Final = 300_000
"""Characters, after scripts, styles and lists of links were cut out."""
_USUAL_DEPTH: Final = 60
_AT_ONCE: Final = threading.BoundedSemaphore(2)
_PROGRAM: Final = "from digest.collect.extraction import serve; serve()"


def extract(html: str, url: str | None, *, depth: int, seconds: float = SECONDS) -> str | None:
    """Extract the body of an article as hostile HTML, empty where there is none; may be called from any thread.

    `depth` is how many elements of the page stand within one another. None where the body could not be had within
    `seconds` and `MEMORY`.
    """
    if len(html) <= _USUAL_SIZE and depth <= _USUAL_DEPTH:
        return body_of(html, url)
    task = json.dumps({"html": html, "url": url, "seconds": seconds}).encode()
    with _AT_ONCE:
        try:
            done = subprocess.run(  # noqa: S603 - this interpreter and a constant program
                [sys.executable, "-c", _PROGRAM], input=task, capture_output=True, timeout=seconds, check=False
            )
        except subprocess.TimeoutExpired:
            return None
    try:
        return str(json.loads(done.stdout)["body"]) if done.returncode == 0 else None
    except ValueError:
        return None


def serve() -> None:
    """Do one task, read from standard input, within the limits that hold even if nobody waits any more."""
    task = json.loads(sys.stdin.buffer.read())
    _limit(int(task["seconds"]) + 1)
    json.dump({"body": body_of(task["html"], task["url"])}, sys.stdout)


def _limit(seconds: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits; the time limit of the caller remains
        return
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
