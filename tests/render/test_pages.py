import pytest
from lxml import html as parser

from digest.render.pages import edition_page, publication_page, site_page
from render.browser import LOW_CONTRAST
from render.newsroom import CAHIER, ENGLISH, FRENCH, HOSTILE, SITE, edition

OVERFLOW = "return page.document.documentElement.scrollWidth - page.innerWidth;"


@pytest.fixture(scope="module")
def pages(templates):
    issue = edition()
    return {
        "edition": edition_page(issue, templates),
        "hostile": edition_page(edition(HOSTILE), templates),
        "publication": publication_page([issue, edition(ENGLISH[3:], number=41)], templates),
        "site": site_page(SITE, [issue, edition(FRENCH, CAHIER, 7)], templates),
    }


NAMES = ["edition", "hostile", "publication", "site"]


def test_the_pages_are_these_bytes(golden, pages):
    for name, page in pages.items():
        golden(f"page.{name}.html", page.encode())


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_a_page_runs_or_fetches(name, pages):
    tree = parser.document_fromstring(pages[name])
    for forbidden in ("script", "form", "iframe", "img", "object", "embed", "base"):
        assert not tree.findall(f".//{forbidden}"), forbidden
    assert not tree.xpath("//@*[starts-with(name(), 'on')]")
    assert not tree.xpath("//link[@rel='stylesheet']")


@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_its_language_one_heading_a_canonical_link_and_its_feeds(name, pages):
    tree = parser.document_fromstring(pages[name])
    assert (tree.get("lang"), tree.get("dir")) == ("en", "ltr")
    assert len(tree.findall(".//h1")) == 1
    assert tree.xpath("//link[@rel='canonical']/@href")[0].startswith("https://press.example/feeds/")
    assert tree.xpath("//link[@rel='alternate']/@type")[:3] == [
        "application/rss+xml",
        "application/atom+xml",
        "application/feed+json",
    ]
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))


def test_a_story_without_a_page_is_told_in_full_at_its_anchor(pages):
    (own,) = parser.document_fromstring(pages["edition"]).xpath("//*[@id='s8']")
    assert own.xpath(".//em/text()") == ["best"]
    assert "<em>best</em>" not in pages["publication"]


def test_the_publication_lists_its_past_issues_and_its_feeds_to_copy(pages):
    tree = parser.document_fromstring(pages["publication"])
    assert tree.xpath("//ul[@class='issues']//a/@href") == ["https://press.example/feeds/ledger/editions/41/"]
    assert [code.rpartition("/")[2] for code in tree.xpath("//code/text()")] == ["rss.xml", "atom.xml", "feed.json"]


def test_each_publication_speaks_its_own_language_on_the_sites_page(pages):
    assert "lundi 2 novembre 2026 · 7 articles" in pages["site"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dark", [False, True])
def test_every_word_on_a_page_can_be_read(look, pages, name, dark):
    seen, low = look(pages[name], LOW_CONTRAST, dark=dark)
    assert seen > 3
    assert low == []


@pytest.mark.parametrize("name", NAMES)
def test_no_page_is_wider_than_a_phone(look, pages, name):
    assert look(pages[name], OVERFLOW, width=360) <= 0
