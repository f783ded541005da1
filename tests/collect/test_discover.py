import gzip
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from digest.collect.discover import base_of, cleaned, read_document
from digest.collect.fetch import Fetched
from digest.model import Article, Block, Collected, EntryData, Failed, FeedLink, Kind, Role

NOW = datetime(2026, 3, 1, tzinfo=UTC)
RSS = b'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>T</title><item><title>t1</title><link>https://s.example/1</link></item></channel></rss>'
PAGE = b"""<!doctype html><html lang="en"><head><title>S</title>
<link rel="alternate" type="application/rss+xml" href="/feed.xml" title="All">
<link rel="alternate" type="application/atom+xml" href="/comments.xml"></head><body><p>Hello</p></body></html>"""
JSON = b'{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","title":"t1"}]}'


def look(body: bytes, kind: Kind = Kind.AUTO, **told):
    return read_document(
        Fetched(url="https://s.example/", body=body, **told), kind, base_url=None, now=NOW, zone=ZoneInfo("UTC")
    )


@pytest.mark.parametrize(
    "mime", ["", "text/html", "text/plain", "application/octet-stream", "image/png", "application/json"]
)
@pytest.mark.parametrize(
    "body",
    [
        RSS,
        b"\xef\xbb\xbf" + RSS,
        b"\n" + RSS,
        RSS.decode().replace("utf-8", "UTF-16").encode("utf-16"),
        JSON,
        b"\xef\xbb\xbf" + JSON,
    ],
)
def test_a_feed_is_known_by_its_bytes(body, mime):
    found = look(body, content_type=mime)
    assert found.kind is Kind.FEED
    assert [entry.title for entry in found.entries] == ["t1"]


@pytest.mark.parametrize("mime", ["application/rss+xml", "text/html", "application/json"])
def test_a_page_is_a_page_whatever_it_is_called(mime):
    found = look(PAGE, content_type=mime)
    assert found.kind is Kind.PAGE


def test_the_operator_knows_better_than_the_bytes():
    assert look(PAGE, Kind.FEED).reason.code == "feed.is_html"
    assert not isinstance(look(RSS, Kind.PAGE), Collected) or look(RSS, Kind.PAGE).kind is Kind.PAGE


@pytest.mark.parametrize("body", [b"", b" \n\t"])
def test_an_empty_document_is_a_failure(body):
    assert look(body).reason.code == "fetch.empty"


@pytest.mark.parametrize("body", [b'{"a": 1}', b"[1, 2]", b'"x"'])
def test_json_that_is_no_feed_is_a_failure(body):
    assert isinstance(look(body, content_type="application/json"), Failed)


@pytest.mark.parametrize(
    ("body", "charset"),
    [("Été".encode(), None), ("Été".encode("latin-1"), "latin-1"), ("Été".encode("utf-16"), None), ("Été".encode(), "no-such-charset"),
     (b"\xef\xbb\xbf" + "Été".encode(), "latin-1"), (b"\xfe\xff" + "Été".encode("utf-16-be"), None)],
)  # fmt: skip
def test_a_plain_text_is_decoded_by_its_mark_then_by_its_charset(body, charset, monkeypatch):
    from digest.collect import plaintext

    seen = []
    monkeypatch.setattr(plaintext, "read_plaintext", lambda text, **_: seen.append(text))
    look(body, content_type="text/plain", charset=charset)
    assert seen == ["Été"]


@pytest.mark.parametrize(
    "body",
    [bytes(range(256)) * 20, gzip.compress(b"x" * 500), b"\x89PNG\r\n\x1a\n\0\0", b"<", b"\0", b"<!doctype html>"],
)
@pytest.mark.parametrize("mime", ["", "text/html", "image/png", "text/plain"])
@pytest.mark.parametrize("charset", [None, "no-such-charset"])
def test_no_bytes_at_all_make_it_raise(body, mime, charset):
    assert isinstance(look(body, content_type=mime, charset=charset), Collected | Failed)


def test_relative_addresses_count_from_where_a_document_was_found_else_from_its_home():
    found = Collected(kind=Kind.FEED, route="", link="https://home.example/")
    assert base_of(found, "https://s.example/feed") == "https://s.example/feed"
    assert base_of(found, None) == "https://home.example/"
    assert base_of(Collected(kind=Kind.FEED, route="", link="/x"), None) is None


def test_all_that_is_shown_is_clean():
    entry = EntryData(uid="u", title="<b>t</b>\x07", url="x", content="<script>x</script>y")
    shown = cleaned(
        Collected(
            kind=Kind.PAGE, route="", title="<i>T</i>", link="javascript:x", entries=(entry,),
            article=Article(entry=entry, text="a\x00b"), blocks=(Block(Role.MAIN, "h\x07", "", 1.0, (entry,)),),
            feeds=(FeedLink("javascript:x", ""), FeedLink("/f", "application/rss+xml", "a\x07")),
        ),
        "https://s.example/",
    )  # fmt: skip
    assert (shown.title, shown.link) == ("T", None)
    for seen in (*shown.entries, shown.article.entry, *shown.blocks[0].entries):
        assert (seen.title, seen.url, seen.content) == ("t", "https://s.example/x", "y")
    assert (shown.article.text, shown.blocks[0].heading) == ("ab", "h")
    assert shown.feeds == (FeedLink("https://s.example/f", "application/rss+xml", "a"),)
