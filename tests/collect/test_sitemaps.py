import gzip
import tracemalloc
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect import sitemaps
from digest.collect.sitemaps import (
    Child,
    SitemapIndex,
    announced_sitemaps,
    newest_children,
    slug_title,
    titled_by_address,
)
from digest.model import Collected, Failed, Kind, Precision

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
HERE = "https://paper.example/sitemap.xml"
NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'


def read(body, url=HERE):
    return sitemaps.read_sitemap(body.encode() if isinstance(body, str) else body, url=url, now=NOW, zone=UTC)


def urlset(*items, more=""):
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {NS} {more}>{"".join(items)}</urlset>'


def url(loc, lastmod="", inner=""):
    return f"<url><loc>{loc}</loc>{f'<lastmod>{lastmod}</lastmod>' if lastmod else ''}{inner}</url>"


NEWS_ITEM = """<image:image><image:loc>https://paper.example/a.jpg</image:loc><image:title>A picture</image:title></image:image>
<news:news><news:publication><news:name>The Paper</news:name><news:language>en</news:language></news:publication>
<news:publication_date>2026-05-19T08:00:00+02:00</news:publication_date><news:title>  The harbour &amp; the sea
</news:title><news:keywords>sea, harbour , </news:keywords></news:news>"""


def test_a_news_sitemap_tells_title_date_keywords_picture_and_language():
    found = read(
        urlset(
            url("https://paper.example/1", "2026-05-20", NEWS_ITEM),
            url("https://paper.example/about-the-house"),
            more=NEWS,
        )
    )
    (entry,) = found.entries
    assert (found.kind, found.route, found.language) == (Kind.SITEMAP, "news sitemap", "en")
    assert (entry.title, entry.categories, entry.image) == (
        "The harbour & the sea",
        ("sea", "harbour"),
        "https://paper.example/a.jpg",
    )
    assert (entry.dating.at, entry.dating.source) == (datetime(2026, 5, 19, 6, tzinfo=UTC), "sitemap")
    assert entry.updated == datetime(2026, 5, 20, tzinfo=UTC)
    assert not titled_by_address(entry)


def test_a_plain_sitemap_gives_the_last_changed_first_with_titles_that_say_where_they_are_from():
    found = read(
        urlset(
            url("https://paper.example/the-old-harbour", "2026-01-02"),
            url("https://paper.example/the-new-harbour", "2026-05-02T10:00:00Z"),
        )
    )
    assert [entry.title for entry in found.entries] == ["The new harbour", "The old harbour"]
    assert [(entry.dating.source, entry.dating.precision) for entry in found.entries] == [
        ("lastmod", Precision.SECOND),
        ("lastmod", Precision.DAY),
    ]
    assert all(titled_by_address(entry) for entry in found.entries)
    assert found.notes == ("titles are made from addresses, since a sitemap tells no others",)


def test_the_day_in_an_address_is_believed_before_the_day_of_a_change():
    entry = read(urlset(url("https://paper.example/2024/03/05/the-harbour", "2026-05-01"))).entries[0]
    assert (entry.dating.at, entry.dating.source) == (datetime(2024, 3, 5, tzinfo=UTC), "url")
    assert entry.updated == datetime(2026, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/category/sea/",
        "/tag/sea/boats",
        "/author/ana/",
        "/page/2/",
        "/contact",
        "/privacy-policy/",
        "/a-picture.jpg",
        "/4711",
    ],
)
def test_what_is_no_article_is_left_out_of_a_plain_sitemap(address):
    assert read(urlset(url(f"https://paper.example{address}", "2026-05-01"))).entries == ()


def test_an_index_names_its_children():
    body = f"<sitemapindex {NS}><sitemap><loc>/a.xml</loc><lastmod>2026-05-01</lastmod></sitemap><sitemap><loc>b.xml</loc></sitemap></sitemapindex>"
    assert read(body) == SitemapIndex(
        (Child("https://paper.example/a.xml", datetime(2026, 5, 1, tzinfo=UTC)), Child("https://paper.example/b.xml"))
    )


def children(*names):
    return SitemapIndex(tuple(Child(f"https://paper.example/{name}", changed) for name, changed in names))


@pytest.mark.parametrize(
    ("index", "first"),
    [
        (children(("posts-1.xml", NOW), ("news.xml", None)), "news.xml"),
        (
            children(("post-sitemap.xml", None), ("post-sitemap12.xml", None), ("post-sitemap2.xml", None)),
            "post-sitemap12.xml",
        ),
        (children(("s-2025-12.xml", None), ("s-2026-04.xml", None), ("s-2026-01.xml", None)), "s-2026-04.xml"),
        (children(("a.xml", datetime(2026, 1, 1, tzinfo=UTC)), ("b.xml", NOW)), "b.xml"),
        (children(("page-sitemap.xml", NOW), ("author-sitemap.xml", NOW), ("articles.xml", None)), "articles.xml"),
    ],
)
def test_of_an_index_the_newest_and_most_news_like_is_chosen(index, first):
    chosen = newest_children(index)
    assert chosen[0].url == f"https://paper.example/{first}"
    assert len(chosen) <= 2


def test_an_index_of_goods_alone_has_nothing_to_choose():
    assert newest_children(children(("product-1.xml", NOW), ("category.xml", NOW), ("image-sitemap.xml", NOW))) == ()


def test_robots_names_sitemaps_in_any_case_and_news_come_first():
    robots = b"\xef\xbb\xbfUser-agent: *\nDisallow: /x\nSITEMAP : https://paper.example/map.xml # all\r\nsitemap:/google-news.xml\nSitemap:\nSitemap: javascript:x\nSitemap: https://paper.example/map.xml"
    assert announced_sitemaps(robots, url="https://paper.example/robots.txt") == (
        "https://paper.example/google-news.xml", "https://paper.example/map.xml",
    )  # fmt: skip


def test_a_gzipped_sitemap_is_unpacked_and_known_by_its_bytes():
    body = gzip.compress(urlset(url("https://paper.example/the-harbour", "2026-05-01")).encode())
    assert sitemaps.looks_like_sitemap(body)
    assert len(read(body).entries) == 1


def test_a_bomb_is_not_unpacked_beyond_its_limit(monkeypatch):
    monkeypatch.setattr(sitemaps, "MAX_BYTES", 1_000_000)
    bomb = gzip.compress(urlset(" " * 100_000_000).encode(), 1)
    tracemalloc.start()
    failed = read(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (failed.reason.code, failed.reason.args["limit"]) == ("sitemap.too_large", 1_000_000)
    assert peak < 10_000_000


def test_a_list_of_addresses_is_a_sitemap_too():
    found = read("\ufeffhttps://paper.example/2026/05/01/the-harbour\r\nhttps://paper.example/the-sea\n\n")
    assert [(entry.title, entry.dating.source) for entry in found.entries] == [
        ("The harbour", "url"),
        ("The sea", "none"),
    ]


def test_no_entity_is_ever_resolved():
    bomb = f'<!DOCTYPE urlset [<!ENTITY a "boom"><!ENTITY f SYSTEM "file:///etc/passwd">]>{urlset(url("https://paper.example/&a;-&f;"))[38:]}'
    assert read(bomb).reason.code == "sitemap.malformed"
    utf16 = bomb.encode("utf-16")
    told = read(utf16)
    assert isinstance(told, Failed) or not any("boom" in entry.uid or "root" in entry.uid for entry in told.entries)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "plain words\nof nobody",
        "<html><body>no</body></html>",
        "<rss/>",
        b"\x1f\x8bgarbage",
        "<urlset",
        "<",
        b"\x00\x01",
    ],
)
def test_what_is_no_sitemap_is_refused(body):
    found = read(body)
    assert isinstance(found, Failed) or found.entries == ()


def test_a_sitemap_that_breaks_off_keeps_what_is_whole():
    body = urlset(url("https://paper.example/the-harbour", "2026-05-01"), url("https://paper.example/the-sea"))
    assert "The harbour" in [entry.title for entry in read(body[:-60]).entries]


def test_a_long_sitemap_gives_its_newest_entries(monkeypatch):
    monkeypatch.setattr(sitemaps, "MAX_ENTRIES", 3)
    found = read(
        urlset(*(url(f"https://paper.example/the-harbour-of-day-{n}", f"2026-05-{n:02}") for n in range(1, 10)))
    )
    assert [entry.dating.at.day for entry in found.entries] == [9, 8, 7]
    assert "only the newest 3 of 9" in found.notes[0]


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("https://a.example/2024/03/the-empty-harbour.html", "The empty harbour"),
        ("https://a.example/news/the_empty_harbour-1234567", "The empty harbour"),
        ("https://a.example/2024-03-05-the-harbour/", "The harbour"),
        ("https://a.example/caf%C3%A9-du-port", "Café du port"),
        ("https://a.example/статья-о-море", "Статья о море"),
        ("https://a.example/the-harbour/amp", "The harbour"),
        ("https://a.example/4711", ""),
        ("https://a.example/", ""),
    ],
)
def test_a_title_is_made_of_the_words_in_an_address(address, title):
    assert slug_title(address) == title


def test_dates_tell_an_order_unless_they_are_missing_or_all_the_same():
    def told(*days):
        return read(
            urlset(*(url(f"https://paper.example/the-harbour-{'abcdefghij'[n]}x", day) for n, day in enumerate(days)))
        )

    assert sitemaps.tells_order(told("2026-05-01", "2026-05-02", "2026-05-03", "2026-05-04", "2026-05-05"))
    assert sitemaps.tells_order(told("2026-05-01", "2026-05-01"))
    assert not sitemaps.tells_order(told(*["2026-05-01"] * 9))
    assert not sitemaps.tells_order(told("2026-05-01", "", ""))


def test_a_shop_is_told_by_its_addresses():
    goods = [url(f"https://paper.example/products/red-boat-{n}", "2026-05-01") for n in range(3)]
    assert sitemaps.sells(read(urlset(*goods, url("https://paper.example/the-harbour"))))
    assert not sitemaps.sells(
        read(urlset(goods[0], url("https://paper.example/the-harbour"), url("https://paper.example/the-sea")))
    )


@given(
    st.lists(
        st.sampled_from(
            [
                b"<urlset>",
                b"</urlset>",
                b"<url>",
                b"</url>",
                b"<loc>",
                b"</loc>",
                b"https://a.example/some-words",
                b"<lastmod>",
                b"2026-05-01",
                b"\x00",
                b"\xff",
                b"<!--",
                b"<?x?>",
                b"<sitemapindex>",
                b"<sitemap>",
                b"&amp;",
                b"&x;",
            ]
        ),
        max_size=25,
    )
)
def test_no_bytes_break_it(pieces):
    assert isinstance(read(b"".join(pieces)), Collected | SitemapIndex | Failed)
