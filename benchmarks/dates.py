"""How long a date takes to read, and how many are read right: CLDR's relative forms, mixed forms, and what is no date.

`python benchmarks/dates.py [ROUNDS]`
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from statistics import median, quantiles

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from collect.written import Written, from_cldr, mixed
from digest.collect.dates import read_date
from digest.collect.spans import go_back

NOW = datetime(2024, 4, 26, 10, 0, tzinfo=UTC)
ZONE: tzinfo = UTC
NO_DATES = (
    "10 jours pour changer", "Windows 10", "3 commentaires", "5 min read", "Il y a 10 ans, la chute du mur", "mars",
    "Why bridges sing in the wind", "12 angry men", "Lire la suite", "1 299,00 €", "Top 10 2024", "Une semaine avant",
)  # fmt: skip


def is_right(written: Written) -> bool:
    """Tell whether a text is read as what it says, to its unit."""
    dating = read_date(written.text, now=NOW, language=written.language, zone=ZONE)
    expected = go_back(f"{written.count} {written.unit} ago", NOW)
    return expected == (dating.at, dating.precision)


def microseconds(texts: list[tuple[str, str]], rounds: int) -> list[float]:
    """Time each text once per round, after one round unmeasured; medians per text."""
    times: list[list[float]] = [[] for _ in texts]
    for turn in range(rounds + 1):
        for place, (text, language) in enumerate(texts):
            start = time.perf_counter()
            read_date(text, now=NOW, language=language, zone=ZONE)
            if turn:
                times[place].append(time.perf_counter() - start)
    return [median(each) * 1e6 for each in times]


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    for name, written in (("CLDR", list(from_cldr())), ("mixed", list(mixed()))):
        right = sum(is_right(one) for one in written)
        times = microseconds([(one.text, one.language) for one in written], rounds)
        languages = len({one.language for one in written})
        print(
            f"{name}: {right} of {len(written)} right ({right / len(written):.1%}) in {languages} languages; "
            f"median {median(times):.0f} µs, 99 % under {quantiles(times, n=100)[98]:.0f} µs, "
            f"slowest {max(times):.0f} µs"
        )
    times = microseconds([(text, "fr") for text in NO_DATES], rounds)
    print(f"no dates: median {median(times):.0f} µs, slowest {max(times):.0f} µs")


if __name__ == "__main__":
    main()
