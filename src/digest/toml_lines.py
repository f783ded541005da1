"""Where a key stands in a TOML text, so that a configuration error can name its line.

`tomllib` gives values without places. This walks the lines once and keeps only what is needed to point
a person at the right one: table headers, and the first line of each key.
"""

from __future__ import annotations

import re

Path = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[|\[)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_MULTILINE = re.compile(r'"""|' + r"'''")


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def lines_of(text: str) -> dict[Path, int]:
    """Map each path (`("publication", 0, "schedule")`) to its line number, counted from 1."""
    places: dict[Path, int] = {}
    counts: dict[tuple[str, ...], int] = {}
    table: Path = ()
    closing: str | None = None
    depth = 0
    for number, line in enumerate(text.splitlines(), 1):
        if closing is not None:
            closing = None if closing in line else closing
            continue
        if depth <= 0 and (header := _HEADER.match(line)):
            names = _names(header[2])
            if header[1] == "[[":
                counts[names] = counts.get(names, -1) + 1
                table = (*names, counts[names])
            else:
                table = names
            places.setdefault(table, number)
            places.setdefault(names, number)
            continue
        if depth <= 0 and (key := _KEY.match(line)):
            places.setdefault((*table, *_names(key[1])), number)
        fences = _MULTILINE.findall(line)
        if len(fences) % 2:
            closing = fences[-1]
        depth += _brackets(line)
    return places


def _brackets(line: str) -> int:
    """Count how many square brackets a line leaves open, leaving strings and comments aside."""
    bare = re.sub(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'|#.*", "", line)
    return bare.count("[") - bare.count("]")


def line_of(places: dict[Path, int], path: Path) -> int | None:
    """Find the line of the longest part of `path` that stands in the text."""
    for length in range(len(path), 0, -1):
        if (line := places.get(path[:length])) is not None:
            return line
    return None
