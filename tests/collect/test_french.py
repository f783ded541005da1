"""Thirty French pages, as the systems of the French web build them: each list is found whole and named for what it is."""

from datetime import UTC, datetime
from urllib.parse import urljoin

import pytest

from collect.french.themes import corpus as pages_of_france
from digest.collect.pages import read_page

NOW = datetime(2024, 4, 26, 18, 0, tzinfo=UTC)
PAGES = list(pages_of_france())


def found_in(gold):
    """The first list of each role, as role and URL; what is called `other` claims nothing."""
    found = {}
    read = read_page(gold.html.encode(), url=gold.url, charset="utf-8", now=NOW, zone=UTC)
    for block in read.blocks:
        found.setdefault(block.role.value, [entry.url for entry in block.entries])
    found.pop("other", None)
    return read, {(role, url) for role, urls in found.items() for url in urls}


def wanted_of(gold):
    return {(role, urljoin(gold.url, path)) for role, paths in gold.lists.items() for path in paths}


def f1(found, wanted):
    return 2 * len(found & wanted) / (len(found) + len(wanted)) if found or wanted else 1.0


def test_there_are_thirty_pages_and_each_has_a_list():
    assert len(PAGES) == len({gold.name for gold in PAGES}) == 30
    assert all(gold.lists for gold in PAGES)


def test_the_lists_of_french_pages_are_found_and_named():
    scores = {gold.name: f1(found_in(gold)[1], wanted_of(gold)) for gold in PAGES}
    assert sum(scores.values()) / len(scores) >= 0.95, {name: score for name, score in scores.items() if score < 1}


@pytest.mark.parametrize("gold", PAGES, ids=lambda gold: gold.name)
def test_no_page_is_mostly_wrong_and_no_furniture_is_an_article(gold):
    read, found = found_in(gold)
    assert f1(found, wanted_of(gold)) >= 0.6
    furniture = (
        "/rubrique/",
        "/tag/",
        "/category/",
        "/2023/",
        "#comment",
        "replytocom",
        "mentions-legales",
        "sharer",
        "/author/",
        "/page/",
        "?page=",
    )
    assert not [url for _, url in found if any(part in url for part in furniture)]
    if gold.url.count("/") > 3 and read.article is not None:
        assert "cookies" not in read.article.text
        assert "Répondre" not in read.article.text


@pytest.mark.parametrize(
    "gold", [gold for gold in PAGES if not gold.url.endswith(".example/")], ids=lambda gold: gold.name
)
def test_the_article_of_a_french_page_is_read_with_its_own_date(gold):
    read, _ = found_in(gold)
    assert read.article is not None
    day = read.article.entry.dating.at
    assert day is not None
    assert read.article.entry.title in gold.html
    assert (datetime(2024, 4, 26, tzinfo=UTC) - day).days in range(10)
