"""The ladder, climbed over canned sites of our own: a site is a dictionary of addresses and what stands there."""

import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect import ladder
from digest.collect.fetch import Fetched
from digest.collect.ladder import Chosen, Nowhere, Route, Step
from digest.model import Failed, Kind, Reason
from digest.reasons import word

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
HOME = "https://paper.example/"


# ── a site and its driver ────────────────────────────────────────────────────────────────────────
def climb(site, url=HOME, *, probe=False, headers=None, moved=None, section=None):
    """Drive the ladder to its end; answer how it ended and every address that was asked, in order."""
    asked = []
    state = ladder.start(url, now=NOW, zone=UTC, probe=probe, section=section)
    while isinstance(step := ladder.next_step(state), Step):
        asked.append(step.url)
        body = site.get(step.url)
        body = body.encode() if isinstance(body, str) else body
        found = (moved or {}).get(step.url, step.url)
        answer = Failed(Reason("fetch.status", {"status": 404})) if body is None else Fetched(url=found, body=body)
        state = ladder.learn(state, step, answer, link=(headers or {}).get(step.url, ""))
    return step, asked


def day(back):
    return NOW - timedelta(days=back)


def rss(*days, title="The Paper", link="https://paper.example/story"):
    items = "".join(
        f"<item><title>Story {n}</title><link>{link}/{n}</link><guid>g{n}</guid>"
        f"<pubDate>{day(back):%a, %d %b %Y %H:%M:%S} +0000</pubDate></item>"
        for n, back in enumerate(days)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title><link>{HOME}</link>{items}</channel></rss>'


def page(*head, body="", posts=0, dated=True):
    """A front page with a list of posts of its own."""
    records = "".join(
        f'<article><h2><a href="/story/number-{n}-of-them">The long headline of story number {n}</a></h2>'
        + (f'<time datetime="{day(n):%Y-%m-%d}">x</time>' if dated else "")
        + "<p>A sentence that says what the story is about, at some length.</p></article>"
        for n in range(posts)
    )
    return f"<!doctype html><html lang=en><head><title>The Paper</title>{''.join(head)}</head><body>{body}<main>{records}</main></body></html>"


ALTERNATE = '<link rel="alternate" type="application/rss+xml" href="{}" title="{}">'
WP = '<link rel="https://api.w.org/" href="https://paper.example/wp-json/">'


def posts(*days):
    return json.dumps([
        {"id": n, "date_gmt": f"{day(back):%Y-%m-%dT%H:%M:%S}", "guid": {"rendered": f"https://paper.example/?p={n}"},
         "link": f"https://paper.example/story/{n}", "title": {"rendered": f"Story {n}"}}
        for n, back in enumerate(days)
    ])  # fmt: skip


def sitemap(*urls, news=False):
    """A sitemap of (address, days back)."""
    items = "".join(
        f"<url><loc>{url}</loc>"
        + (
            f"<n:news><n:publication><n:name>P</n:name><n:language>en</n:language></n:publication>"
            f"<n:publication_date>{day(back):%Y-%m-%dT%H:%M:%SZ}</n:publication_date><n:title>Headline of {url[-1]}</n:title></n:news>"
            if news
            else f"<lastmod>{day(back):%Y-%m-%d}</lastmod>"
        )
        + "</url>"
        for url, back in urls
    )
    return (
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">{items}</urlset>'
    )


def index(*children):
    items = "".join(
        f"<sitemap><loc>{url}</loc><lastmod>{day(back):%Y-%m-%d}</lastmod></sitemap>" for url, back in children
    )
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{items}</sitemapindex>'


def stories(count, section="story"):
    return [(f"https://paper.example/{section}/some-words-here-{n}", n) for n in range(count)]


LD = '<script type="application/ld+json">{}</script>'


def item_list(count):
    return LD.format(json.dumps({
        "@type": "ItemList",
        "itemListElement": [
            {"@type": "ListItem", "position": n,
             "item": {"@type": "NewsArticle", "headline": f"Told in data {n}", "url": f"/data/{n}",
                      "datePublished": f"{day(n):%Y-%m-%d}"}}
            for n in range(count)
        ],
    }))  # fmt: skip


def reasons(ended, route):
    return [refusal.reason.code for refusal in ended.refused if refusal.route is route]


# ── the rungs, one after the other ───────────────────────────────────────────────────────────────
def test_an_address_that_is_a_feed_takes_one_request():
    ended, asked = climb({HOME: rss(1, 2)})
    assert (ended.route, ended.collected.kind, asked, ended.requests) == (Route.DOCUMENT, Kind.FEED, [HOME], 1)


def test_a_feed_that_its_operator_named_is_taken_though_it_is_empty():
    ended, _ = climb({HOME: rss()})
    assert (ended.route, ended.collected.entries) == (Route.DOCUMENT, ())


def test_an_announced_feed_takes_a_second_request():
    ended, asked = climb({HOME: page(ALTERNATE.format("/feed/", "Posts")), HOME + "feed/": rss(1)})
    assert (ended.route, ended.url, ended.ask) == (Route.ANNOUNCED, HOME + "feed/", HOME + "feed/")
    assert asked == [HOME, HOME + "feed/"]


def test_the_link_header_announces_as_the_markup_does():
    link = '</other>; rel="next", <https://paper.example/from-header>; type="application/atom+xml"; rel="alternate"; title="a, b"'
    ended, asked = climb({HOME: page(), HOME + "from-header": rss(1)}, headers={HOME: link})
    assert (ended.route, asked[1]) == (Route.ANNOUNCED, HOME + "from-header")


def test_a_feed_of_comments_is_never_asked_for():
    head = ALTERNATE.format("/comments/feed/", "Comments"), ALTERNATE.format("/feed/", "Posts")
    ended, asked = climb({HOME: page(*head), HOME + "feed/": rss(1), HOME + "comments/feed/": rss(1)})
    assert asked == [HOME, HOME + "feed/"]
    assert reasons(ended, Route.ANNOUNCED) == ["route.comments"]


def test_what_calls_itself_comments_only_in_its_title_is_refused_after_reading():
    ended, _ = climb(
        {HOME: page(ALTERNATE.format("/x.xml", ""), posts=6), HOME + "x.xml": rss(1, title="Comments on: The Paper")}
    )
    assert reasons(ended, Route.ANNOUNCED) == ["route.comments"]


def test_the_feed_of_the_pages_own_section_comes_before_that_of_the_site():
    here = HOME + "category/sea/"
    site = {here: page(ALTERNATE.format("/feed/", "All"), ALTERNATE.format("/category/sea/feed/", "Sea")),
            HOME + "feed/": rss(1), here + "feed/": rss(1)}  # fmt: skip
    assert climb(site, here)[0].url == here + "feed/"


def test_an_api_that_calls_itself_an_alternate_is_no_feed():
    oembed = '<link rel="alternate" type="application/json" href="/wp-json/oembed/1.0/embed?url=x">'
    ended, asked = climb({HOME: page(oembed, posts=6)})
    assert not any("oembed" in url for url in asked)
    assert ended.route is Route.PAGE


def test_a_known_host_needs_no_announcement():
    here = "https://www.reddit.com/r/boats/"
    ended, asked = climb({here: page(), here + ".rss": rss(1)}, here)
    assert (ended.route, asked) == (Route.KNOWN_HOST, [here, here + ".rss"])


def test_a_known_host_that_refuses_its_pages_is_still_asked_for_its_feed():
    here = "https://www.reddit.com/r/boats/"
    ended, _ = climb({here + ".rss": rss(1)}, here)
    assert (ended.route, reasons(ended, Route.DOCUMENT)) == (Route.KNOWN_HOST, ["fetch.status"])


def test_the_canonical_address_tells_what_a_youtube_handle_does_not():
    here = "https://www.youtube.com/@boats"
    channel = "UC" + "a" * 22
    canonical = f'<link rel="canonical" href="https://www.youtube.com/channel/{channel}">'
    feed = f"https://www.youtube.com/feeds/videos.xml?channel_id={channel}"
    assert climb({here: page(canonical), feed: rss(1)}, here)[0].url == feed


def test_a_link_called_feed_is_followed_on_the_same_site_only():
    body = '<a href="https://feedly.com/i/subscription/feed">Feedly</a><a href="https://else.example/rss">RSS</a><a href="/rss.xml"><img alt="RSS"></a>'
    ended, asked = climb({HOME: page(body=body), HOME + "rss.xml": rss(1)})
    assert (ended.route, asked) == (Route.ANCHOR, [HOME, HOME + "rss.xml"])


def test_data_in_the_page_needs_no_request():
    ended, asked = climb({HOME: page(item_list(4))})
    assert (ended.route, ended.collected.route, asked) == (Route.STRUCTURED, "JSON-LD in the page", [HOME])
    assert len(ended.collected.entries) == 4


def test_data_that_holds_less_than_the_page_shows_is_refused():
    ended, _ = climb({HOME: page(item_list(2), posts=12)})
    assert (ended.route, reasons(ended, Route.STRUCTURED)) == (Route.PAGE, ["route.poorer"])


def test_an_announced_wordpress_is_asked_through_its_api():
    api = climb({HOME: page(WP)})[1][1]
    ended, asked = climb({HOME: page(WP), api: posts(1, 2, 3)})
    assert api.startswith(HOME + "wp-json/wp/v2/posts?per_page=20&_fields=")
    assert (ended.route, ended.collected.kind, len(asked)) == (Route.WORDPRESS, Kind.WORDPRESS, 2)


def test_a_news_sitemap_comes_before_the_list_in_the_page():
    site = {HOME: page(posts=8), HOME + "robots.txt": f"Sitemap: {HOME}news-sitemap.xml",
            HOME + "news-sitemap.xml": sitemap(*stories(4), news=True)}  # fmt: skip
    ended, _ = climb(site)
    assert (ended.route, ended.collected.route) == (Route.SITEMAP, "news sitemap")


def test_a_plain_sitemap_is_not_even_asked_for_beside_a_good_list():
    site = {
        HOME: page(posts=8),
        HOME + "robots.txt": f"Sitemap: {HOME}sitemap.xml",
        HOME + "sitemap.xml": sitemap(*stories(9)),
    }
    ended, asked = climb(site)
    assert (ended.route, asked) == (Route.PAGE, [HOME, HOME + "robots.txt"])
    assert reasons(ended, Route.SITEMAP) == ["route.poorer"]


def test_a_plain_sitemap_serves_a_page_without_a_list():
    site = {
        HOME: page(),
        HOME + "robots.txt": f"Sitemap: {HOME}map.xml.gz",
        HOME + "map.xml.gz": gzip.compress(sitemap(*stories(9)).encode()),
    }
    ended, _ = climb(site)
    assert (ended.route, ended.collected.kind, len(ended.collected.entries)) == (Route.SITEMAP, Kind.SITEMAP, 9)


def test_an_index_leads_to_its_newest_child_and_is_what_is_asked_next_time():
    site = {HOME: page(), HOME + "robots.txt": f"Sitemap: {HOME}all.xml",
            HOME + "all.xml": index((HOME + "post-2026-04.xml", 30), (HOME + "post-2026-05.xml", 1), (HOME + "product-1.xml", 0)),
            HOME + "post-2026-05.xml": sitemap(*stories(6))}  # fmt: skip
    ended, asked = climb(site)
    assert (ended.url, ended.ask) == (HOME + "post-2026-05.xml", HOME + "all.xml")
    assert HOME + "product-1.xml" not in asked
    again, _ = climb(site, ended.ask, section=HOME)
    assert again.collected.entries == ended.collected.entries


def test_without_robots_the_usual_place_of_a_sitemap_is_asked():
    ended, asked = climb({HOME: page(), HOME + "sitemap.xml": sitemap(*stories(6))})
    assert (ended.route, asked[1:]) == (Route.SITEMAP, [HOME + "robots.txt", HOME + "sitemap.xml"])


@pytest.mark.parametrize(
    ("urls", "code"),
    [
        ([(f"{HOME}shop/red-boat-model-{n}", n) for n in range(9)], "route.goods"),
        ([(f"{HOME}story/some-words-{n}", 3) for n in range(9)], "route.no_order"),
        ([(f"https://else.example/story/words-{n}", n) for n in range(9)], "route.elsewhere"),
        ([], "route.elsewhere"),
    ],
)
def test_a_sitemap_of_goods_or_without_order_is_refused(urls, code):
    site = {HOME: page(), HOME + "robots.txt": f"Sitemap: {HOME}s.xml", HOME + "s.xml": sitemap(*urls)}
    ended, _ = climb(site)
    assert isinstance(ended, Nowhere)
    assert reasons(ended, Route.SITEMAP) == [code]


def test_of_a_sitemap_only_the_pages_own_section_counts():
    here = HOME + "harbour/"
    urls = stories(6, "harbour") + stories(6, "harbourmaster") + stories(6, "sport")
    site = {here: page(), HOME + "robots.txt": f"Sitemap: {HOME}s.xml", HOME + "s.xml": sitemap(*urls)}
    ended, _ = climb(site, here)
    assert {entry.url.split("/")[3] for entry in ended.collected.entries} == {"harbour"}


def test_the_list_in_the_page_is_the_last_that_is_not_a_guess():
    ended, asked = climb({HOME: page(posts=6)})
    assert (ended.route, ended.collected.kind, ended.ask) == (Route.PAGE, Kind.PAGE, HOME)
    assert asked == [HOME, HOME + "robots.txt"]


def test_nothing_is_guessed_unless_it_is_wished():
    site = {HOME: page(), HOME + "feed.xml": rss(1)}
    ended, _ = climb(site)
    assert isinstance(ended, Nowhere)
    assert reasons(ended, Route.PROBED) == ["route.not_probed"]
    ended, _ = climb(site, probe=True)
    assert (ended.route, ended.url) == (Route.PROBED, HOME + "feed.xml")


def test_a_guess_that_leads_elsewhere_is_not_believed():
    site = {HOME: page(), HOME + "feed/": rss(1)}
    ended, _ = climb(site, probe=True, moved={HOME + "feed/": HOME + "welcome"})
    assert isinstance(ended, Nowhere)
    assert "route.redirected" in reasons(ended, Route.PROBED)


# ── judging ──────────────────────────────────────────────────────────────────────────────────────
def test_a_dead_feed_beside_a_fresh_page_is_refused():
    ended, _ = climb({HOME: page(ALTERNATE.format("/feed/", ""), posts=6), HOME + "feed/": rss(900, 901)})
    assert (ended.route, reasons(ended, Route.ANNOUNCED)) == (Route.PAGE, ["route.stale"])


def test_an_old_feed_of_a_page_that_is_as_old_is_taken():
    ended, _ = climb({HOME: page(ALTERNATE.format("/feed/", "")), HOME + "feed/": rss(900, 901)})
    assert ended.route is Route.ANNOUNCED


def test_an_empty_announced_feed_is_refused():
    ended, _ = climb({HOME: page(ALTERNATE.format("/feed/", ""), posts=6), HOME + "feed/": rss()})
    assert (ended.route, reasons(ended, Route.ANNOUNCED)) == (Route.PAGE, ["route.empty"])


def test_a_page_that_stands_where_a_feed_was_announced_is_refused():
    ended, _ = climb({HOME: page(ALTERNATE.format("/feed/", ""), posts=6), HOME + "feed/": page(posts=6)})
    assert (ended.route, reasons(ended, Route.ANNOUNCED)) == (Route.PAGE, ["feed.is_html"])


# ── bytes decide ─────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (sitemap(*stories(3)), Kind.SITEMAP),
        (gzip.compress(sitemap(*stories(3), news=True).encode()), Kind.SITEMAP),
        (posts(1, 2), Kind.WORDPRESS),
        (
            json.dumps(
                {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "a", "url": HOME + "1"}]}
            ),
            Kind.FEED,
        ),
        (page(posts=4), Kind.PAGE),
    ],
)
def test_what_a_document_is_its_bytes_tell(body, kind):
    assert climb({HOME: body})[0].collected.kind is kind


def test_a_document_that_is_nothing_of_all_that_is_refused_with_its_reason():
    ended, _ = climb({HOME: b"%PDF-1.7 \x00\x01"})
    assert reasons(ended, Route.DOCUMENT) == ["page.not_html"]


# ── what holds of every climb ────────────────────────────────────────────────────────────────────
def test_the_result_tells_the_five_newest_and_each_refusal_in_words():
    ended, _ = climb(
        {
            HOME: page(ALTERNATE.format("/old", ""), ALTERNATE.format("/feed/", "")),
            HOME + "feed/": rss(9, 1, 5, 3, 7, 2, 8),
        }
    )
    assert [entry.title for entry in ended.newest] == ["Story 1", "Story 5", "Story 3", "Story 2", "Story 4"]
    assert [word(refusal.reason) for refusal in ended.refused] == ["the server answered with status 404"]
    assert word(ended.why) == "the page announces this feed"


def test_a_site_that_announces_without_end_is_asked_a_dozen_times_at_most():
    many = [ALTERNATE.format(f"/feed{n}", "") for n in range(40)]
    anchors = "".join(f'<a href="/rss/{n}.xml">RSS</a>' for n in range(40))
    robots = "\n".join(f"Sitemap: {HOME}{n}.xml" for n in range(40))
    ended, asked = climb({HOME: page(*many, WP, body=anchors), HOME + "robots.txt": robots}, probe=True)
    assert len(asked) == 12
    assert reasons(ended, Route.PROBED)[0] == "route.too_many"


def test_indexes_that_name_each_other_come_to_an_end():
    site = {
        HOME: page(),
        HOME + "robots.txt": f"Sitemap: {HOME}a.xml",
        HOME + "a.xml": index((HOME + "b.xml", 1)),
        HOME + "b.xml": index((HOME + "a.xml", 1)),
    }
    ended, asked = climb(site)
    assert isinstance(ended, Nowhere)
    assert len(asked) == len(set(asked)) == 4


PIECES = [
    ALTERNATE.format("/feed/", "Posts"), ALTERNATE.format("/comments/feed/", ""), WP, item_list(3), "<base href='/x/'>",
    "<link rel=alternate type=application/atom+xml href='http://['>", '<a href="/rss">RSS</a>', "<script>__X__ = [{}]</script>",
]  # fmt: skip
ANSWERS = [
    rss(1),
    rss(),
    rss(1000),
    posts(1),
    sitemap(*stories(3)),
    index((HOME + "a.xml", 1)),
    page(posts=6),
    b"",
    b"\x1f\x8b\x00",
    "[]",
    "{}",
]


@given(
    st.lists(st.sampled_from(PIECES), max_size=6),
    st.dictionaries(
        st.sampled_from(["feed/", "rss", "robots.txt", "sitemap.xml", "a.xml", "feed.xml"]), st.sampled_from(ANSWERS)
    ),
    st.booleans(),
)
def test_every_climb_ends_asks_nothing_twice_and_words_each_refusal(head, answers, probe):
    site = {HOME: page(*head)} | {HOME + name: body for name, body in answers.items()}
    ended, asked = climb(site, probe=probe)
    assert isinstance(ended, Chosen | Nowhere)
    assert len(asked) == len(set(asked)) == ended.requests <= ladder.MAX_REQUESTS
    assert all(" " in word(refusal.reason) and "=" not in word(refusal.reason).split()[0] for refusal in ended.refused)
