"""Where a key stands in a TOML text, so that a configuration error can name its line.

`tomllib` gives values without places. This walks the lines once and keeps only what is needed to point
a person at the right one: table headers, and the first line of each key.
"""

from __future__ import annotations

import re

Path = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[|\[)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_TOKEN = re.compile(r"""\"{3}|'{3}|"(?:[^"\\]|\\.)*"|'[^']*'|\#.*|[\[\]{}]""")


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def lines_of(text: str) -> dict[Path, int]:
    """Map each path (`("publication", 0, "schedule")`) to its line number, counted from 1."""
    places: dict[Path, int] = {}
    counts: dict[tuple[str, ...], int] = {}
    table: Path = ()
    closing: str | None = None
    depth = 0
    for number, line in enumerate(text.split("\n"), 1):
        if closing is None and depth <= 0:
            if header := _HEADER.match(line):
                table = _table(_names(header[2]), counts, repeated=header[1] == "[[")
                _place(places, table, number)
                continue
            if key := _KEY.match(line):
                _place(places, (*table, *_names(key[1])), number)
        closing, opened = _left_open(line, closing)
        depth += opened
    return places


def _table(names: tuple[str, ...], counts: dict[tuple[str, ...], int], *, repeated: bool) -> Path:
    if not repeated:
        return names
    counts[names] = counts.get(names, -1) + 1
    return (*names, counts[names])


def _place(places: dict[Path, int], path: Path, number: int) -> None:
    """Note where a path stands, and the tables around it where nothing named them before."""
    for length in range(len(path), 0, -1):
        places.setdefault(path[:length], number)


def _left_open(line: str, closing: str | None) -> tuple[str | None, int]:
    """Tell which long string is open at the end of a line, and how many brackets it leaves open."""
    position, depth = 0, 0
    if closing is not None:
        end = line.find(closing)
        if end < 0:
            return closing, 0
        position = end + 3
    while match := _TOKEN.search(line, position):
        token, position = match[0], match.end()
        if token in ('"' * 3, "'" * 3):
            end = line.find(token, position)
            if end < 0:
                return token, depth
            position = end + 3
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token, 0)
    return None, depth


def line_of(places: dict[Path, int], path: Path) -> int | None:
    """Find the line of the longest part of `path` that stands in the text."""
    for length in range(len(path), 0, -1):
        if (line := places.get(path[:length])) is not None:
            return line
    return None
