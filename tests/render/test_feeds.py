import locale
import re
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from digest.render.feeds import atom, channel, rss
from digest.render.stories import placed
from render.newsroom import CAHIER, DUE, ENGLISH, FRENCH, HOSTILE, LEDGER, SITE, edition, story

ABOUT = replace(channel(SITE, LEDGER, DUE, hub="https://hub.example/"), version="0")
ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
MEDIA = "{http://search.yahoo.com/mrss/}"
SCHEMA = Path(__file__).parent / "atom.rnc"
WRITERS = [rss, atom]


def stories(issue):
    return [place.story for place in placed(issue)]


def parsed(data):
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))


def test_the_feeds_of_the_english_issue_are_these_bytes(golden):
    golden("ledger.rss.xml", rss(ABOUT, stories(edition())))
    golden("ledger.atom.xml", atom(ABOUT, stories(edition())))


def test_the_feeds_of_a_hostile_issue_are_these_bytes(golden):
    golden("hostile.rss.xml", rss(ABOUT, stories(edition(HOSTILE))))
    golden("hostile.atom.xml", atom(ABOUT, stories(edition(HOSTILE))))


@pytest.mark.parametrize("write", WRITERS)
def test_the_same_stories_give_the_same_bytes(write):
    assert write(ABOUT, stories(edition())) == write(ABOUT, stories(edition()))


@pytest.mark.parametrize("write", WRITERS)
def test_no_feed_touches_the_locale_of_the_process(write, monkeypatch):
    def refuse(*_):
        raise AssertionError("the locale belongs to the whole process")

    monkeypatch.setattr(locale, "setlocale", refuse)
    assert write(ABOUT, stories(edition()))


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("told", [ENGLISH, FRENCH, HOSTILE, ()])
def test_feedparser_reads_every_item_in_order(write, told):
    expected = stories(edition(told))
    found = feedparser.parse(write(ABOUT, expected))
    assert not found.bozo
    assert [(item.id, item.link) for item in found.entries] == [(one.tag, one.url) for one in expected]
    assert [item.published_parsed[:6] for item in found.entries] == [one.published.timetuple()[:6] for one in expected]
    assert found.feed.link == "https://press.example/feeds/ledger/"
    assert found.feed.language == "en"


@pytest.mark.parametrize("told", [ENGLISH, FRENCH, HOSTILE, (), ENGLISH[7:8]])
def test_atom_follows_the_schema_of_rfc_4287(told, require_tool, tmp_path):
    path = tmp_path / "atom.xml"
    path.write_bytes(atom(ABOUT, [*stories(edition(told)), *told]))
    checked = subprocess.run([require_tool("jing"), "-c", SCHEMA, path], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_the_atom_schema_refuses_what_the_rfc_forbids(require_tool, tmp_path):
    sound = atom(ABOUT, stories(edition())).decode()
    for wrong in (
        sound.replace('type="html"', 'type="CDATA"'),
        re.sub(r"<updated>[^<]+</updated>", "", sound, count=1),
        sound.replace("+00:00</published>", "</published>").replace("<published>2026", "<published>on 2026"),
        sound.replace("<name>Mara Quill</name>", ""),
    ):
        path = tmp_path / "wrong.xml"
        path.write_text(wrong)
        checked = subprocess.run([require_tool("jing"), "-c", SCHEMA, path], capture_output=True, check=False)
        assert checked.returncode == 1


def test_the_rss_channel_names_its_page_itself_its_twin_and_its_hub():
    head = parsed(rss(ABOUT, ()))[0]
    assert head.findtext("link") == ABOUT.page_url
    assert [(link.get("rel"), link.get("href"), link.get("type")) for link in head.findall(f"{ATOM}link")] == [
        ("self", ABOUT.rss_url, "application/rss+xml"),
        ("alternate", ABOUT.atom_url, "application/atom+xml"),
        ("hub", "https://hub.example/", None),
    ]
    assert head.findtext("lastBuildDate") == "Mon, 02 Nov 2026 07:00:00 GMT"
    assert head.findtext("generator") == "digest 0"
    assert len(head.findall("lastBuildDate")) == 1


def test_the_atom_feed_names_itself_its_page_its_twins_and_its_hub():
    root = parsed(atom(ABOUT, ()))
    assert [(link.get("rel"), link.get("href")) for link in root.findall(f"{ATOM}link")] == [
        ("self", ABOUT.atom_url),
        ("alternate", ABOUT.page_url),
        ("alternate", ABOUT.rss_url),
        ("alternate", ABOUT.json_url),
        ("hub", "https://hub.example/"),
    ]
    assert root.findtext(f"{ATOM}id") == "tag:press.example,2026:ledger"
    assert root.findtext(f"{ATOM}updated") == "2026-11-02T07:00:00+00:00"
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"


def test_without_a_hub_none_is_named():
    about = channel(SITE, LEDGER, DUE)
    assert b'rel="hub"' not in rss(about, ()) + atom(about, ())


def test_an_rss_item_says_all_that_is_known():
    item = parsed(rss(ABOUT, stories(edition())))[0].find("item")
    assert [child.tag for child in item].count("description") == 1
    assert [child.tag for child in item].index("description") < [child.tag for child in item].index(CONTENT)
    assert item.find("guid").attrib == {"isPermaLink": "false"}
    assert item.findtext("pubDate") == "Mon, 02 Nov 2026 03:53:00 GMT"
    assert [one.text for one in item.findall("{http://purl.org/dc/elements/1.1/}creator")] == [
        "Mara Quill",
        "Tobias Fenn",
    ]
    assert (item.find("source").get("url"), item.findtext("source")) == (
        "https://tidewatch.example/feed.xml",
        "Tidewatch",
    )
    assert [one.text for one in item.findall("category")] == ["Coast", "Lighthouses", "Volunteers"]
    assert item.find(f"{MEDIA}content").get("medium") == "image"
    assert item.find("author") is None


def test_an_atom_entry_says_all_that_is_known():
    entry = parsed(atom(ABOUT, stories(edition()))).find(f"{ATOM}entry")
    source = entry.find(f"{ATOM}source")
    assert [child.tag.removeprefix(ATOM) for child in source] == ["id", "title", "updated", "link", "link"]
    assert [link.attrib for link in entry.findall(f"{ATOM}link")] == [
        {"rel": "alternate", "href": ENGLISH[0].url, "type": "text/html"}
    ]
    assert entry.findtext(f"{ATOM}updated") == "2026-11-02T03:53:00+00:00"
    assert entry.findtext(f"{ATOM}published") == "2026-11-02T03:53:00+00:00"
    assert entry.find(f"{ATOM}summary").get("type") == "text"
    assert entry.find(f"{ATOM}content").get("type") == "html"
    assert [one.text for one in entry.iterfind(f"{ATOM}author/{ATOM}name")] == ["Mara Quill", "Tobias Fenn"]


def test_an_entry_nobody_signed_is_its_sources():
    entry = parsed(atom(ABOUT, stories(edition()))).findall(f"{ATOM}entry")[2]
    assert [one.text for one in entry.iterfind(f"{ATOM}author/{ATOM}name")] == ["Northern Gazette"]


def test_rss_carries_one_enclosure_and_atom_all_with_their_relation():
    choir = stories(edition())[4]
    item = parsed(rss(ABOUT, [choir]))[0].find("item")
    assert [one.attrib for one in item.findall("enclosure")] == [
        {"url": "https://tidewatch.example/choir.mp3", "length": "4213000", "type": "audio/mpeg"}
    ]
    links = parsed(atom(ABOUT, [choir])).findall(f"{ATOM}entry/{ATOM}link[@rel='enclosure']")
    assert [(link.get("type"), link.get("length")) for link in links] == [
        ("audio/mpeg", "4213000"),
        ("application/pdf", None),
    ]


def test_an_edited_story_is_updated_when_it_was_edited_and_not_when_the_feed_was_built():
    edited = story(1, "Edited", "x", updated=datetime(2026, 11, 2, 5, 30, tzinfo=UTC))
    entry = parsed(atom(ABOUT, [edited])).find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}updated") == "2026-11-02T05:30:00+00:00"


def test_a_foreign_entry_says_its_language():
    entries = parsed(atom(ABOUT, stories(edition()))).findall(f"{ATOM}entry")
    languages = [entry.get("{http://www.w3.org/XML/1998/namespace}lang") for entry in entries]
    assert languages[3:6] == ["fr", "en", "ar"]


def test_a_summary_with_angle_brackets_is_read_as_text():
    item = parsed(rss(ABOUT, [story(1, "t", "a Vec<T> & b")]))[0].find("item")
    assert item.findtext("description") == "a Vec&lt;T&gt; &amp; b"


def test_a_title_that_looks_like_html_is_not_taken_for_it_by_rss_readers():
    found = feedparser.parse(rss(ABOUT, [story(1, "Why <script> & &amp; are safe when a < b", "x")])).entries[0]
    assert found.title.replace("\u2060", "") in (
        "Why <script> & &amp; are safe when a < b",
        "Why &lt;script&gt; &amp; &amp;amp; are safe when a &lt; b",
    )


titles = st.text(st.characters(), max_size=60) | st.sampled_from(
    ["]]>", "<script>x</script>", "&amp;", "a\x0bb", "\ud800", "שלום <b>", "\u202eabc", "&#0;", "<![CDATA[", "😀" * 9]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(titles, titles), min_size=1, max_size=4))
def test_no_title_and_no_text_costs_the_feed(texts):
    told = [
        story(number, title, text, content=text, topic=title, url=f"https://x.example/{text}", authors=(title,))
        for number, (title, text) in enumerate(texts, start=1)
    ]
    expected = [one.tag for one in stories(edition(told))]
    assert [item.findtext("guid") for item in parsed(rss(ABOUT, told))[0].findall("item")] == expected
    assert [entry.findtext(f"{ATOM}id") for entry in parsed(atom(ABOUT, told)).findall(f"{ATOM}entry")] == expected


def test_a_publication_without_a_description_is_described_by_its_title():
    about = channel(SITE, replace(CAHIER, description=""), DUE)
    assert parsed(rss(about, ()))[0].findtext("description") == CAHIER.title
