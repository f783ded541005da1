"""The bench runs and tells what it found. How fast anything is, is not asked here: tests run on busy machines."""

import http.client
import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"


@pytest.fixture
def bench(monkeypatch):
    """Its modules import one another by plain names, as scripts do."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))

    def module(name):
        return __import__(name)

    yield module
    for path in BENCHMARKS.glob("*.py"):
        sys.modules.pop(path.stem, None)


def test_an_edition_is_measured_document_by_document(bench):
    rows = bench("run").edition_rows(3, 2)
    *parts, whole = rows
    assert {"rss.xml", "atom.xml", "feed.json", "mail: one message"} <= {row["what"] for row in parts}
    assert whole["what"] == "the whole edition"
    assert whole["size"] == sum(row["size"] for row in parts) > 10_000
    assert whole["cold"] == pytest.approx(sum(row["cold"] for row in parts))
    assert {row["what"] for row in rows if row["peer"] is not None} == {"rss.xml", "atom.xml", "mail: one message"}


def test_the_table_of_an_edition_has_a_line_for_each_document(bench):
    run = bench("run")
    rows = run.edition_rows(3, 1)
    title, heads, _rule, *lines = run.told_edition(rows, 3, 1)
    assert title.startswith("AN EDITION of 3 stories")
    assert heads.split() == ["bytes", "first", "warm", "naive", "peer,", "warm"]
    assert [line.strip().split("  ")[0] for line in lines] == [row["what"] for row in rows]


def test_two_editions_have_no_text_in_common(bench):
    editing = bench("editing")
    first, second = (editing.made_up_edition(number, 3) for number in (1, 2))
    assert not {story.content for story in first.stories} & {story.content for story in second.stories}
    assert editing.made_up_edition(1, 3) == first


def _ask(url: str, path: str, **headers: str) -> tuple[int, str | None, bytes]:
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=10)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response.status, response.headers.get("ETag"), response.read()
    finally:
        connection.close()


def test_the_server_of_the_bench_answers_304_to_whoever_knows_the_document(bench, tmp_path):
    feed = bench("corpus").made_up_feed(1, items=2).encode()
    (tmp_path / "one.xml").write_bytes(feed)
    with bench("collecting").loopback_server(tmp_path) as url:
        status, etag, body = _ask(url, "/one.xml")
        assert (status, body) == (200, feed)
        assert _ask(url, "/one.xml", If_None_Match=etag) == (304, etag, b"")
        assert _ask(url, "/one.xml", If_None_Match='"another"')[0] == 200
        assert _ask(url, "/two.xml")[0] == 404


def test_a_made_up_feed_is_read_by_digest(bench, tmp_path):
    path = tmp_path / "feed.xml"
    path.write_text(bench("corpus").made_up_feed(7, items=4), encoding="utf-8")
    digest = Path(sys.executable).with_name("digest")
    shown = subprocess.run([digest, "inspect", "--json", path], capture_output=True, check=True, text=True).stdout
    assert len(json.loads(shown)["entries"]) == 4


def test_a_difference_in_entries_kept_is_explained(bench):
    kept = bench("collecting").Kept
    lines = bench("run")._told_kept([kept("a", 5, 5), kept("b", 3, -1), kept("c", 9, 10), kept("d", 4, 2)])
    assert lines[0] == "  entries kept: digest 21, reader 17"
    assert lines[1] == "    feeds that reader refused: 1, with 3 entries for digest"
    assert lines[2] == "    feeds that both read alike: 1, with 5 entries for each"
    assert "true copies" in lines[3]
    assert "share an id" in lines[4]


def test_a_bar_is_met_or_missed(bench):
    lines = bench("run").told_bars(dict(zip(bench("run").BARS, (9.9, 0.19, 151.0), strict=True)))
    assert [line.split()[-1] for line in lines[-3:]] == ["MISSED", "met", "MISSED"]


def test_the_cost_of_a_process_is_told_and_a_failure_is_not_measured(bench, tmp_path):
    measure = bench("measure")
    cost = measure.cost_of([sys.executable, "-c", "pass"], folder=tmp_path, log=tmp_path / "log")
    assert cost.seconds > 0
    assert cost.megabytes > 1
    with pytest.raises(RuntimeError, match="Oh no"):
        measure.cost_of([sys.executable, "-c", "exit('Oh no')"], folder=tmp_path, log=tmp_path / "log")
