import pytest

from digest.collect.announced import read_announced, same_site
from digest.collect.pages import parsed

HERE = "https://paper.example/sea/"


def announced(markup, header="", url=HERE):
    return read_announced(parsed(f"<html>{markup}</html>"), url=url, link_header=header)


def urls(links):
    return [link.url for link in links]


@pytest.mark.parametrize(
    ("media_type", "href", "counts"),
    [
        ("application/rss+xml", "x", True),
        ("application/feed+json; charset=utf-8", "x", True),
        ("APPLICATION/ATOM+XML", "x", True),
        ("text/xml", "/rss.xml", True),
        ("application/xml", "/index.rdf", True),
        ("text/xml", "/hreflang.xml", False),
        ("application/json", "/feed.json", True),
        ("application/json", "/wp-json/wp/v2/posts/4", False),
        ("application/json", "/?rest_route=/oembed/1.0/embed&format=feed", False),
        ("text/html", "/feed/", False),
        ("", "/feed/", False),
    ],
)
def test_an_alternate_is_a_feed_by_its_type_or_by_a_vague_type_and_its_address(media_type, href, counts):
    found = announced(f'<head><link rel="alternate" type="{media_type}" href="{href}"></head>')
    assert bool(found.feeds) is counts


def test_the_base_of_the_page_counts_for_links_and_not_for_the_header():
    found = announced(
        '<base href="/deep/"><link rel=alternate type=application/rss+xml href="a">',
        '<b>; rel=alternate; type="application/rss+xml"',
    )
    assert urls(found.feeds) == [HERE + "b", "https://paper.example/deep/a"]


@pytest.mark.parametrize(
    "header",
    [
        '<https://paper.example/wp-json/>; rel="https://api.w.org/"',
        '</style.css>; rel=preload; as=style, <https://paper.example/wp-json/>; rel="https://api.w.org/", </x>; rel=shortlink',
        '<https://paper.example/wp-json/>; title="a; b, c <d>"; rel="https://api.w.org/"',
        '<https://paper.example/wp-json/> ; REL = "https://api.w.org/"',
    ],
)
def test_a_link_header_is_read_with_all_its_liberties(header):
    assert announced("", header).wordpress == "https://paper.example/wp-json/"


@pytest.mark.parametrize(
    "header", ["", "<", "<a", "<a>;;;", '<a>; rel="', ",,,", "<a>;rel", "<" * 5000, ";" * 5000, "<a>" + " ;a" * 9000]
)
def test_a_broken_link_header_announces_nothing_and_costs_nothing(header):
    assert announced("", header).feeds == ()


def test_what_part_of_a_wordpress_the_page_shows_is_told_apart_from_its_feeds():
    found = announced(
        '<link rel="alternate" type="application/json" href="https://paper.example/wp-json/wp/v2/categories/7">'
    )
    assert (found.about, found.feeds) == ("https://paper.example/wp-json/wp/v2/categories/7", ())


@pytest.mark.parametrize(
    ("anchor", "counts"),
    [
        ('<a href="/feed">Subscribe</a>', True),
        ('<a href="/blog/rss.xml">x</a>', True),
        ('<a href="/index.rdf">x</a>', True),
        ('<a href="/?feed=rss2">x</a>', True),
        ('<a href="https://feeds.paper.example/all">x</a>', False),
        ('<a href="https://feeds.feedburner.com/paper/rss">RSS</a>', True),
        ('<a href="https://feeds.paper.example/all" title="RSS feed">x</a>', True),
        ('<a href="/about-our-rss">About RSS</a>', True),
        ('<a href="/feedback">Feedback</a>', False),
        ('<a href="/story/animal-feed-prices">Feed prices rise</a>', False),
        ('<a href="/story/atoms">Atoms for peace</a>', False),
        ('<a href="/comments/feed/">Comments RSS</a>', False),
        ('<a href="https://other.example/feed/">RSS</a>', False),
        ('<a href="javascript:feed()">RSS</a>', False),
        (f'<a href="/{"a" * 5000}/feed">RSS</a>', False),
    ],
)
def test_a_link_looks_like_a_feed_by_its_address_or_by_words_and_address(anchor, counts):
    assert bool(announced(f"<body>{anchor}</body>").anchors) is counts


def test_a_feed_that_is_announced_is_not_named_again_as_a_link():
    found = announced('<link rel=alternate type=application/rss+xml href="/feed"><body><a href="/feed">RSS</a>')
    assert (urls(found.feeds), found.anchors) == (["https://paper.example/feed"], ())


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("https://www.paper.example/a", "http://paper.example", True),
        ("https://blog.paper.example/", "https://paper.example/", True),
        ("https://paper.example.evil.example/", "https://paper.example/", False),
        ("https://notpaper.example/", "https://paper.example/", False),
        (None, "https://paper.example/", False),
        ("/relative", "/relative", False),
    ],
)
def test_a_site_is_a_host_and_those_below_it(left, right, same):
    assert same_site(left, right) is same
    assert same_site(right, left) is same
