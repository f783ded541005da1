"""Documents come from frozen rows; files change only when their bytes do; a draft stays inside."""

import json
import os

import feedparser
import pytest


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
    before = {name: data for name, data in site.files().items() if name.startswith("feeds/daily/")}
    site.source("alpha").publishes("Three")
    in_the_way = site.folder / "feeds/daily/editions/2"
    if obstacle == "file in the way":
        in_the_way.write_text("in the way")
    else:

        def refuse(*_arguments, **_options):
            raise OSError(30, "Read-only file system")

        monkeypatch.setattr(os, "replace", refuse)
    cycle = site.later(hours=2).runs(now=True)
    monkeypatch.undo()
    in_the_way.is_file() and in_the_way.unlink()
    assert cycle.in_part
    assert any("read-only" in trouble.told or "stands where" in trouble.told for trouble in cycle.troubles)
    assert {name: data for name, data in site.files().items() if name.startswith("feeds/daily/")} == before
    site.later(hours=1).runs()
    assert "Three" in (site.folder / "feeds/daily/rss.xml").read_text()


def test_a_broken_template_of_one_publication_costs_the_others_nothing(world):
    world.source("alpha").publishes("One")
    world.publication("bad").publication("good")
    (world.folder / "templates/email").mkdir(parents=True)
    (world.folder / "templates/email/digest.html").write_text(
        '{% extends "digest/email/digest.html" %}{% block masthead %}{% if issue.title == "The bad" %}{{ nothing.here }}{% endif %}{% endblock %}'
    )
    cycle = world.runs(now=True)
    assert [trouble.subject for trouble in cycle.troubles] == ["bad/1"]
    assert "email/digest.html" in cycle.troubles[0].told
    assert "feeds/good/rss.xml" in world.files()
    (world.folder / "templates/email/digest.html").unlink()
    world.later(minutes=1).runs()
    assert "feeds/bad/rss.xml" in world.files()


def test_an_edition_that_was_seen_can_no_longer_be_skipped_even_by_someone_who_looked_before(site):
    from digest.errors import UsageError
    from digest.flows import edit

    seen_before = []

    def look(point):
        if point == "publish.outbox":
            with site.context() as context:
                seen_before.append(edit.find(context, "daily/1"))

    site.runs(now=True, reached=look)
    with site.context() as context, pytest.raises(UsageError, match="published already"):
        edit.skip(context, seen_before[0])


def test_a_draft_approved_while_it_was_being_written_reaches_the_disk_all_the_same(world):
    from digest.flows import edit

    world.publication("daily", approval="manual")
    world.source("alpha").publishes("One")

    def approve(point):
        if point == "publish.outbox":
            with world.context() as context:
                edit.approve(context, edit.find(context, "daily/1"))

    world.runs(now=True, reached=approve)
    world.later(minutes=1).runs()
    assert "feeds/daily/editions/1/index.html" in world.files()


def test_feeds_rendered_before_another_edition_came_do_not_replace_newer_ones(site):
    site.runs(now=True)
    site.source("alpha").publishes("Three")
    raced = []

    def race(point):
        if point == "publish.rendered" and not raced:
            raced.append(point)
            site.later(hours=2).runs(now=True)

    with site.context(race) as context:
        from digest.flows.publish import publish_feeds

        publish_feeds(context, [])
    assert "Three" in (site.folder / "feeds/daily/rss.xml").read_text()


def test_a_source_with_a_key_in_its_address_is_not_in_the_public_list(world):
    world.publication("daily")
    world.source("alpha").publishes("One")
    world.server.answers["/alpha.xml?auth=secret"] = world.server.answers["/alpha.xml"]
    world.source("alpha").path = "/alpha.xml?auth=secret"
    world.runs(now=True)
    assert "secret" not in (world.folder / "feeds/sources.opml").read_text()


@pytest.mark.parametrize(
    "point", ["publish.outbox", "publish.released", "publish.rendered", "publish.feeds", "publish.done"]
)
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
