"""A few plain words from a longer text, cut between words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.compose.excerpt import excerpt, text_of


def test_a_short_text_is_left_alone_but_for_its_white_space():
    assert excerpt("  Two \n words ", 20) == "Two words"


@pytest.mark.parametrize(
    ("length", "expected"),
    [(18, "The lamp, once…"), (10, "The lamp…"), (9, "The lamp…"), (20, "The lamp, once lit…")],
)
def test_a_long_text_is_cut_between_words_and_shows_it(length, expected):
    assert excerpt("The lamp, once lit, stayed", length) == expected


def test_a_script_without_spaces_is_cut_between_characters():
    assert excerpt("港の灯台は今夜わざと消された", 8) == "港の灯台は今夜…"


@given(st.text(max_size=200), st.integers(5, 60))
def test_an_excerpt_never_exceeds_its_length(text, length):
    assert len(excerpt(text, length)) <= length


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One.</p><p>Two.</p>", "One. Two."),
        ("<p>w<b>o</b>rd</p>", "word"),
        ("a<br>b", "a b"),
        ("Fish &amp; chips&nbsp;&#8212; 5&lt;6", "Fish & chips — 5<6"),
        ("<script>alert(1)</script><p>Seen</p><style>p{}</style>", "Seen"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("unclosed <p>tail", "unclosed tail"),
        ("5 < 6 and <!-- a note --> 7", "5 < 6 and 7"),
        ("</script>stray<p>end", "stray end"),
        ("", ""),
    ],
)
def test_the_text_of_html_has_no_tags_and_parted_blocks(html, text):
    assert text_of(html) == text
