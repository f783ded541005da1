"""The world with the hostile server in it, and the score at the end of the session."""

import re

import pytest

from frb.hostile import Hostile
from frb.rules import DOES_NOT_APPLY


@pytest.fixture
def hostile(world):
    """The world's web becomes hostile."""
    world.server.close()
    world.server = Hostile()
    return world.server


def pytest_terminal_summary(terminalreporter):
    """Print the score of the rules that were played."""
    played = {}
    for outcome, passed in (("passed", True), ("failed", False), ("error", False), ("xfailed", False)):
        for report in terminalreporter.stats.get(outcome, []):
            found = re.search(r"test_frb\.py::test_(\d{3})_", getattr(report, "nodeid", ""))
            if found:
                played[found[1]] = passed and played.get(found[1], True)
    if not played:
        return
    failing = sorted(rule for rule, passed in played.items() if not passed)
    terminalreporter.write_line(
        f"FRB: {sum(played.values())} of {len(played)} applicable rules pass"
        + (f" (not yet: {', '.join(failing)})" if failing else "")
        + f"; {len(DOES_NOT_APPLY)} do not apply: "
        + "; ".join(f"{rule}: {why}" for rule, why in DOES_NOT_APPLY.items())
    )
