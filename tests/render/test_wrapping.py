from hypothesis import given
from hypothesis import strategies as st

from digest.render.wrapping import columns, tied, wrap


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.just(" "), max_size=300).map(
        lambda text: " ".join(text.split())
    )
)
def test_wrapping_loses_nothing_but_the_spaces_where_lines_part(text):
    assert wrap(text, 3, 20).replace("\n   ", " ").replace(" ", "") == text.replace(" ", "")


@given(st.lists(st.text("abcdefg", min_size=1, max_size=17), min_size=1, max_size=40), st.integers(0, 3))
def test_no_line_is_wider_than_asked(pieces, indent):
    made = wrap(" ".join(pieces), indent, 20)
    first, *others = made.split("\n")
    assert all(len(one) <= 20 for one in (" " * indent + first, *others))
    assert all(one.startswith(" " * indent) and one.strip() for one in others)


def test_wide_letters_count_twice_and_part_anywhere():
    made = wrap("今日は港の灯台が十一年ぶりに灯りました。船からも見えます。", 0, 20)
    assert [columns(one) for one in made.split("\n")] == [20, 20, 18]
    assert not any(one.startswith("。") for one in made.split("\n"))


def test_a_word_wider_than_a_line_stands_alone():
    assert (
        wrap("see https://example.org/a-rather-long-link now", 2, 20)
        == "see\n  https://example.org/a-rather-long-link\n  now"
    )


def test_what_is_tied_is_never_parted():
    assert wrap(f"published on {tied('Nov 2, 7:15')}", 0, 20) == "published on\nNov\u00a02,\u00a07:15"
