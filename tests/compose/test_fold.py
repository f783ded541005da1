"""The same story across sources becomes one; nothing else does, and nothing is lost."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compose.entries import make_entry, make_source
from digest.compose.fold import WINDOW, canonical_link, fold, normal_title

TITLE = "The harbour lamp went out on purpose"
ONE, TWO, THREE = (make_source(number) for number in (1, 2, 3))


def ids(stories):
    return [tuple(entry.id for entry in story) for story in stories]


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://www.Moor.example/lamp/", "moor.example/lamp"),
        ("http://moor.example/lamp#comments", "moor.example/lamp"),
        ("https://moor.example:443/lamp", "moor.example/lamp"),
        ("https://moor.example:8443/lamp", "moor.example:8443/lamp"),
        ("https://moor.example/lamp?utm_source=rss&utm_medium=feed", "moor.example/lamp"),
        ("https://moor.example/?p=42&fbclid=x", "moor.example?p=42"),
        ("https://moor.example/a.php?id=7&gclid=y&page=2", "moor.example/a.php?id=7&page=2"),
        ("https://moor.example/a?page=2&id=7", "moor.example/a?id=7&page=2"),
        ("https://moor.example/a?xtor=RSS-1&mc_cid=z&UTM_Campaign=q", "moor.example/a"),
        ("https://moor.example/a?ref=master&source=x", "moor.example/a?ref=master&source=x"),
        ("https://moor.example/A", "moor.example/A"),
        ("https://wwww.example/a", "wwww.example/a"),
        ("https://[broken/a", "https://[broken/a"),
    ],
)
def test_a_link_is_reduced_to_what_names_the_page(url, canonical):
    assert canonical_link(url) == canonical


def test_a_title_is_compared_without_case_punctuation_and_space():
    assert normal_title("  L’eau : “Fin” de   partie ?") == normal_title("l'EAU, fin de partie")


def test_entries_of_two_sources_with_one_link_are_one_story():
    entries = [
        make_entry(1, source=ONE, url="https://www.moor.example/lamp/?utm_source=one"),
        make_entry(2, source=TWO, url="http://moor.example/lamp", hours=1),
    ]
    assert ids(fold(entries)) == [(1, 2)]


def test_entries_of_two_sources_with_one_title_are_one_story():
    entries = [make_entry(1, source=ONE, title=TITLE), make_entry(2, source=TWO, title=TITLE.upper() + "!", hours=1)]
    assert ids(fold(entries)) == [(1, 2)]


@pytest.mark.parametrize(
    "title",
    ["Untitled", "Newsletter", "This week in November", "One two three four", "Internationalisation considerations"],
)
def test_a_title_that_says_little_never_folds(title):
    weak = len(title) < 20 or len(title.split()) < 4
    folded = fold([make_entry(1, source=ONE, title=title), make_entry(2, source=TWO, title=title)])
    assert (len(folded) == 2) is weak


def test_one_source_repeating_itself_is_not_folded():
    assert ids(fold([make_entry(1, title=TITLE), make_entry(2, title=TITLE, hours=1)])) == [(1,), (2,)]


def test_a_copy_does_not_tie_two_entries_of_one_source_together():
    entries = [
        make_entry(1, source=ONE, title=TITLE),
        make_entry(2, source=TWO, title=TITLE, hours=1),
        make_entry(3, source=ONE, title=TITLE, hours=2),
    ]
    assert ids(fold(entries)) == [(1, 2), (3,)]


def test_a_third_telling_may_join_by_title_what_was_joined_by_link():
    entries = [
        make_entry(1, source=ONE, title="Lamp", url="https://moor.example/lamp"),
        make_entry(2, source=TWO, title=TITLE, url="https://moor.example/lamp", hours=1),
        make_entry(3, source=THREE, title=TITLE, hours=2),
    ]
    assert ids(fold(entries)) == [(1, 2, 3)]


def test_the_window_closes_after_seventy_two_hours():
    hours = WINDOW / timedelta(hours=1)
    first = make_entry(1, source=ONE, title=TITLE)
    assert len(fold([first, make_entry(2, source=TWO, title=TITLE, hours=hours)])) == 1
    assert len(fold([first, make_entry(2, source=TWO, title=TITLE, hours=hours + 0.01)])) == 2


def test_entries_that_link_to_a_home_page_are_not_one_story():
    entries = [make_entry(n, source=s, url="https://moor.example/") for n, s in ((1, ONE), (2, TWO))]
    assert len(fold(entries)) == 2


def test_entries_without_links_are_compared_by_title_alone():
    assert len(fold([make_entry(1, source=ONE, url=None), make_entry(2, source=TWO, url=None)])) == 2


def test_the_earliest_leads_and_on_a_tie_the_heaviest_source():
    heavy = make_source(9, weight=3)
    late = make_entry(1, source=heavy, title=TITLE, hours=5)
    early = make_entry(2, source=ONE, title=TITLE)
    assert ids(fold([late, early])) == [(2, 1)]
    same_time = make_entry(3, source=heavy, title=TITLE)
    assert ids(fold([early, same_time])) == [(3, 2)]


@st.composite
def crowds(draw):
    titles = st.sampled_from([TITLE, TITLE.lower(), "Short", "A quite different story about bees"])
    urls = st.sampled_from(
        ["https://moor.example/lamp", "https://www.moor.example/lamp?utm_id=1", None, "https://b.example/2"]
    )
    made = draw(st.lists(st.tuples(titles, urls, st.integers(1, 4), st.floats(0, 200)), max_size=14))
    return [
        make_entry(number, source=make_source(source, weight=source), title=title, url=url, hours=hours)
        for number, (title, url, source, hours) in enumerate(made)
    ]


@given(st.data(), crowds())
def test_folding_keeps_every_entry_once_whatever_their_order(data, entries):
    stories = fold(entries)
    assert sorted(entry.id for story in stories for entry in story) == [entry.id for entry in entries]
    assert fold(data.draw(st.permutations(entries))) == stories


@given(crowds())
def test_each_story_holds_one_entry_of_a_source_within_the_window(entries):
    for story in fold(entries):
        assert len({entry.source.id for entry in story}) == len(story)
        assert story[-1].when - story[0].when <= WINDOW
