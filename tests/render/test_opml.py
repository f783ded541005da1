from dataclasses import replace

from lxml import etree

from digest.model import Kind
from digest.render.opml import opml
from render.newsroom import GAZETTE, MANARA, NOTES, PHARE, SITE, TIDE

FOLLOWED = [
    (TIDE, Kind.FEED),
    (replace(GAZETTE, link=None), Kind.PAGE),
    (NOTES, Kind.FOLDER),
    (PHARE, Kind.AUTO),
    (MANARA, Kind.FEED),
]


def test_the_list_of_sources_is_these_bytes(golden):
    golden("sources.opml", opml(SITE, FOLLOWED))


def test_feeds_can_be_subscribed_to_pages_are_links_and_folders_stay_private():
    outlines = etree.fromstring(opml(SITE, FOLLOWED)).findall("body/outline")
    assert [(one.get("type"), one.get("xmlUrl"), one.get("htmlUrl")) for one in outlines[:3]] == [
        ("rss", TIDE.url, TIDE.link),
        ("link", None, GAZETTE.url),
        ("rss", PHARE.url, PHARE.link),
    ]
    assert len(outlines) == 4
    assert b"posts/" not in opml(SITE, FOLLOWED)


def test_a_hostile_title_costs_nothing():
    outline = etree.fromstring(opml(SITE, [(replace(TIDE, title='a" <\x00>\ud800'), Kind.FEED)])).find("body/outline")
    assert outline.get("text") == 'a" <>'
