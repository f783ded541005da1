"""Collecting feeds from loopback: `digest collect` beside `reader`, the nearest Python peer.

Both are whole processes, from start to exit, on a fresh database, against the same server, taking turns. `reader`
stands in its faster configuration: each is tried once, the faster one takes part in all rounds.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from corpus import ROOT, feeds_into
from measure import Cost, cost_of, middle

HERE = Path(__file__).resolve().parent
PEER = "reader"
PEER_VENV = ROOT / ".venv-bench"
_PEER_VERSIONS = {(3, 12): ["reader==3.27"], (3, 11): ["reader==3.26", "sgmllib3k==1.0.0"]}
"""By the oldest Python each runs on; 3.26 needs sgmllib3k and does not say so."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How many entries each keeps of one feed; -1 where it could not read it."""

    feed: str
    digest: int
    peer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Collecting:
    """Medians of all rounds: the first collection into a fresh database, then a poll where nothing changed."""

    feeds: str
    rounds: int
    versions: dict[str, str]
    peer_workers: int
    tried: dict[int, float]
    first: dict[str, Cost]
    again: dict[str, Cost]
    kept: list[Kept]


def compare(rounds: int) -> Collecting:
    """Measure both. Installs the peer into `.venv-bench` when it is not there."""
    peer = _peer_python()
    with tempfile.TemporaryDirectory(prefix="digest-bench-") as made:
        folder = Path(made)
        (folder / "feeds").mkdir()
        feeds = feeds_into(folder / "feeds")
        names = sorted(path.name for path in (folder / "feeds").iterdir())
        with loopback_server(folder / "feeds") as url:
            race = _Race(folder, [f"{url}/{name}" for name in names], str(peer))
            tried = {workers: race.peer(workers)[0].seconds for workers in (1, 2)}
            workers = min(tried, key=lambda each: tried[each])
            runs = [(race.digest(), race.peer(workers)) for _ in range(rounds)]
            kept = race.kept()
    return Collecting(
        feeds=feeds,
        rounds=rounds,
        versions={"digest": _digest_version(), PEER: _peer_version(peer)},
        peer_workers=workers,
        tried=tried,
        first={name: middle([run[who][0] for run in runs]) for who, name in enumerate(("digest", PEER))},
        again={name: middle([run[who][1] for run in runs]) for who, name in enumerate(("digest", PEER))},
        kept=kept,
    )


@contextmanager
def loopback_server(folder: Path) -> Iterator[str]:
    """Serve a folder from a process of its own; yields its URL."""
    command = [sys.executable, str(HERE / "server.py"), str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.stdin.close()


@dataclass(frozen=True, slots=True)
class _Race:
    """One folder, one server, two runners. Each runner collects twice: afresh, and with nothing new."""

    folder: Path
    urls: list[str]
    peer_python: str

    def digest(self) -> tuple[Cost, Cost]:
        site = self.folder / "site"
        shutil.rmtree(site, ignore_errors=True)
        site.mkdir()
        (site / "config.toml").write_text(_configuration(self.urls), encoding="utf-8")
        command = [str(Path(sys.executable).with_name("digest")), "collect"]
        log = self.folder / "digest.log"
        return cost_of(command, folder=site, log=log), cost_of(command, folder=site, log=log)

    def peer(self, workers: int) -> tuple[Cost, Cost]:
        for path in self.folder.glob("peer.db*"):
            path.unlink()
        command = [self.peer_python, str(HERE / "peer.py"), str(self.folder / "peer.db"), str(workers)]
        log = self.folder / "peer.log"
        return (
            cost_of([*command, "first", *self.urls], folder=self.folder, log=log),
            cost_of([*command, "again"], folder=self.folder, log=log),
        )

    def kept(self) -> list[Kept]:
        """Count what is kept after the last round."""
        counted = subprocess.run(
            [self.peer_python, str(HERE / "peer.py"), str(self.folder / "peer.db")],
            capture_output=True, check=True, text=True,
        )  # fmt: skip
        theirs = json.loads(counted.stdout)
        query = """
            SELECT source.url, CASE WHEN source.failures THEN -1 ELSE count(entry.id) END
            FROM source LEFT JOIN entry ON entry.source_id = source.id GROUP BY source.id
        """
        with closing(sqlite3.connect(self.folder / "site" / "digest.db")) as ledger:
            ours = dict(ledger.execute(query).fetchall())
        return [Kept(url.rpartition("/")[2], ours[url], theirs[url]) for url in self.urls]


def _configuration(urls: list[str]) -> str:
    about = '[site]\ntitle = "Bench"\nurl = "https://bench.example/"\ntimezone = "UTC"\n'
    sources = "".join(f'[[source]]\nname = "source-{n}"\nurl = "{url}"\n' for n, url in enumerate(urls))
    return f'{about}[fetch]\nallow_private = ["127.0.0.0/8"]\n{sources}'


def _peer_python() -> Path:
    """Answer the Python that has the peer, the newest one of this machine; make its environment the first time."""
    python = PEER_VENV / "bin" / "python"
    ready = PEER_VENV / "ready"
    if not ready.exists():
        chosen, version = _newest_python()
        wanted = next(names for least, names in _PEER_VERSIONS.items() if version >= least)
        print(f"Installing {wanted[0]} into {PEER_VENV.name} for Python {version[0]}.{version[1]} …", file=sys.stderr)
        subprocess.run([chosen, "-m", "venv", "--clear", str(PEER_VENV)], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *wanted], check=True)
        ready.touch()
    return python


def _newest_python() -> tuple[str, tuple[int, int]]:
    """Find the newest Python on the path or among pyenv's; at the least the one that runs this."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for minor in (14, 13, 12):
        if (found := shutil.which(f"python3.{minor}")) and (
            subprocess.run([found, "-c", "import venv, ensurepip"], capture_output=True, check=False).returncode == 0
        ):
            return found, (3, minor)
        for path in sorted(pyenv.glob(f"3.{minor}.*/bin/python")):
            return str(path), (3, minor)
    return sys.executable, sys.version_info[:2]


def _peer_version(python: Path) -> str:
    ask = "import reader, platform; print(reader.__version__, 'on Python', platform.python_version())"
    return subprocess.run([str(python), "-c", ask], capture_output=True, check=True, text=True).stdout.strip()


def _digest_version() -> str:
    ask = "import digest, platform; print(digest.__version__, 'on Python', platform.python_version())"
    return subprocess.run([sys.executable, "-c", ask], capture_output=True, check=True, text=True).stdout.strip()
