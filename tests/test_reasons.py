"""Codes are found in the source by their shape, so that a new one without its sentence fails here."""

import ast
import re
import string
from pathlib import Path

import pytest

from digest.model import Reason
from digest.reasons import SENTENCES, word

SOURCE = Path(__file__).resolve().parent.parent / "src" / "digest"


def reasons() -> list[tuple[str, str, set[str] | None]]:
    """Find each `Reason("code", {…})` as (place, code, names); names are None where they are computed."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "Reason"
                and node.args
            ):
                code, args = node.args[0], node.args[1] if len(node.args) > 1 else None
                names = set() if args is None else None
                if isinstance(args, ast.Dict) and all(isinstance(key, ast.Constant) for key in args.keys):
                    names = {key.value for key in args.keys}
                if isinstance(code, ast.Constant):
                    found.append((f"{path.name}:{node.lineno}", code.value, names))
    return found


def names_in(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_reasons_are_found_at_all():
    assert len(reasons()) > 20


@pytest.mark.parametrize(("place", "code", "names"), reasons())
def test_every_reason_has_a_sentence_that_its_arguments_fit(place, code, names):
    assert code in SENTENCES, f"{place} gives {code}, which has no sentence"
    if names is not None:
        assert names_in(SENTENCES[code]) <= names, place


@pytest.mark.parametrize("code", SENTENCES)
def test_every_sentence_is_used(code):
    written = any(
        f'"{code}"' in path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py") if path.name != "reasons.py"
    )
    assert written, f"nothing gives {code}"


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_is_well_formed(code):
    assert re.fullmatch(r"[a-z]+\.[a-z0-9_]+", code)
    assert not SENTENCES[code].endswith(".")
    args = dict.fromkeys(names_in(SENTENCES[code]), "{braces} and “quotes”")
    assert "{braces}" in word(Reason(code, args)) or not args


def test_a_code_of_a_newer_version_is_shown_as_it_is():
    assert word(Reason("new.thing", {"b": 2, "a": 1})) == "new.thing a=1 b=2"
