"""The exam of Rachel Kroll's FRB list, played against a hostile server: one test per rule, its number in its name."""

import asyncio
import re
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

import digest
from digest.collect.fetch import Fetched, HttpFetcher, Unchanged, Validators
from digest.collect.hosts import GAP, PER_ADDRESS, Hosts
from digest.flows.collect import collect, due_sources
from digest.flows.sources import add_source
from digest.model import Failed, Kind
from digest.reasons import word
from frb.hostile import BEHAVIOURS, Hostile
from frb.rules import DOES_NOT_APPLY, NUMBERS
from world import START

AGENT = f"digest/{digest.__version__} (+https://digest.example/)"


class Play:
    """One source at a behaviour of the server, looked at as the daemon would."""

    def __init__(self, world, behaviour, **settings):
        self.world, self.name, self.behaviour = world, behaviour.partition("?")[0], behaviour
        world.source(self.name, **settings).path = f"/{behaviour}"

    def looks(self, **later):
        """Let time pass, look at what is due, and answer how it went (None: it was not due)."""
        self.world.later(**later)
        with self.world.context() as context:
            done = asyncio.run(collect(context, due_sources(context)))
        return done[0] if done else None

    @property
    def requests(self):
        return self.world.server.asked(self.name)

    @property
    def known(self):
        return self.world.known(self.name)

    @property
    def wait(self):
        return self.known.next_check - self.world.now


@pytest.fixture
def play(world, hostile):
    return lambda behaviour, **settings: Play(world, behaviour, **settings)


def conditions(request):
    return {name: value for name, value in request.headers.items() if name in ("If-None-Match", "If-Modified-Since")}


def events_of(world, feed):
    from digest.store import events

    with world.context() as context, context.ledger.reading() as connection:
        return [event.reason.code for event in events.latest(connection, f"source:{feed.known.id}")]


@asynccontextmanager
async def public_round(**wished):
    """A round in which loopback counts as public, and pauses are noted in place of being slept through."""
    pauses = []

    async def pause(seconds):
        pauses.append(seconds)

    hosts = Hosts(pause=pause, near=lambda _address: False)
    wished = {"user_agent": AGENT, "timeout": 5.0, "allow_private": ("127.0.0.0/8",), "hosts": hosts} | wished
    async with HttpFetcher(clock=lambda: START, **wished) as fetcher:
        yield fetcher, pauses


def ask(server, *paths, **wished):
    """Ask for paths one after the other in one round."""

    async def all_of_them():
        async with public_round(**wished) as (fetcher, pauses):
            return [await fetcher.fetch(server.url + path) for path in paths], pauses

    return asyncio.run(all_of_them())


# ── the exam itself ──
def test_the_server_plays_at_least_forty_behaviours():
    assert len(BEHAVIOURS) >= 40


def test_every_rule_is_played_or_has_its_reason(request):
    played = {found[1] for name in globals() if (found := re.match(r"test_(\d{3})_", name))}
    assert played | set(DOES_NOT_APPLY) == set(NUMBERS)
    assert not played & set(DOES_NOT_APPLY)
    assert len(NUMBERS) == 74


@pytest.mark.parametrize("name", sorted(BEHAVIOURS.keys()))
def test_no_behaviour_makes_the_fetcher_raise_or_forget_its_manners(hostile, name):
    (answer,), _ = ask(hostile, f"/{name}", max_bytes=500_000)
    assert isinstance(answer, Fetched | Unchanged | Failed)
    assert {request.method for request in hostile.seen} == {"GET"}
    assert len(hostile.seen) <= 6


# ── conditional requests ──
def test_001_last_modified_is_kept(play):
    feed = play("last_modified")
    feed.looks()
    assert feed.known.last_modified == "Mon, 02 Mar 2026 05:00:00 GMT"


def test_002_last_modified_is_sent_back(play):
    feed = play("last_modified")
    feed.looks()
    assert feed.looks(days=1).unchanged
    assert conditions(feed.requests[1]) == {"If-Modified-Since": "Mon, 02 Mar 2026 05:00:00 GMT"}


def test_003_etag_is_kept(play):
    feed = play("etag")
    feed.looks()
    assert feed.known.etag == '"a"'


def test_004_etag_is_sent_back(play):
    feed = play("etag")
    feed.looks()
    assert feed.looks(days=1).unchanged
    assert conditions(feed.requests[1]) == {"If-None-Match": '"a"'}


# ── opaque values ──
def test_010_validators_are_there_at_every_look(play):
    feed = play("both")
    for _ in range(4):
        feed.looks(days=1)
    assert [len(conditions(request)) for request in feed.requests] == [0, 2, 2, 2]


def test_011_validators_are_there_after_days_of_silence(play):
    feed = play("both")
    feed.looks()
    feed.looks(days=6)
    assert len(conditions(feed.requests[1])) == 2


@pytest.mark.parametrize("name", ["last_modified", "odd_date"])
def test_012_no_date_is_invented(play, name):
    feed = play(name)
    feed.looks()
    assert feed.looks(days=1).unchanged
    assert "If-None-Match" not in feed.requests[1].headers


@pytest.mark.parametrize("name", ["weak_etag", "odd_etag"])
def test_013_no_etag_is_improved(play, name):
    feed = play(name)
    feed.looks()
    assert feed.looks(days=1).unchanged
    assert "If-Modified-Since" not in feed.requests[1].headers


def test_014_validators_are_one_set(play):
    shrinks, vanishes, renews = play("set_shrinks"), play("set_vanishes"), play("renews_with_304")
    for _ in range(3):
        shrinks.looks(days=1)
    assert conditions(shrinks.requests[2]) == {"If-Modified-Since": "Mon, 02 Mar 2026 05:30:00 GMT"}
    assert conditions(vanishes.requests[2]) == {}
    assert conditions(renews.requests[2]) == {"If-None-Match": '"b"'}


def test_015_validators_survive_a_new_version(play, monkeypatch):
    feed = play("both")
    feed.looks()
    monkeypatch.setattr("digest.flows.context.__version__", "99.0")
    feed.looks(days=1)
    assert feed.requests[1].headers["User-Agent"].startswith("digest/99.0 ")
    assert len(conditions(feed.requests[1])) == 2


@pytest.mark.parametrize("name", ["patience_in_between", "announces_impatient"])
def test_016_validators_survive_a_429(play, world, name):
    feed = play(name)
    feed.looks()
    for _ in range(2):
        feed.looks(days=1)
    feeds = world.server.asked("patience_in_between")
    assert [conditions(request) for request in feeds] == [{}, {"If-None-Match": '"a"'}, {"If-None-Match": '"a"'}]


# ── what servers ask for ──
@pytest.mark.parametrize("name", ["retry_seconds", "retry_date", "retry_503", "retry_403"])
def test_020_a_server_that_asks_for_patience_gets_it(play, name):
    feed = play(name)
    feed.looks()
    assert feed.looks(minutes=119) is None
    feed.looks(hours=2)
    assert len(feed.requests) == 2


def test_021_a_429_without_a_hint_slows_down_more_and_more(play):
    feed = play("too_often")
    waits = []
    for _ in range(4):
        feed.looks(days=2)
        waits.append(feed.wait)
    assert waits[0] >= timedelta(hours=1)
    assert waits == sorted(waits)
    assert waits[-1] >= 4 * waits[0]


@pytest.mark.parametrize("name", ["max_age", "expires"])
def test_022_documents_have_hints_too(play, name):
    feed = play(name)
    feed.looks()
    assert feed.wait >= timedelta(hours=6)


def test_022_a_304_has_hints_too(play):
    feed = play("max_age_on_304")
    feed.looks()
    assert feed.wait < timedelta(hours=6)
    feed.looks(days=1)
    assert feed.wait >= timedelta(hours=6)


def test_023_a_quiet_feed_is_asked_less_than_a_busy_one(world):
    from datetime import UTC, datetime

    busy, quiet = world.source("busy"), world.source("quiet")
    for number in range(24):
        busy.publishes(f"Busy {number}", at=world.now - timedelta(minutes=30 * (24 - number)))
        quiet.publishes(f"Quiet {number}", at=datetime(2024, 3, 1, tzinfo=UTC) + timedelta(days=30 * number))
    world.runs()
    wait = {name: world.known(name).next_check - world.now for name in ("busy", "quiet")}
    assert wait["quiet"] > 3 * wait["busy"]


@pytest.mark.parametrize(("name", "least"), [("ttl", 6), ("update_period", 24), ("skip_hours", 7), ("skip_days", 18)])
def test_024_what_a_feed_says_of_its_rhythm_counts(play, name, least):
    feed = play(name)
    feed.looks()
    assert feed.wait >= timedelta(hours=least)


# ── when to ask ──
def test_030_a_look_is_one_request_and_asks_for_no_post(play, world):
    feed = play("pictured")
    feed.looks()
    assert [request.path for request in world.server.seen] == ["/pictured"]


def test_031_a_feed_that_a_page_announced_is_asked_conditionally_and_its_page_no_more(play, world):
    page = play("announces")
    page.looks()
    assert page.looks(days=1).unchanged
    assert [request.path for request in world.server.seen] == ["/announces", "/etag", "/etag"]
    assert conditions(world.server.seen[2])


def test_032_enclosures_and_pictures_are_never_asked_for(play, world):
    feed = play("pictured")
    for _ in range(3):
        feed.looks(days=1)
    assert not world.server.asked("never_asked")


def test_033_a_server_gets_a_pause_between_requests(hostile):
    _, pauses = ask(hostile, "/etag", "/plain", "/moved")
    assert len(pauses) == 3
    assert all(GAP * 0.5 < pause <= GAP for pause in pauses)


def test_034_when_a_server_asks_one_source_for_patience_all_its_sources_have_it(hostile):
    (first, second), _ = ask(hostile, "/retry_seconds", "/etag")
    assert len(hostile.seen) == 1
    assert second.reason.code == "fetch.host_asked_for_patience"
    assert first.retry_after - 5 <= second.retry_after <= first.retry_after
    assert "left alone" in word(second.reason)


def test_035_many_sites_of_one_address_are_asked_a_few_at_a_time():
    async def crowd():
        hosts, most, now = Hosts(near=lambda _address: False), 0, 0
        hosts.names._known.update({(f"h{n}.example", 80, 0): [{"host": "192.0.2.1"}] for n in range(20)})

        async def visit(name):
            nonlocal most, now
            async with hosts.turn(name, 80, 5):
                now += 1
                most = max(most, now)
                await asyncio.sleep(0)
                now -= 1

        await asyncio.gather(*(visit(f"h{n}.example") for n in range(20)))
        return most

    assert asyncio.run(crowd()) == PER_ADDRESS


def test_036_adding_a_feed_is_one_request(world, hostile):
    with world.context() as context:
        asyncio.run(add_source(context, f"{hostile.url}/etag", None, Kind.AUTO, (), probe=False))
    assert len(hostile.seen) == 1


def test_037_a_cron_job_each_minute_asks_no_more_than_the_source_is_due(play):
    feed = play("plain")
    for _ in range(30):
        feed.looks(minutes=1)
    assert len(feed.requests) == 1


# ── methods and clean requests ──
@pytest.fixture(scope="module")
def everything():
    """Every behaviour asked twice, the second time with what the first gave."""
    server = Hostile()

    async def twice():
        async with public_round(max_bytes=500_000) as (fetcher, _):
            for name in BEHAVIOURS:
                fetcher.hosts._places.clear()  # each behaviour is another host here
                first = await fetcher.fetch(f"{server.url}/{name}")
                fetcher.hosts._places.clear()
                known = Validators() if isinstance(first, Failed) else first.validators
                await fetcher.fetch(f"{server.url}/{name}", known)

    asyncio.run(twice())
    yield server.seen
    server.close()


def test_050_only_get_is_used(everything):
    assert {request.method for request in everything} == {"GET"}


def test_051_head_is_not_used(everything):
    assert "HEAD" not in {request.method for request in everything}
    assert len(everything) > 2 * len(BEHAVIOURS)


@pytest.mark.parametrize("url", ["", "feed", "//a.example/f", "ftp://a.example/", "http://", "http://a b/", "http://["])
def test_060_what_is_no_address_is_never_asked_for(hostile, url):
    async def once():
        async with public_round() as (fetcher, _):
            return await fetcher.fetch(url)

    assert asyncio.run(once()).reason.code == "fetch.bad_url"


def test_061_no_address_is_guessed(play, world):
    play("missing").looks()
    assert [request.path for request in world.server.seen] == ["/missing"]


def test_062_no_parameters_are_added(everything):
    assert not [request.path for request in everything if "?" in request.path]


def test_063_no_cookie_is_sent(everything):
    assert not [request for request in everything if "Cookie" in request.headers]


def test_064_no_cache_is_busted(everything):
    assert not [request for request in everything if {"Cache-Control", "Pragma"} & set(request.headers)]


def test_065_no_referrer_is_sent(everything):
    assert not [request for request in everything if "Referer" in request.headers]


@pytest.mark.parametrize(
    "query", ["b=2&a=1", "q=%7E", "q=~", "a=%e9", "a=1;b=2", "a+b=c%20d", "x", "a=", "utm_source=me", "a=%2F/", "&&", "%zz"]
)  # fmt: skip
def test_066_a_query_is_sent_as_it_was_written(hostile, query):
    ask(hostile, f"/query?{query}")
    assert [request.path for request in hostile.seen] == [f"/query?{query}"]


# ── on demand ──
def test_070_patience_is_kept_on_demand_too(play, world):
    feed = play("retry_seconds")
    feed.looks()
    world.later(minutes=1).runs(everything=True)
    assert len(feed.requests) == 1


# ── who we are ──
def agents(requests):
    return {request.headers.get("User-Agent") for request in requests}


@pytest.fixture
def agent(play, world):
    """How the product introduces itself when nothing is set."""
    play("found").looks()
    (told,) = agents(world.server.seen)
    return told


def test_080_there_is_a_user_agent(everything):
    assert agents(everything) == {AGENT}


def test_081_it_names_where_to_reach_us(agent):
    assert "+https://digest.example/" in agent


def test_082_it_names_a_version(agent):
    assert re.match(r"digest/\d+(\.\d+)+", agent)


def test_083_the_version_is_the_one_that_runs(agent):
    assert agent.startswith(f"digest/{digest.__version__} ")


def test_084_it_claims_to_be_no_browser(agent):
    assert not re.search("mozilla|chrome|safari|firefox|gecko|webkit", agent, re.IGNORECASE)


def test_085_it_claims_to_be_no_other_reader_or_crawler(agent):
    assert not re.search("bot|feedly|feedburner|inoreader|newsblur|miniflux|curl", agent, re.IGNORECASE)


def test_086_it_is_not_the_library(agent):
    assert not re.search("aiohttp|python", agent, re.IGNORECASE)


def test_087_it_is_the_same_after_a_refusal(play, world):
    for name in ("forbidden", "challenge", "unauthorised"):
        play(name)
    for _ in range(3):
        Play.looks(play("forbidden"), days=3)
    assert agents(world.server.seen) == {AGENT}


def test_088_it_names_no_reader(play, world):
    world.publication("daily")
    play("etag").looks()
    names = set(world.server.seen[0].headers)
    assert names == {"Host", "User-Agent", "Accept", "Accept-Encoding"}


def test_090_its_address_is_the_one_of_the_site(play, world):
    play("etag").looks()
    with world.context() as context:
        assert context.site.url in world.server.seen[0].headers["User-Agent"]


# ── addresses ──
@pytest.mark.parametrize("name", ["missing", "no_feed", "picture", "to_file", "breaks_off", "empty"])
def test_100_what_cannot_be_collected_is_not_added(world, hostile, name):
    from digest.errors import UsageError

    with world.context() as context, pytest.raises(UsageError, match="was not added"):
        asyncio.run(add_source(context, f"{hostile.url}/{name}", None, Kind.AUTO, (), probe=False))


def test_101_the_body_of_a_failure_is_no_document(hostile, monkeypatch):
    from frb import hostile as behaviours

    monkeypatch.setitem(BEHAVIOURS, "sorry", lambda *_: behaviours.Reply(500))
    (answer,), _ = ask(hostile, "/sorry")
    assert isinstance(answer, Failed)


@pytest.mark.parametrize("name", ["no_feed", "picture", "empty"])
def test_102_what_is_no_feed_is_recognised(play, name):
    assert play(name, kind="feed").looks().failed is not None


def test_103_an_announced_feed_is_found(play, world):
    play("announces").looks()
    assert world.entries("announces") == ["One"]


def test_104_no_place_of_a_feed_is_guessed(play, world):
    play("no_feed").looks()
    assert not [r.path for r in world.server.seen if re.search("feed$|rss|atom|index", r.path) and r.path != "/no_feed"]


def test_105_no_place_of_a_feed_is_guessed_where_there_is_nothing(play, world):
    play("missing").looks()
    play("gone").looks()
    assert {request.path for request in world.server.seen} == {"/missing", "/gone"}


def test_106_nothing_of_one_server_is_told_to_another(everything):
    told = {name for request in everything for name in request.headers}
    assert told == {
        "Host", "User-Agent", "Accept", "Accept-Encoding", "If-None-Match", "If-Modified-Since", "A-IM",
    }  # fmt: skip


# ── backing off ──
def backs_off(play, name):
    feed = play(name)
    waits = []
    for _ in range(6):
        feed.looks(days=8)
        waits.append(feed.wait)
    assert feed.known.failures == 6
    assert waits == sorted(waits)
    assert waits[0] < waits[2] < waits[4]
    assert waits[-1] <= timedelta(days=8)
    return feed


def test_110_a_source_that_stops_being_a_feed_is_asked_less(play):
    feed = play("becomes_html", kind="feed")
    feed.looks()
    waits = []
    for _ in range(4):
        assert feed.looks(days=8).failed.code == "feed.is_html"
        waits.append(feed.wait)
    assert waits[0] <= waits[1] < waits[2] < waits[3]


def test_111_a_410_is_told(play):
    feed = play("dies")
    feed.looks()
    assert word(feed.looks(days=1).failed) == "the server answered with status 410"
    assert "gone for good" in word(feed.known.next_check_reason)


def test_112_a_403_is_asked_less(play):
    assert backs_off(play, "forbidden")


def test_113_a_404_is_asked_less_and_one_is_no_death(play):
    assert backs_off(play, "missing")
    assert play("missing_once").looks(days=1).failed
    assert play("missing_once").looks(days=8) is not None


def test_114_a_410_ends_the_asking(play):
    feed = play("dies")
    feed.looks()
    for _ in range(4):
        feed.looks(days=30)
    assert len(feed.requests) == 2
    assert feed.known.state == "paused"


@pytest.mark.parametrize("name", ["unauthorised", "teapot"])
def test_115_other_refusals_are_asked_less(play, name):
    backs_off(play, name)


def test_116_a_name_without_a_host_is_looked_up_less(play, world, monkeypatch):
    import socket

    def nobody(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    world.server.url = "http://nowhere.invalid"
    feed = backs_off(play, "plain")
    assert feed.known.reason.code == "fetch.no_such_host"


def test_117_a_host_that_is_down_is_knocked_at_less(play, world):
    world.server.close()
    feed = backs_off(play, "plain")
    assert feed.known.reason.code == "fetch.unreachable"
    world.server = Hostile()


@pytest.mark.parametrize("name", ["broken", "bad_gateway"])
def test_118_a_server_in_trouble_is_asked_less(play, name):
    backs_off(play, name)


@pytest.mark.parametrize("name", ["breaks_off", "says_nothing", "speaks_nonsense", "circle", "bomb"])
def test_119_a_server_that_breaks_is_asked_less(play, name):
    backs_off(play, name)


def test_120_the_operator_is_told_and_once(play, world):
    feed = play("broken")
    for _ in range(3):
        assert feed.looks(days=8).failed
    assert word(feed.known.reason) == "the server answered with status 500"
    assert events_of(world, feed) == ["fetch.status"]


# ── changes ──
def adopts(play, name):
    feed = play(name)
    for _ in range(8):
        feed.looks(days=1.5)
    return feed


def test_130_a_move_for_good_is_kept(play):
    feed = adopts(play, "moved")
    assert feed.known.route_url.endswith("/both")
    assert len(feed.requests) < 8


def test_131_a_308_is_kept(play):
    assert adopts(play, "moved_308").known.route_url.endswith("/both")


def test_132_a_move_is_told(play, world):
    assert "source.moved" in events_of(world, adopts(play, "moved"))


@pytest.mark.parametrize("name", ["found", "see_other"])
def test_133_a_302_is_followed_and_not_kept(play, name):
    feed = adopts(play, name)
    assert feed.known.entries == 1
    assert "both" not in (feed.known.route_url or "")


def test_134_a_307_is_followed_and_not_kept(play):
    feed = adopts(play, "temporary")
    assert feed.known.entries == 1
    assert "both" not in (feed.known.route_url or "")


def test_135_a_move_that_is_not_yet_believed_can_be_seen(play):
    feed = play("moved")
    feed.looks()
    assert feed.known.moved_to.endswith("/both")


def test_136_https_is_adopted_at_once_and_never_left():
    from digest.compose.manners import adopt_move

    assert adopt_move("http://a.example/f", "https://a.example/f", START, START)
    assert not adopt_move("https://a.example/f", "http://a.example/f", START, START + timedelta(days=99))


def test_137_sources_that_became_one_are_asked_once(play, world):
    old, new = play("moved"), play("both")
    for _ in range(8):
        old.looks(days=1.5)
    before = len(new.requests)
    old.looks(days=1.5)
    assert len(new.requests) == before + 1


# ── encodings ──
@pytest.mark.parametrize("name", ["gzipped", "deflated"])
def test_140_compressed_documents_are_read(play, name):
    feed = play(name)
    assert feed.looks().new == 1
    assert "gzip" in feed.requests[0].headers["Accept-Encoding"]


def test_141_only_what_can_be_undone_is_asked_for(everything, play):
    told = {request.headers["Accept-Encoding"] for request in everything}
    assert told == {"gzip, deflate"}
    assert play("unknown_coding").looks().failed.code == "fetch.bad_encoding"


# ── beyond the list ──
def test_validators_that_never_change_are_left_out_once_a_week(play):
    feed = play("stuck_304")
    for _ in range(9):
        feed.looks(days=1)
    assert [not conditions(request) for request in feed.requests].count(True) == 2


def test_the_new_part_of_a_feed_is_taken_and_the_rest_stays(play, world):
    feed = play("delta")
    feed.looks()
    assert feed.looks(days=1).new == 1
    assert sorted(world.entries("delta")) == ["One", "Two"]
    assert feed.known.etag == '"b"'
