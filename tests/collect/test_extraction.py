"""A hostile page costs only itself."""

import subprocess
from datetime import UTC, datetime

import pytest

from digest.collect import extraction
from digest.collect.extraction import extract
from digest.collect.pages import read_page

PROSE = "".join(
    f"<p>Paragraph {n} tells, at some length and without any hurry, what became of the harbour.</p>" for n in range(6)
)
DEEP = "<div>" * 90 + PROSE + "</div>" * 90


def test_a_usual_page_is_read_without_another_process(monkeypatch):
    monkeypatch.setattr(subprocess, "run", None)
    assert "Paragraph 5" in extract(f"<article>{PROSE}</article>", None, depth=5)


def test_a_deep_page_is_read_in_a_process_of_its_own_to_the_same_end():
    assert extract(DEEP, "https://blog.example/x", depth=95) == extraction.body_of(DEEP, "https://blog.example/x")


def test_a_page_that_takes_too_long_is_given_up():
    assert extract(DEEP, None, depth=95, seconds=0.01) is None


@pytest.mark.parametrize("program", ["import os; os.abort()", "raise MemoryError", "print('no JSON')"])
def test_a_process_that_dies_or_talks_nonsense_costs_only_its_page(monkeypatch, program):
    monkeypatch.setattr(extraction, "_PROGRAM", program)
    assert extract(DEEP, None, depth=95) is None


def test_a_page_without_its_text_says_so_and_keeps_its_lists(monkeypatch):
    monkeypatch.setattr(extraction, "_PROGRAM", "raise SystemExit(1)")
    rows = "".join(f'<li><a href="/p/{n}">A headline of some length, number {n}</a></li>' for n in range(5))
    html = f"<html><head><title>Harbour</title></head><body><h1>Harbour</h1>{DEEP}<h3>Recent posts</h3><ul>{rows}</ul></body></html>"
    found = read_page(
        html.encode(), url="https://blog.example/x", charset=None, now=datetime(2024, 4, 26, tzinfo=UTC), zone=UTC
    )
    assert found.article is None
    assert len(found.blocks[0].entries) == 5
    assert found.notes[-1] == "The text of this page could not be had within 10 s."
