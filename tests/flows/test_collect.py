"""Collecting keeps what is new once, notices edits, and lets no source cost another anything."""

import contextlib
from datetime import timedelta

from digest.reasons import word


def test_an_item_is_kept_once_however_often_it_is_seen(world):
    world.source("alpha").publishes("One", "Two")
    assert [c.new for c in world.runs().collected] == [2]
    world.later(hours=2)
    assert [(c.new, c.unchanged) for c in world.runs().collected] == [(0, True)]
    world.source("alpha").publishes("Three")
    world.later(hours=2)
    assert [c.new for c in world.runs().collected] == [1]
    assert sorted(world.entries("alpha")) == ["One", "Three", "Two"]


def test_true_copies_in_one_feed_are_one_entry(world):
    alpha = world.source("alpha").publishes("One")
    alpha.items.append(dict(alpha.items[0]))
    alpha.is_well_again()
    world.runs()
    assert world.entries("alpha") == ["One"]


def test_an_edit_is_noticed_and_keeps_the_first_date(world):
    world.source("alpha").publishes("One")
    world.runs()
    world.source("alpha").edits("One", title="One, corrected", pubDate="Tue, 03 Mar 2026 00:00:00 GMT")
    world.later(hours=2)
    assert [c.revised for c in world.runs().collected] == [1]
    with world.context() as context:
        from digest.store import entries

        with context.ledger.reading() as connection:
            (entry,) = entries.find(connection, "One, corrected")
    assert entry.revised == world.now
    assert entry.data.dating.at.isoformat() == "2026-03-02T06:00:00+00:00"


def test_the_second_look_is_conditional_and_an_unchanged_document_costs_nothing(world):
    world.source("alpha").publishes("One")
    world.runs()
    world.later(hours=2).runs()
    first, second = world.server.seen
    assert "If-None-Match" not in first.headers
    assert second.headers["If-None-Match"]


def test_a_source_is_not_asked_before_its_time_nor_after_a_restart(world):
    world.source("alpha").publishes("One")
    world.runs()
    world.later(minutes=30).runs()
    assert len(world.server.seen) == 1


def test_a_server_that_asks_for_patience_gets_it(world):
    world.source("alpha").answers(429, Retry_After="7200")
    world.runs()
    world.later(minutes=110).runs()
    assert len(world.server.seen) == 1
    world.later(hours=1).runs()
    assert len(world.server.seen) == 2


def test_each_failing_source_has_its_reason_and_the_others_go_on(world):
    world.fetch = 'timeout = "1 s"\nmax_bytes = 100_000'
    world.source("well").publishes("One")
    world.source("down").answers(500)
    world.source("gone").answers(404)
    world.source("slow").hangs()
    world.source("endless").never_ends()
    world.source("bomb").is_a_gzip_bomb()
    world.source("empty").answers(200, b"")
    world.source("circle").redirects_to("/circle.xml")
    world.source("torn").answers(200, b"<rss><channel><title>x</title><item>")
    world.source("html", kind="feed").answers(200, b"<!doctype html><html><body>hi</body></html>")
    world.source("laughs").answers(
        200,
        '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
        + "".join(f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">' for i in range(9))
        + "]><rss><channel><title>&j;</title></channel></rss>",
    )
    cycle = world.runs()
    failed = {item.source: word(item.failed) for item in cycle.collected if item.failed}
    assert "status 500" in failed["down"]
    assert "status 404" in failed["gone"]
    assert "within 1 seconds" in failed["slow"]
    assert "larger than" in failed["endless"]
    assert "larger than" in failed["bomb"]
    assert "empty" in failed["empty"]
    assert "redirects" in failed["circle"]
    assert "HTML page" in failed["html"]
    assert failed["laughs"]
    assert "bug" not in " ".join(failed.values())
    assert "well" not in failed
    assert world.entries("well") == ["One"]
    assert cycle.in_part
    assert world.known("down").failures == 1


def test_a_source_recovers_and_says_so(world):
    world.source("alpha").answers(500)
    world.runs()
    world.source("alpha").is_well_again().publishes("One")
    world.later(days=1)
    assert not world.runs().in_part
    assert world.known("alpha").failures == 0
    with world.context() as context:
        from digest.flows.explain import explain

        (told,) = explain(context, "alpha")
    assert any("fine again after 1 failures" in fact for _, fact in told.facts)


def test_a_private_address_is_not_asked(world):
    world.source("alpha").publishes("One")
    configuration = world.configuration()
    configuration.write_text(configuration.read_text().replace('allow_private = ["127.0.0.0/8"]', ""))
    import asyncio

    from digest.config import load
    from digest.flows.collect import collect, due_sources
    from digest.flows.context import open_context

    with open_context(load(configuration, {}), lambda: world.now) as context:
        (item,) = asyncio.run(collect(context, due_sources(context)))
    assert item.failed.code == "fetch.private"
    assert world.server.seen == []


def test_a_page_that_announces_a_feed_is_collected_through_it(world):
    feed = world.source("alpha").publishes("One", "Two")
    from world import Answer

    world.server.answers["/home"] = Answer(
        body=f'<html><head><title>Home</title><link rel="alternate" type="application/rss+xml" href="{feed.path}"></head><body><p>Hi</p></body></html>'.encode(),
        headers={"Content-Type": "text/html"},
    )
    configuration = world.configuration()
    configuration.write_text(configuration.read_text().replace(feed.url, world.server.url + "/home"))
    world.configuration = lambda: configuration
    world.runs()
    assert sorted(world.entries("alpha")) == ["One", "Two"]
    world.later(hours=2).runs()
    assert [seen.path for seen in world.server.seen] == ["/home", "/alpha.xml", "/alpha.xml"]
    assert world.known("alpha").found == "announced feed"


def test_a_source_taken_out_of_the_configuration_keeps_its_entries_and_can_come_back(world):
    world.source("alpha").publishes("One")
    world.runs()
    alpha = world._sources.pop("alpha")
    world.source("beta").publishes("Two")
    assert [c.source for c in world.later(hours=2).runs().collected] == ["beta"]
    world._sources["alpha"] = alpha
    assert [(c.source, c.new) for c in world.later(hours=2).runs().collected if c.source == "alpha"] == [("alpha", 0)]
    assert world.entries("alpha") == ["One"]


def test_a_source_killed_in_the_middle_is_looked_at_again(world):
    class Killed(BaseException):
        pass

    def kill(point):
        if point == "collect.claimed":
            raise Killed

    world.source("alpha").publishes("One")
    with contextlib.suppress(Killed):
        world.runs(reached=kill)
    assert [c.new for c in world.later(minutes=11).runs().collected] == [1]


def test_a_feed_that_moved_is_found_again_through_its_page(world):
    from world import Answer

    old, new = world.source("alpha").publishes("One"), "/moved.xml"
    page = '<html><head><link rel="alternate" type="application/rss+xml" href="{}"></head><body>Hi</body></html>'

    def home(path):
        return Answer(body=page.format(path).encode(), headers={"Content-Type": "text/html"})

    world.server.answers["/home"] = home(old.path)
    configuration = world.configuration()
    configuration.write_text(configuration.read_text().replace(old.url, world.server.url + "/home"))
    world.configuration = lambda: configuration
    world.runs()
    old.publishes("Two")
    world.server.answers[new] = world.server.answers.pop(old.path)
    world.server.answers["/home"] = home(new)
    world.later(hours=2).runs()
    world.later(days=1).runs()
    assert sorted(world.entries("alpha")) == ["One", "Two"]


def test_a_hostile_redirect_steers_no_terminal(world):
    world.source("alpha").redirects_to("http://[/red]\x1b[31mx")
    world.runs()
    from digest.flows.status import how_it_went

    assert "\x1b" not in word(how_it_went(world.known("alpha")))


def test_a_source_without_a_rhythm_of_its_operator_learns_its_own(world):
    alpha = world.source("alpha")
    for day in range(20):
        alpha.publishes(f"Item {day}", at=world.now - timedelta(days=20 - day))
    world.runs()
    known = world.known("alpha")
    assert known.rhythm
    assert known.next_check_reason.code.startswith("poll.learnt")


def test_an_operators_rhythm_is_kept(world):
    world.source("alpha", every="2 hours").publishes("One")
    world.runs()
    known = world.known("alpha")
    assert known.next_check_reason.code == "poll.every"
    assert 7200 <= (known.next_check - world.now).total_seconds() <= 7200 * 1.1


def test_the_hints_of_a_feed_hold_after_a_304_too(world):
    alpha = world.source("alpha").publishes("One")
    body = world.server.answers[alpha.path].body.replace(b"<description>d", b"<ttl>300</ttl><description>d", 1)
    alpha.answers(200, body, Content_Type="application/rss+xml")
    for _ in range(2):
        world.later(days=1).runs()
        assert world.known("alpha").next_check_reason.code == "poll.ttl"


def test_a_permanent_move_is_believed_after_a_week(world):
    alpha = world.source("alpha").publishes("One")
    world.server.answers["/new.xml"] = world.server.answers[alpha.path]
    alpha.redirects_to("/new.xml", status=301)
    world.runs()
    assert world.known("alpha").route_url == alpha.url
    world.later(days=4).runs()
    assert world.known("alpha").route_url == alpha.url
    world.later(days=4).runs()
    assert world.known("alpha").route_url == world.server.url + "/new.xml"
    world.server.seen.clear()
    world.later(days=2).runs()
    assert [seen.path for seen in world.server.seen] == ["/new.xml"]


def test_a_source_that_is_gone_is_paused_with_one_notice(world):
    world.source("alpha").answers(410)
    world.runs()
    assert world.known("alpha").state == "paused"
    world.server.seen.clear()
    world.later(days=30).runs()
    assert world.server.seen == []


def test_validators_that_never_change_are_left_out_once_a_week(world):
    world.source("alpha").publishes("One")
    world.runs()
    for _ in range(9):
        world.later(days=1).runs()
    asked = ["If-None-Match" in seen.headers for seen in world.server.seen]
    assert asked[0] is False
    assert asked.count(False) == 2
