import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from digest.render.characters import language_tag, legal, line, shorten, web_url

anything = st.text(st.characters())  # lone surrogates and controls included


@given(anything)
def test_what_is_legal_survives_xml_and_utf8(text):
    element = etree.Element("t")
    element.text = legal(text)  # lxml refuses what XML forbids
    assert (etree.fromstring(etree.tostring(element, encoding="utf-8")).text or "") == legal(text)


@given(anything)
def test_a_line_has_no_break_no_double_space_and_stays_as_it_is_when_made_again(text):
    made = line(text)
    assert made == " ".join(made.split())
    assert line(made) == made


def test_a_form_feed_parts_words_and_a_null_does_not():
    assert line(" one\x0btwo\x00three \ud800 ") == "one twothree"


@given(st.text(), st.integers(min_value=2, max_value=80))
def test_a_shortened_text_fits(text, limit):
    made = shorten(text, limit)
    assert len(made) <= limit
    assert text.startswith(made.removesuffix("…").rstrip(" ,;:.–—-"))


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("Short.", 10, "Short."),
        ("One sentence here. Another one follows that is long.", 25, "One sentence here."),
        ("No sentence ends early enough in this text", 24, "No sentence ends early…"),
        ("word, word, word, word", 12, "word, word…"),
        ("長い文章はどこでも切れます", 6, "長い文章は…"),
        ("e\u0301" * 6, 6, "e\u0301e\u0301…"),
    ],
)
def test_a_text_is_cut_after_a_sentence_or_a_word(text, limit, expected):
    assert shorten(text, limit) == expected


@given(anything)
def test_a_web_url_is_ascii_without_spaces_or_is_none_and_making_it_twice_changes_nothing(text):
    for url in (web_url(text), web_url(f"https://example.org/{text}")):
        assert url is None or re.fullmatch(r"https?://[!-~]+", url)
        assert url is None or not set('<>"\\^`{|}') & set(url)
        assert web_url(url) == url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/a?b=c&d=%20#e", "https://example.org/a?b=c&d=%20#e"),
        ("https://EXAMPLE.org", "https://example.org/"),
        ("https://bücher.example/straße?q=ä 100%", "https://xn--bcher-kva.example/stra%C3%9Fe?q=%C3%A4%20100%25"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("https://user:secret@example.org/", "https://example.org/"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("/posts/1", None),
        ("https://", None),
        ("https://exa mple.org/", None),
        ("https://example.org:port/", None),
        ("http://[::1", None),
        (None, None),
    ],
)
def test_a_url_is_escaped_or_refused(url, expected):
    assert web_url(url) == expected


def test_a_language_tag_has_its_form_or_is_none():
    assert [language_tag(tag) for tag in ("en", "pt-BR", "zh-Hant-TW", "", "english please", 'en" x="', None)] == [
        "en",
        "pt-BR",
        "zh-Hant-TW",
        None,
        None,
        None,
        None,
    ]


def test_a_line_is_composed():
    assert line("e\u0301") == unicodedata.normalize("NFC", "e\u0301")
