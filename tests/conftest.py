"""What all tests share: the corpus, the system's tools, and the rule for when one is missing."""

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def _missing(what: str) -> None:
    """Skip with the reason; under DIGEST_REQUIRE_ALL=1 a skip would hide a hole, so fail."""
    if os.environ.get("DIGEST_REQUIRE_ALL") == "1":
        pytest.fail(f"{what} is missing and DIGEST_REQUIRE_ALL=1")
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="session")
def require_tool():
    """Return a function: the path of a system program, or skip (fail under DIGEST_REQUIRE_ALL=1)."""

    def find(name: str) -> str:
        path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        if path is None:
            _missing(f"the program {name}")
        return path

    return find


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real input; it belongs to its publishers and lies beside the project, not in it."""
    shared = Path(os.environ.get("DIGEST_SHARED", ROOT.parent / "shared"))
    if not (shared / "corpus").is_dir():
        _missing(f"the corpus at {shared}")
    return shared / "corpus"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A self-signed certificate for loopback, its own authority."""
    from world_smtp import HOST, make_certificate

    return make_certificate(tmp_path_factory.mktemp("certificate"), "localhost", HOST)


@pytest.fixture(scope="module")
def postfix(require_tool, certificate):
    """A private Postfix that takes mail for reader@example.net."""
    from world_postfix import running_postfix

    program = require_tool("postfix")
    if os.geteuid() != 0:
        _missing("root, by whom alone Postfix can be started,")
    with running_postfix(program, certificate) as server:
        yield server


@pytest.fixture
def world(tmp_path):
    """A fresh fake world in a folder of its own."""
    from world import World

    made = World(tmp_path)
    yield made
    made.close()
