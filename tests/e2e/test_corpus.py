"""The 95 real feeds of the corpus, served over loopback, through a whole cycle to feeds that real readers read."""

import json
import subprocess
from email import message_from_bytes, policy
from pathlib import Path

import feedparser
import jsonschema
import pytest

from digest.collect import feeds
from digest.collect.clean import clean
from world import Answer, World

SCHEMAS = Path(__file__).parent.parent / "render"


@pytest.fixture(scope="module")
def cycle(corpus, tmp_path_factory):
    """Collect all feeds of the corpus once and publish one edition of everything."""
    world = World(tmp_path_factory.mktemp("corpus"))
    world.fetch = 'timeout = "60 s"'
    world.at("2026-02-20T12:00:00+00:00")
    rows = json.loads((corpus / "feeds" / "MANIFEST.json").read_text())
    for row in rows:
        name = row["file"].partition(".")[0]
        world.source(name)
        world.server.answers[f"/{name}.xml"] = Answer(body=(corpus / "feeds" / row["file"]).read_bytes())
    world.publication("all", max_items=100)
    done = world.runs(now=True)
    yield world, rows, done
    world.close()


def test_every_feed_is_collected(cycle):
    _, rows, done = cycle
    assert len(rows) == 95
    assert [item for item in done.collected if item.failed] == []


def test_every_item_is_in_the_ledger(cycle, corpus):
    world, rows, _ = cycle
    from digest.store import entries, sources

    with world.context() as context, context.ledger.reading() as connection:
        for row in rows:
            name = row["file"].partition(".")[0]
            source = sources.by_name(connection, name)
            kept = entries.known(connection, source.id)
            body = (corpus / "feeds" / row["file"]).read_bytes()
            items = feeds.read_feed(body, url=None).entries
            assert len(items) >= row["items"], row["file"]
            assert {clean(item, None).uid for item in items} <= set(kept), row["file"]


def test_no_entry_was_told_apart_from_itself(cycle):
    """As many entries as the manifest has items, less the true copies that one feed holds."""
    world, rows, _ = cycle
    counts = {row["file"].partition(".")[0]: row["items"] for row in rows}
    fewer = {
        name: (world.known(name).entries, wanted)
        for name, wanted in counts.items()
        if world.known(name).entries < wanted
    }
    assert fewer == {"e2f96ecb137c": (11, 20)}  # nine items of it are copies to the letter


def test_the_feeds_read_back_without_a_flaw(cycle):
    world, _, _ = cycle
    titles = [item["title"] for item in json.loads((world.folder / "feeds/all/feed.json").read_text())["items"]]
    assert len(titles) >= 20
    for name in ("rss.xml", "atom.xml"):
        parsed = feedparser.parse((world.folder / "feeds/all" / name).read_bytes())
        assert not parsed.bozo, parsed.get("bozo_exception")
        assert len(parsed.entries) == len(titles)
        assert all(entry.id and entry.link for entry in parsed.entries)


def test_atom_passes_the_schema_of_the_rfc(cycle, require_tool):
    world, _, _ = cycle
    command = [require_tool("jing"), "-c", SCHEMAS / "atom.rnc", world.folder / "feeds/all/atom.xml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_json_feed_passes_its_schema(cycle):
    world, _, _ = cycle
    schema = json.loads((SCHEMAS / "jsonfeed.schema.json").read_text())
    jsonschema.validate(json.loads((world.folder / "feeds/all/feed.json").read_text()), schema)


def test_newsboat_lists_the_same_titles(cycle, require_tool, tmp_path):
    world, _, _ = cycle
    newsboat = require_tool("newsboat")
    body = (world.folder / "feeds/all/rss.xml").read_bytes()
    world.server.answers["/rss.xml"] = Answer(body=body, headers={"Content-Type": "application/rss+xml"})
    urls = tmp_path / "urls"
    urls.write_text(world.server.url + "/rss.xml\n")
    options = ["-u", urls, "-c", tmp_path / "cache.db", "-C", "/dev/null"]
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    subprocess.run([newsboat, *options, "-x", "reload"], env=environment, check=True, capture_output=True, timeout=60)
    import sqlite3

    with sqlite3.connect(tmp_path / "cache.db") as cache:
        listed = {row[0] for row in cache.execute("SELECT title FROM rss_item")}
    told = {item["title"] for item in json.loads((world.folder / "feeds/all/feed.json").read_text())["items"]}
    tidy = lambda title: " ".join(title.replace("\u2060", "").split())  # noqa: E731
    assert {tidy(title) for title in listed} == {tidy(title) for title in told}


def test_the_mail_of_a_hundred_stories_stays_within_what_servers_take(cycle):
    world, _, _ = cycle
    raw = (world.folder / "outbox/all/1/digest.eml").read_bytes()
    message = message_from_bytes(raw, policy=policy.SMTP)
    assert message["Subject"]
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    html = message.get_body(("html",)).get_content()
    for evil in ("<script", "<form", "<iframe", "javascript:", "<img"):
        assert evil not in html.lower()


def test_nothing_hostile_is_published(cycle):
    world, _, _ = cycle
    for name, (data, _) in world.files().items():
        lowered = data.decode("utf-8", "replace").lower()
        for evil in ("<script", "<iframe", "<form", "javascript:", "onerror="):
            assert evil not in lowered.replace("&lt;" + evil[1:], "") or name.endswith(".eml"), (name, evil)
