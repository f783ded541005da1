"""Speed and memory beside a peer, measured here and now, side by side in one table.

    make bench            or     .venv/bin/python benchmarks/run.py [--json FILE] [--rounds N]

The machine may be busy with other things: all that is compared takes turns in one run, and medians are shown. Look
at the ratios; seconds are worth as much as the machine they were measured on.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import collecting
import starting
from collecting import HERE, PEER, Collecting, Kept
from starting import Starting

STORIES, EDITIONS, STARTS = 30, 20, 20
BARS = {"collecting, times faster than reader": 10.0, "digest --help, seconds": 0.2, "edition, warm, ms": 150.0}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Measure digest beside its peers.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers there too")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of collecting (default: 3)")
    options = parser.parse_args(arguments)
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before\n")
    collected = collecting.compare(options.rounds)
    print("\n".join(told_collecting(collected)), end="\n\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="digest-bench-") as folder:
        started = starting.compare(STARTS, Path(folder))
    print("\n".join(told_starting(started)), end="\n\n", flush=True)
    rows = edition_rows(STORIES, EDITIONS)
    print("\n".join(told_edition(rows, STORIES, EDITIONS)), end="\n\n")
    found = dict(zip(BARS, (_ratio(collected), started.digest_help, rows[-1]["warm"]), strict=True))
    print("\n".join(told_bars(found)))
    if options.json:
        numbers = {
            "collecting": asdict(collected),
            "starting": asdict(started),
            "edition": rows,
            "found": found,
            "bars": BARS,
        }
        options.json.write_text(json.dumps(numbers, indent=2) + "\n", encoding="utf-8")


def edition_rows(stories: int, rounds: int) -> list[dict[str, Any]]:
    """Measure editions in a process of their own: its first one is cold, and this one stays small."""
    command = [sys.executable, str(HERE / "editing.py"), str(stories), str(rounds)]
    rows: list[dict[str, Any]] = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return rows


# ── telling ──────────────────────────────────────────────────────────────────────────────────────
def told_collecting(found: Collecting) -> list[str]:
    who = ("digest", PEER)
    rows = []
    for what, costs in (("first, fresh database", found.first), ("again, all 304", found.again)):
        ours, theirs = (costs[name] for name in who)
        rows += [
            _compared(f"{what}: wall time", "s", ours.seconds, theirs.seconds),
            _compared("  processor time", "s", ours.processor, theirs.processor),
            _compared("  peak memory", "MB", ours.megabytes, theirs.megabytes),
        ]
    tried = ", ".join(f"{seconds:.1f} s with {workers}" for workers, seconds in found.tried.items())
    return [
        f"COLLECTING {found.feeds}, from a loopback server; whole processes, medians of {found.rounds} rounds in turns",
        f"  digest {found.versions['digest']}; {PEER} {found.versions[PEER]}, workers tried: {tried}",
        *_table(("", "digest", f"{PEER}, workers={found.peer_workers}", "ratio"), rows),
        *_told_kept(found.kept),
    ]


def _compared(what: str, unit: str, ours: float, theirs: float) -> tuple[str, ...]:
    return what, f"{ours:.3g} {unit}", f"{theirs:.3g} {unit}", f"{theirs / ours:.1f} ×"


def _told_kept(kept: list[Kept]) -> list[str]:
    """Say how many entries each keeps, and in which feeds they differ."""
    both = [item for item in kept if min(item.digest, item.peer) >= 0]
    ours, theirs = (sum(max(0, getattr(item, who)) for item in kept) for who in ("digest", "peer"))
    lines = [f"  entries kept: digest {ours}, {PEER} {theirs}"]
    for name, other, who, whom in (("digest", PEER, "peer", "digest"), (PEER, "digest", "digest", "peer")):
        failed = [item for item in kept if getattr(item, whom) < 0]
        if failed:
            entries = sum(max(0, getattr(item, who)) for item in failed)
            lines.append(f"    feeds that {name} refused: {len(failed)}, with {entries} entries for {other}")
    differ = [item for item in both if item.digest != item.peer]
    same = sum(item.digest for item in both) - sum(item.digest for item in differ)
    lines.append(f"    feeds that both read alike: {len(both) - len(differ)}, with {same} entries for each")
    lines += [f"    {item.feed}: digest {item.digest}, {PEER} {item.peer}{_why(item)}" for item in differ]
    return lines


def _why(item: Kept) -> str:
    return (
        " (items that share an id: digest keeps different ones apart)"
        if item.digest > item.peer
        else " (true copies: digest keeps one)"
    )


def told_starting(found: Starting) -> list[str]:
    rows = [
        (
            f"{found.digest_help * 1000:.0f} ms",
            f"{found.python_pass * 1000:.0f} ms",
            f"{found.digest_help - found.python_pass:+.3f} s",
        )
    ]
    return [
        f"STARTING, medians of {found.starts} processes in turns",
        *_table(("digest --help", "python -c pass", "ours more"), rows),
    ]


def told_edition(rows: list[dict[str, Any]], stories: int, editions: int) -> list[str]:
    told = [
        (
            row["what"], f"{row['size'] / 1000:.0f} kB", f"{row['cold']:.1f} ms", f"{row['warm']:.1f} ms",
            "" if row["peer"] is None else f"{row['peer']:.1f} ms  {row['peer_name']}",
        )
        for row in rows
    ]  # fmt: skip
    title = f"AN EDITION of {stories} stories, one process; warm: median of {editions} other editions"
    return [title, *_table(("", "bytes", "first", "warm", "naive peer, warm"), told)]


def told_bars(found: dict[str, float]) -> list[str]:
    rows = []
    for what, bar in BARS.items():
        more_is_better = what.startswith("collecting")
        met = found[what] >= bar if more_is_better else found[what] <= bar
        rows.append(
            (what, f"{found[what]:.3g}", f"{'≥' if more_is_better else '≤'} {bar:g}", "met" if met else "MISSED")
        )
    return ["THE BARS", *_table(("", "measured", "bar", ""), rows)]


def _ratio(found: Collecting) -> float:
    return found.first[PEER].seconds / found.first["digest"].seconds


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(len(heads))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in (heads, *rows)
    ]
    return [f"  {line}" for line in (lines[0], "  ".join("─" * width for width in widths), *lines[1:])]


if __name__ == "__main__":
    main()
