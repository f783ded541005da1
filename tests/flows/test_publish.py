"""Documents come from frozen rows; files change only when their bytes do; a draft stays inside."""

import json
import os

import feedparser
import pytest

from digest.errors import PublishError


@pytest.fixture
def site(world):
    world.publication("daily")
    world.source("alpha").publishes("One", "Two")
    return world


def test_a_run_leaves_every_document(site):
    site.runs(now=True)
    names = set(site.files())
    for name in ("rss.xml", "atom.xml", "feed.json", "index.html", "editions/1/index.html"):
        assert f"feeds/daily/{name}" in names
    for name in ("digest.html", "digest.txt", "digest.eml"):
        assert f"outbox/daily/1/{name}" in names
    assert {"feeds/index.html", "feeds/sources.opml"} <= names


def test_a_second_run_touches_no_file(site):
    site.runs(now=True)
    before = site.files()
    site.later(hours=3).runs(now=True)
    assert site.files() == before


def test_an_edit_after_the_fact_changes_no_edition(site):
    site.runs(now=True)
    before = site.files()
    site.source("alpha").edits("One", title="Entirely different")
    site.later(hours=3).runs(now=True)
    assert site.files() == before


def test_lost_files_are_written_again_byte_for_byte(site):
    site.runs(now=True)
    before = {name: data for name, (data, _) in site.files().items()}
    (site.folder / "feeds/daily/rss.xml").unlink()
    (site.folder / "feeds/daily/editions/1/index.html").unlink()
    site.later(minutes=1).runs()
    assert {name: data for name, (data, _) in site.files().items()} == before


def test_all_formats_tell_the_same_stories_in_the_same_order(site):
    site.runs(now=True)
    site.source("alpha").publishes("Three")
    site.later(hours=3).runs(now=True)
    folder = site.folder / "feeds/daily"
    told = json.loads((folder / "feed.json").read_text())["items"]
    titles = [item["title"] for item in told]
    assert titles[0] == "Three"
    assert sorted(titles) == ["One", "Three", "Two"]
    for name in ("rss.xml", "atom.xml"):
        parsed = feedparser.parse((folder / name).read_bytes())
        assert [(e.title, e.id) for e in parsed.entries] == [(item["title"], item["id"]) for item in told]


def test_a_draft_goes_to_the_outbox_alone_until_it_is_approved(world):
    from digest.flows import edit

    world.publication("daily", approval="manual")
    world.source("alpha").publishes("One")
    world.runs(now=True)
    names = set(world.files())
    assert "outbox/daily/1/digest.html" in names
    assert not any(name.startswith("feeds/daily") for name in names)
    with world.context() as context:
        edit.approve(context, edit.find(context, "daily/1"))
    world.later(minutes=1).runs()
    assert "feeds/daily/rss.xml" in world.files()


def test_a_skipped_draft_gives_its_stories_back(world):
    from digest.flows import edit

    world.publication("daily", approval="manual")
    world.source("alpha").publishes("One")
    world.runs(now=True)
    with world.context() as context:
        edit.skip(context, edit.find(context, "daily/1"))
    world.source("alpha").publishes("Two")
    world.later(hours=2).runs(now=True)
    assert sorted(world.titles("daily/1")) == ["One", "Two"]


@pytest.mark.parametrize("obstacle", ["read-only", "file in the way"])
def test_where_nothing_can_be_written_the_old_files_stay_whole(site, obstacle, monkeypatch):
    site.runs(now=True)
    before = site.files()
    site.source("alpha").publishes("Three")
    if obstacle == "file in the way":
        (site.folder / "feeds/daily/editions/2").write_text("in the way")
    else:

        def refuse(*_arguments, **_options):
            raise OSError(30, "Read-only file system")

        monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(PublishError):
        site.later(hours=2).runs(now=True)
    monkeypatch.undo()
    after = {name: data for name, data in site.files().items() if name.startswith("feeds/daily/") and name in before}
    assert after == {name: data for name, data in before.items() if name.startswith("feeds/daily/")}
    (site.folder / "feeds/daily/editions/2").unlink() if obstacle == "file in the way" else None
    site.later(hours=1).runs()
    assert "Three" in (site.folder / "feeds/daily/rss.xml").read_text()


@pytest.mark.parametrize("point", ["publish.outbox", "publish.rendered", "publish.feeds", "publish.done"])
def test_a_publisher_killed_anywhere_is_finished_by_the_next_run(site, point):
    class Killed(BaseException):
        pass

    def kill(reached):
        if reached == point:
            raise Killed

    with pytest.raises(Killed):
        site.runs(now=True, reached=kill)
    site.later(minutes=1).runs()
    assert [e.number for e in site.editions("daily")] == [1]
    assert "One" in (site.folder / "feeds/daily/rss.xml").read_text()
    assert "One" in (site.folder / "outbox/daily/1/digest.txt").read_text()
