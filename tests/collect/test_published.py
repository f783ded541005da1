"""The date of an article is its own, its clearest, and the day that its site names."""

from datetime import UTC, datetime

import pytest

from digest.collect.pages import read_page
from digest.model import Precision

NOW = datetime(2024, 4, 26, 10, 0, tzinfo=UTC)
HERE = "https://blog.example/notes/the-harbour"
PROSE = "".join(
    f"<p>Paragraph {n} tells, at some length and without any hurry, what became of the harbour and of its clerk.</p>"
    for n in range(6)
)
HEADLINE = "<h1>The empty harbour</h1>"


def dating(head="", byline="", *, url=HERE, above="", below="", prose=PROSE, lang="en"):
    body = f"{above}<main><article>{HEADLINE}{byline}<div>{prose}</div></article></main>{below}"
    html = f'<!DOCTYPE html><html lang="{lang}"><head>{head}</head><body>{body}</body></html>'
    found = read_page(html.encode(), url=url, charset=None, now=NOW, zone=UTC)
    return found.article.entry.dating


def day(*args, **kwargs):
    at = dating(*args, **kwargs).at
    return at.date().isoformat() if at else None


def ld(**values):
    import json

    return f'<script type="application/ld+json">{json.dumps(values)}</script>'


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="article:published_time" content="2024-03-12T10:00:00+01:00">',
        '<meta name="dc.date.issued" content="2024-03-12">',
        '<meta name="DC.Date" content="2024-03-12">',
        '<meta name="parsely-pub-date" content="2024-03-12T10:00:00Z">',
        '<meta name="sailthru.date" content="2024-03-12 10:00:00">',
        '<meta itemprop="datePublished" content="2024-03-12">',
        '<meta name="pubdate" content="20240312">',
        '<meta name="citation_publication_date" content="2024/03/12">',
        ld(**{"@type": "NewsArticle", "datePublished": "2024-03-12"}),
        ld(**{"@graph": [{"@type": "WebPage", "datePublished": "2020-01-01"}, {"@type": ["BlogPosting"], "datePublished": "2024-03-12"}]}),
        ld(**{"@type": "WebPage", "mainEntity": {"@type": "Article", "datePublished": "2024-03-12"}}),
        '<script type="application/ld+json">//<![CDATA[\n{"@type": "Article", "datePublished": "2024-03-12"}\n//]]></script>',
        '<script type="application/ld+json">{"@type": "Article", "datePublished": "2024-03-12", }</script>',
        '<script>window.state = {"article": {"publishedAt": "2024-03-12T10:00:00Z"}}</script>',
        '<meta property="og:image" content="https://blog.example/photo/2024/03/12/a.jpg">',
    ],
)  # fmt: skip
def test_machines_are_told_in_many_ways(head):
    assert day(head) == "2024-03-12"


@pytest.mark.parametrize(
    "byline",
    [
        '<time datetime="2024-03-12T10:00">Tuesday</time>',
        "<time>12 March 2024</time>",
        '<time datetime="1710237600">x</time>',
        '<span itemprop="datePublished" content="2024-03-12">x</span>',
        '<span property="schema:datePublished" content="2024-03-12">x</span>',
        '<abbr class="published" title="2024-03-12T10:00:00+01:00">x</abbr>',
        "<p>By Ana | 12 March 2024</p>",
        "<p>Von Max Muster, 12.03.2024, 14:30 Uhr</p>",
        "<div><span>Ana</span><span>12 mars 2024</span></div>",
        '<footer class="meta">Submitted by Ana on 12 March 2024</footer>',
        "<p>기사입력 :[ 2024-03-12 15:24 ]</p>",
    ],
)
def test_the_text_marks_its_date_in_many_ways(byline):
    assert day(byline=byline) == "2024-03-12"


def test_the_first_words_may_be_a_dateline():
    assert day(prose="<p>BERLIN, 12 March 2024 (dpa) – " + PROSE[3:]) == "2024-03-12"
    assert day(prose="<p>12.3.2024 - " + PROSE[3:], lang="de") == "2024-03-12"


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://blog.example/2024/03/12/harbour/", "2024-03-12"),
        ("https://blog.example/news/2024-03-12-harbour.html", "2024-03-12"),
        ("https://blog.example/news/20240312/harbour", "2024-03-12"),
        ("https://blog.example/2024/03/harbour/", None),
        ("https://blog.example/1710/2024/99/99/harbour/", None),
        ("https://blog.example/2031/01/01/harbour/", None),
    ],
)
def test_the_address_may_tell_the_day(url, found):
    assert day(url=url) == found


@pytest.mark.parametrize(
    "around",
    [
        {"above": "<div class='top'>Friday, 26 April 2024</div>"},
        {"above": "<header><p>Friday, 26 April 2024</p><nav><a href='/x'>x</a></nav></header>"},
        {"below": "<p>© 2024 The Harbour. All rights reserved.</p>"},
        {"below": "<div class='comments'><div class='comment'><time datetime='2024-04-01'>1 April 2024</time></div></div>"},
        {"below": "<div><h3><a href='/p/9'>Another story from here</a></h3><time datetime='2024-04-01'>1 April 2024</time></div>"},
        {"below": "<ul><li><a href='/2024/03/'>March 2024</a></li></ul>"},
        {"byline": "<p>Since 2009</p>"},
        {"byline": "<p class='event'>Begins on 12 May 2024</p>"},
        {"head": '<meta name="date" content="1970-01-01T00:00:00Z">'},
        {"head": '<meta property="article:published_time" content="2099-01-01">'},
        {"head": '<meta property="article:published_time" content="soon">'},
    ],
)  # fmt: skip
def test_what_is_not_the_articles_date_is_not_taken_for_it(around):
    assert dating(**around).precision is Precision.NONE


def test_the_day_of_a_change_counts_only_where_no_other_is_told():
    changed = '<meta property="article:modified_time" content="2024-04-01">'
    assert day(changed) == "2024-04-01"
    assert day(changed, '<p class="byline">12 March 2024</p>') == "2024-03-12"
    updated = '<time class="updated" datetime="2024-04-01">1 April 2024</time>'
    assert day(byline=f'{updated}<time class="published" datetime="2024-03-12">x</time>') == "2024-03-12"
    assert day(byline=f'<time class="entry-date" datetime="2024-03-12">x</time>{updated}') == "2024-03-12"


def test_a_vaguely_named_date_gives_way_to_an_earlier_one_beside_the_headline():
    vague = '<meta name="date" content="2024-03-14T11:52:23">'
    assert day(vague) == "2024-03-14"
    assert day(vague, '<p class="stand">12 March 2024, 18:00</p>') == "2024-03-12"


def test_of_several_structured_articles_the_one_of_this_page_counts():
    others = ld(**{"@graph": [
        {"@type": "Article", "url": "https://blog.example/notes/other", "datePublished": "2020-01-01"},
        {"@type": "Article", "url": HERE, "datePublished": "2024-03-12"},
    ]})  # fmt: skip
    assert day(others) == "2024-03-12"


def test_an_offset_is_kept_so_that_the_day_is_that_of_the_site():
    found = dating('<meta property="article:published_time" content="2024-03-12T00:30:00+02:00">')
    assert found.at.isoformat() == "2024-03-12T00:30:00+02:00"


def test_an_instant_in_utc_falls_on_the_day_that_the_site_prints():
    late = '<meta property="article:published_time" content="2024-03-13T02:10:00Z">'
    for found in (
        dating(late, url="https://blog.example/2024/03/12/harbour/"),
        dating(late, '<p class="byline">12 March 2024</p>'),
    ):
        assert found.at == datetime(2024, 3, 13, 2, 10, tzinfo=UTC)
        assert found.at.isoformat() == "2024-03-12T23:10:00-03:00"
    early = '<meta property="article:published_time" content="2024-03-12T22:10:00Z">'
    assert dating(early, '<p class="byline">13 March 2024</p>').at.isoformat() == "2024-03-13T00:10:00+02:00"
    assert day(late, '<p class="byline">1 March 2024</p>') == "2024-03-13"


def test_a_front_page_has_no_date_but_what_it_tells_machines():
    assert dating(byline="<time datetime='2024-03-12'>x</time>", url="https://blog.example/").at is None
