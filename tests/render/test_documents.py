import json
import re
from dataclasses import replace

import feedparser
import pytest
from lxml import html as parser

from digest.model import Kind
from digest.render.documents import BYTES, ITEMS, edition_documents, publication_documents, site_documents
from digest.render.email import edition_mail
from digest.render.stories import placed
from render.newsroom import CAHIER, ENGLISH, FRENCH, HOSTILE, LEDGER, SITE, TIDE, big_edition, edition, story

ISSUES = [edition(), edition(FRENCH, CAHIER, 7), edition(HOSTILE), edition(ENGLISH[:1]), big_edition()]


def files(documents):
    return {document.path: document.data for document in documents}


def published(editions, templates, **more):
    return files(publication_documents(SITE, editions[0].publication, editions, templates, **more))


def feeds(made, slug):
    """Read the (id, link) of every item from each feed."""
    as_json = json.loads(made[f"{slug}/feed.json"])["items"]
    return [
        *(
            [(item.id, item.link) for item in feedparser.parse(made[f"{slug}/{name}"]).entries]
            for name in ("rss.xml", "atom.xml")
        ),
        [(item["id"], item["url"]) for item in as_json],
    ]


@pytest.mark.parametrize("issue", ISSUES)
def test_all_documents_of_an_edition_hold_the_same_stories_in_the_same_order(issue, templates):
    expected = [(place.story.tag, place.story.url) for place in placed(issue)]
    slug = issue.publication.slug
    assert feeds(published([issue], templates), slug) == [expected] * 3

    titles = [place.story.title for place in placed(issue)]
    links = [url for _, url in expected]
    mail = edition_mail(issue, templates)
    page = files(edition_documents(issue, templates))[f"{slug}/editions/{issue.number}/index.html"].decode()
    twin = published([issue], templates)[f"{slug}/index.html"].decode()
    for text, query in (
        (mail.html, "//*[self::h2[@class='top'] or self::h3]/a"),
        (page, "//article/*[self::h2 or self::h3]/a"),
        (twin, "//article/*[self::h2 or self::h3]/a"),
    ):
        found = parser.document_fromstring(text).xpath(query)
        assert [(link.text_content(), link.get("href")) for link in found] == list(zip(titles, links, strict=True))
    also = {other.url for place in placed(issue) for other in place.story.also_in}
    told = mail.text.split("\n-- \n")[0]
    assert [url for url in re.findall(r"(?m)^ +(https?://\S+)$", told) if url not in also] == links


def test_building_twice_gives_the_same_bytes(templates):
    for issue in ISSUES:
        assert published([issue], templates) == published([issue], templates)
        assert edition_documents(issue, templates) == edition_documents(issue, templates)
        assert edition_mail(issue, templates) == edition_mail(issue, templates)


def test_a_publication_without_editions_writes_nothing(templates):
    assert publication_documents(SITE, LEDGER, [], templates) == ()
    assert [document.path for document in site_documents(SITE, [], [(TIDE, Kind.FEED)], templates)] == ["sources.opml"]


def test_the_site_has_a_list_of_sources_and_a_page(templates):
    made = files(site_documents(SITE, [edition(), edition(FRENCH, CAHIER)], [(TIDE, Kind.FEED)], templates))
    assert sorted(made) == ["index.html", "sources.opml"]
    assert b"Le Cahier" in made["index.html"]


def test_the_paths_are_these(templates):
    assert sorted(published([edition()], templates)) == [
        "ledger/atom.xml",
        "ledger/feed.json",
        "ledger/index.html",
        "ledger/rss.xml",
    ]


def test_a_story_told_again_stands_once_where_it_is_newest(templates):
    newest = edition([replace(ENGLISH[2], title="Told anew"), ENGLISH[0]], number=43)
    made = published([newest, edition(ENGLISH[:4], number=42)], templates)
    titles = [item.title for item in feedparser.parse(made["ledger/rss.xml"]).entries]
    assert titles == ["Told anew", ENGLISH[0].title, ENGLISH[1].title, ENGLISH[3].title]


def test_a_feed_holds_at_most_a_hundred_stories_and_about_a_megabyte(templates):
    many = edition([story(number, f"Story {number}", "x") for number in range(1, 151)])
    long = edition([story(number, f"Story {number}", "x", content="y" * 300_000) for number in range(1, 9)])
    huge = edition([story(1, "Huge", "x", content="y" * 2 * BYTES), story(2, "Next", "x")])
    assert [len(one) for one in feeds(published([many], templates), "ledger")] == [ITEMS] * 3
    assert [len(one) for one in feeds(published([many], templates, limit=5), "ledger")] == [5] * 3
    assert [len(one) for one in feeds(published([long], templates), "ledger")] == [3] * 3
    assert [len(one) for one in feeds(published([huge], templates), "ledger")] == [1] * 3


def test_feeds_say_what_the_publication_is_called_now_and_when_its_newest_edition_was_made(templates):
    renamed = replace(LEDGER, title="A new name")
    made = files(publication_documents(SITE, renamed, [edition()], templates))
    for name in ("rss.xml", "atom.xml"):
        feed = feedparser.parse(made[f"ledger/{name}"]).feed
        assert feed.title == "A new name"
        assert feed.updated_parsed[:5] == (2026, 11, 2, 6, 40)


def test_no_feed_carries_what_runs_or_asks(templates):
    made = published([edition()], templates)
    for name in ("rss.xml", "atom.xml", "feed.json"):
        assert not re.search(rb"(<|&lt;)(script|form|iframe)", made[f"ledger/{name}"])
