"""A page becomes its article and its list; what stands around an article is never taken for it."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.pages import decoded, read_page
from digest.model import Collected, Failed, Kind, Precision, Role

NOW = datetime(2024, 4, 26, 10, 0, tzinfo=UTC)
HERE = "https://blog.example/notes/the-harbour"
PROSE = [
    "The harbour had been empty since the winter, and nobody in the town could say when the last ship had left it.",
    "What remained were the ropes, the gulls and a clerk who wrote down each morning that nothing had come in at all.",
    "He had done so for eleven years, in a hand that grew smaller, as if the paper were to last him until the end.",
]
BODY = "".join(f"<p>{paragraph}</p>" for paragraph in PROSE)
JSON_LD = (
    '<script type="application/ld+json">'
    '{"@graph": [{"@type": "NewsArticle", "datePublished": "2024-03-01T08:00:00Z"}]}</script>'
)
OTHERS = ["Why bridges sing in the wind", "Seven letters from the north", "What the bees owe to us"]
RECENT = "<h3>Recent Posts</h3><ul>" + "".join(
    f'<li><a href="/p/{n}">{title}</a> <span>{n} days ago</span></li>' for n, title in enumerate(OTHERS, start=1)
) + "</ul>"  # fmt: skip


def page(body, head="", url=HERE, lang="en", charset=None):
    html = f'<!DOCTYPE html><html lang="{lang}"><head>{head}</head><body>{body}</body></html>'
    return read_page(html.encode(), url=url, charset=charset, now=NOW, zone=UTC)


def article_page(head="", byline="", around="", body=BODY):
    return page(f"<main><article><h1>The empty harbour</h1>{byline}{body}</article></main>{around}", head)


def test_an_articles_page_gives_the_article_first_and_then_its_recent_posts():
    found = article_page(around=f"<aside>{RECENT}</aside>")
    assert found.kind is Kind.PAGE
    assert [entry.title for entry in found.entries] == ["The empty harbour", *OTHERS]
    assert found.entries[0].url == found.entries[0].uid == HERE
    assert found.article.text == "\n\n".join(PROSE)
    assert [block.role for block in found.blocks] == [Role.RECENT]
    assert len(found.notes) == 2


def test_what_stands_around_the_article_is_not_in_its_text():
    around = f"""<footer>All about us and our legal duties, at length.</footer><section>{RECENT}</section>
        <div id="consent"><p>We use cookies to know you better.</p><button>Accept</button></div>
        <div class="comments"><p>First! I always knew that the clerk was the only one who cared about it.</p></div>"""
    found = article_page(around=around)
    assert found.article.text == "\n\n".join(PROSE)
    for foreign in ("cookies", "legal", "bridges", "First!"):
        assert foreign not in found.article.entry.content


def test_a_list_inside_the_article_element_is_cut_out_of_it():
    found = article_page(body=BODY + f"<div>{RECENT}</div>")
    assert "bridges" not in found.article.text
    assert [entry.title for entry in found.blocks[0].entries] == OTHERS


@pytest.mark.parametrize(
    ("head", "byline", "at", "source"),
    [
        (JSON_LD + '<meta property="article:published_time" content="2020-01-01">', "", datetime(2024, 3, 1, 8, tzinfo=UTC), "json-ld"),
        ('<meta property="article:published_time" content="2024-03-02T08:00:00+01:00">', '<time datetime="2020-01-01">x</time>',
         datetime(2024, 3, 2, 7, tzinfo=UTC), "meta"),
        ("", '<p class="meta"><time datetime="2024-03-03">3 March</time></p>', datetime(2024, 3, 3, tzinfo=UTC), "time"),
        ("", '<div class="by"><a href="/author/a/">Ana</a> <span>4 March 2024</span></div>', datetime(2024, 3, 4, tzinfo=UTC), "text"),
        ("", '<div class="byline">By Ana, 2 days ago</div>', datetime(2024, 4, 24, 10, tzinfo=UTC), "relative"),
    ],
)  # fmt: skip
def test_the_date_is_taken_from_the_best_that_the_page_tells(head, byline, at, source):
    dating = article_page(head, byline).article.entry.dating
    assert (dating.at, dating.source) == (at, source)


def test_the_url_may_tell_the_date():
    found = page(f"<article><h1>The empty harbour</h1>{BODY}</article>", url="https://blog.example/2024/03/05/harbour/")
    assert (found.article.entry.dating.at, found.article.entry.dating.source) == (
        datetime(2024, 3, 5, tzinfo=UTC),
        "url",
    )


@pytest.mark.parametrize(
    "around",
    [
        f"<aside>{RECENT}</aside>",
        f"<section>{RECENT}</section>",
        "<aside><h4>Events</h4><time datetime='2024-05-01'>1 May</time></aside>",
        "<footer><p>Published 2 May 2024</p></footer>",
        "<div class='comments'><p class='meta'>3 May 2024</p></div>",
    ],
)
def test_a_date_from_around_the_article_is_never_its_own(around):
    assert article_page(around=around).article.entry.dating.precision is Precision.NONE


def test_a_byline_without_a_year_is_no_date_of_an_article():
    assert article_page(byline='<p class="date">4 March</p>').article.entry.dating.at is None


def test_the_article_tells_its_authors_picture_summary_and_language():
    head = """<title>The empty harbour | North Notes</title><meta name="description" content="A clerk waits.">
        <meta property="og:image" content="/harbour.jpg"><link rel="canonical" href="https://blog.example/harbour">
        <script type="application/ld+json">{"@type": "BlogPosting", "author": [{"name": "Ana"}, {"name": "Bo"}]}</script>"""
    found = article_page(head)
    entry = found.article.entry
    assert (found.title, found.link, found.language) == ("North Notes", "https://blog.example/harbour", "en")
    assert (entry.url, entry.authors, entry.summary) == (
        "https://blog.example/harbour",
        ("Ana", "Bo"),
        "A clerk waits.",
    )
    assert entry.image == "https://blog.example/harbour.jpg"


def test_broken_structured_data_costs_only_itself():
    head = '<script type="application/ld+json">{"@type": "Article", </script><meta name="date" content="2024-03-02">'
    assert article_page(head).article.entry.dating.at == datetime(2024, 3, 2, tzinfo=UTC)


def test_the_headline_is_not_the_sites_name_nor_followed_by_it():
    head = '<title>The empty harbour - North Notes</title><meta property="og:site_name" content="North Notes">'
    found = page(f"<header><h1>North Notes</h1></header><article><h2>The empty harbour</h2>{BODY}</article>", head)
    assert (found.article.entry.title, found.title) == ("The empty harbour", "North Notes")


def test_a_front_page_gives_its_list_and_no_article():
    posts = "".join(
        f'<article><h2><a href="/p/{n}">{t}</a></h2><p>{PROSE[0]}</p></article>' for n, t in enumerate(OTHERS)
    )
    found = page(f"<main>{posts}</main>", "<title>North Notes</title>", url="https://blog.example/")
    assert [entry.title for entry in found.entries] == OTHERS
    assert found.title == "North Notes"


def test_no_article_is_listed_twice():
    again = RECENT.replace('href="/p/1"', f'href="{HERE}/#top"')
    found = article_page(around=f"<aside>{again}</aside>")
    assert [entry.url for entry in found.entries].count(HERE) == 1
    assert len(found.entries) == len(OTHERS)


def test_feeds_are_announced_without_those_of_comments():
    head = """<link rel="alternate" type="application/rss+xml" href="/feed/" title="North Notes">
        <link rel="alternate" type="application/rss+xml" href="/comments/feed/" title="North Notes: Comments">
        <link rel="alternate" type="application/json+oembed" href="/oembed"><link rel="alternate" hreflang="fr" href="/fr/">
        <link rel="alternate" type="application/feed+json" href="https://blog.example/feed.json">"""
    feeds = article_page(head).feeds
    assert [feed.url for feed in feeds] == ["https://blog.example/feed/", "https://blog.example/feed.json"]
    assert (feeds[0].media_type, feeds[0].title) == ("application/rss+xml", "North Notes")


def test_a_saved_page_starts_its_links_from_its_canonical_url():
    body = f"<main><article><h1>The empty harbour</h1>{BODY}</article></main><aside>{RECENT}</aside>"
    found = page(body, '<link rel="canonical" href="https://blog.example/x/y">', url=None)
    assert found.entries[0].url == "https://blog.example/x/y"
    assert found.entries[1].url == "https://blog.example/p/1"


def test_a_page_without_any_url_still_shows_its_article_and_says_what_is_missing():
    found = page(f"<article><h1>The empty harbour</h1>{BODY}</article>", url=None)
    assert found.article.entry.url is None
    assert found.entries == ()
    assert "--base-url" in found.notes[0]


def test_a_page_with_nothing_in_it_says_so():
    found = page("<p>Hello.</p>")
    assert (found.entries, found.article) == ((), None)
    assert found.notes == ("Nothing in this page looks like an article or a list of articles.",)


@pytest.mark.parametrize(
    "data", [b"", b"   ", b"just words", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), b"%PDF-1.7 \x00\x01", b'{"a": 1}']
)
def test_what_is_no_html_is_refused(data):
    found = read_page(data, url=HERE, charset=None, now=NOW, zone=UTC)
    assert isinstance(found, Failed)
    assert found.reason.code == "page.not_html"


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        ("<p>déjà</p>".encode(), None),
        ("<p>déjà</p>".encode("cp1252"), None),
        ("<p>déjà</p>".encode("latin-1"), "ISO-8859-1"),
        (b'<meta charset="windows-1252"><p>d\xe9j\xe0</p>', None),
        ("<p>déjà</p>".encode(), "no-such-charset"),
        ("<p>déjà</p>".encode("utf-16"), None),
        ("\ufeff<p>déjà</p>".encode(), "latin-1"),
        ("<p>dé\x00jà</p>".encode(), "utf-8"),
    ],
)
def test_bytes_are_decoded_by_what_is_known_of_them(data, charset):
    assert "<p>déjà</p>" in decoded(data, charset)


@given(st.binary(max_size=400), st.sampled_from([None, "utf-8", "utf-16", "idna", "rot13", "hex", "\x00"]))
def test_no_bytes_break_the_reader(data, charset):
    found = read_page(b"<html><p>" + data, url=HERE, charset=charset, now=NOW, zone=UTC)
    assert isinstance(found, Collected | Failed)


def test_a_very_deep_page_is_read_as_far_as_it_goes():
    found = page("<div>" * 5000 + BODY)
    assert isinstance(found, Collected)


def test_the_seed_page_is_read_as_it_is(corpus):
    gold = json.loads((corpus / "seed" / "gold.json").read_text("utf-8"))
    data = (corpus / "seed" / "article.html").read_bytes()
    found = read_page(data, url=gold["url"], charset=None, now=datetime.fromisoformat(gold["fetched_at"]), zone=UTC)
    assert found.article.entry.title == gold["title"]
    assert found.article.text.startswith(gold["body_starts"].strip())
    assert not any(foreign in found.article.text for foreign in gold["not_in_body"])
    (block,) = found.blocks
    assert block.role is Role.RECENT
    assert [(entry.title, entry.summary, entry.dating.text) for entry in block.entries] == [
        (recent["title"], recent["summary"], recent["published_text"]) for recent in gold["recent"]
    ]
    assert [entry.dating.at.date().isoformat() for entry in block.entries] == gold["published"]
    assert [entry.dating.precision for entry in block.entries] == gold["published_precision"]


def test_the_dates_of_real_pages_are_right_or_left_open(corpus):
    right = wrong = 0
    for row in json.loads((corpus / "dates" / "gold.json").read_text("utf-8")):
        data = (corpus / "dates" / "pages" / row["file"]).read_bytes()
        found = read_page(data, url=row["url"], charset=None, now=datetime(2026, 2, 20, 12, tzinfo=UTC), zone=UTC)
        at = found.article.entry.dating.at if found.article else None
        right += at is not None and at.date().isoformat() == row["date"]
        wrong += at is not None and abs((at.date() - datetime.fromisoformat(row["date"]).date()).days) > 1
    assert right >= 74
    assert wrong <= 1
