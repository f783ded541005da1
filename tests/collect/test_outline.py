import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.outline import outline

URL = "https://s.example/feed"
ATOM = b'<feed xmlns="http://www.w3.org/2005/Atom"'


def test_items_and_dates_are_seen_whatever_their_namespace_and_case():
    body = (
        b'<rss xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><lastBuildDate>a</lastBuildDate>'
        b"<item><pubDate> b </pubDate></item><item><dc:date><![CDATA[c]]></dc:date></item></channel></rss>"
    )
    seen = outline(body, URL)
    assert (seen.items, seen.dates, seen.based) == (2, ["a", "b", "c"], False)


def test_what_stands_inside_of_text_is_no_item():
    seen = outline(b"<rss><item><description><![CDATA[<item><date>x</date>]]>&lt;item></description></item></rss>", URL)
    assert (seen.items, seen.dates) == (1, [])


def test_each_item_has_the_base_it_stands_in_and_that_of_its_content():
    body = ATOM + b" xml:base='/blog/'><entry/><entry xml:base='one/'><content xml:base='two/'/></entry><entry/></feed>"
    seen = outline(body, URL)
    blog = "https://s.example/blog/"
    assert seen.based
    assert seen.bases == [(blog, blog), (blog + "one/", blog + "one/two/"), (blog, blog)]


def test_a_broken_base_changes_nothing():
    assert outline(ATOM + b" xml:base='http://['><entry/></feed>", URL).bases == [(URL, URL)]


@pytest.mark.parametrize(
    "body",
    [b"", b"<a>", b"<a></b>", b"<a>&nbsp;</a>", b"<a b=c/>", b"<x:a/>", b"<a>\x01</a>", b"<a/><b/>", b'<?xml version="1.0" encoding="nonsense"?><a/>',
     b'<?xml version="1.0" encoding="base64"?><a/>'],
)  # fmt: skip
def test_what_is_not_well_formed_has_no_outline(body):
    assert outline(body, None) is None


@given(st.binary(max_size=80))
def test_no_bytes_at_all_make_it_raise(noise):
    for body in (noise, b"<?xml version='1.0' encoding='" + noise, b"<a xml:base='" + noise + b"'><item/></a>"):
        outline(body, URL)


def test_depth_costs_nothing_but_memory():
    assert outline(b"<a>" * 100_000 + b"</a>" * 100_000, URL).items == 0
