"""Every candidate is decided once, with its reason; nothing is lost and nothing comes twice."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compose.entries import MONDAY, make_entry, make_source
from digest.compose.fold import Told
from digest.compose.select import Rules, select
from digest.model import AlsoIn, Enclosure, Precision
from digest.reasons import SENTENCES, word

NOW = MONDAY + timedelta(days=7)
YESTERDAY = NOW - timedelta(days=1)
TITLE = "The harbour lamp went out on purpose"
SEA = make_source(1, topics=("Sea",))
TOWN = make_source(2, topics=("town", "Sea"))
PLAIN = make_source(3)


def choose(entries, *, since=None, **rules):
    return select(entries, Rules(**rules), since=since, now=NOW)


def codes(selection):
    return {choice.entry_id: choice.reason.code for choice in selection.choices}


def stories(selection):
    return [story.entry_id for story in selection.stories]


# ── what may come in ─────────────────────────────────────────────────────────────────────────────
def test_only_entries_of_the_wanted_topics_come_in_whatever_their_case():
    selection = choose([make_entry(1, source=SEA), make_entry(2, source=PLAIN)], topics=("sea",))
    assert codes(selection) == {1: "choice.lead", 2: "choice.off_topic"}


@pytest.mark.parametrize(
    "pattern", ["lamp", "LAMP", "harbour lamp", "/l.mp/", "/^the h/", "sponsored", "politics", "went  out"]
)
def test_an_excluded_pattern_is_sought_in_title_summary_and_categories_and_named(pattern):
    bad = make_entry(1, title=TITLE, summary="A sponsored text.", categories=("Politics",))
    selection = choose([bad, make_entry(2)], exclude=("nothing like it", pattern))
    assert codes(selection) == {1: "choice.excluded", 2: "choice.lead"}
    assert selection.choices[0].reason.args == {"pattern": pattern}


@pytest.mark.parametrize("pattern", ["amp", "lam", "h.rbour", "/", "//", "lamp harbour"])
def test_words_match_whole_and_literally(pattern):
    assert codes(choose([make_entry(1, title=TITLE)], exclude=(pattern,))) == {1: "choice.lead"}


def test_words_with_signs_at_their_edges_match_too():
    assert (
        codes(choose([make_entry(1, title="Why C++ and .NET?"), make_entry(2)], exclude=("c++",)))[1]
        == "choice.excluded"
    )


def test_with_includes_only_what_matches_one_of_them_comes_in():
    selection = choose([make_entry(1, title=TITLE), make_entry(2)], include=("bees", "lamp"))
    assert codes(selection) == {1: "choice.lead", 2: "choice.not_included"}


def test_the_first_rule_that_keeps_an_entry_out_is_the_one_named():
    entry = make_entry(1, source=PLAIN, title=TITLE, backlog=True)
    rules = {"topics": ("sea",), "exclude": ("lamp",), "include": ("bees",)}
    for code in ("choice.off_topic", "choice.excluded", "choice.not_included", "choice.backlog"):
        other = make_entry(2, source=SEA, title="The bees")
        assert codes(choose([entry, other], since=NOW, **rules))[1] == code
        rules.pop(next(iter(rules), None), None)


# ── the backlog ──────────────────────────────────────────────────────────────────────────────────
def test_what_is_dated_by_the_day_of_the_last_edition_may_have_come_after_it():
    today = make_entry(1, hours=-7, seen=5, backlog=True)
    by_day = replace(today, data=replace(today.data, dating=replace(today.data.dating, precision=Precision.DAY)))
    assert select([by_day], Rules(), since=MONDAY, now=MONDAY + timedelta(hours=6)).stories
    assert not select([today], Rules(), since=MONDAY, now=MONDAY + timedelta(hours=6)).stories


def test_the_first_edition_welcomes_the_backlog_newest_first():
    entries = [make_entry(n, hours=-24 * n, seen=0, backlog=True) for n in (2, 1, 3)]
    assert stories(choose(entries)) == [1, 2, 3]


def test_a_later_edition_leaves_out_what_stood_there_before_but_not_what_came_after():
    old = make_entry(1, backlog=True)
    undated = make_entry(2, backlog=True, undated=True)
    fresh = make_entry(3, hours=24 * 6.5, backlog=True)
    selection = choose([old, undated, fresh], since=YESTERDAY)
    assert codes(selection) == {1: "choice.backlog", 2: "choice.backlog", 3: "choice.lead"}


def test_what_is_no_backlog_comes_in_however_old_its_date():
    late = make_entry(1, hours=-24 * 300, seen=160)
    assert codes(choose([late], since=YESTERDAY)) == {1: "choice.lead"}


# ── room ─────────────────────────────────────────────────────────────────────────────────────────
def test_a_source_has_its_best_stories_up_to_its_cap():
    entries = [make_entry(n, source=SEA, hours=n) for n in (1, 2, 3)] + [make_entry(4, source=PLAIN)]
    selection = choose(entries, per_source=2)
    assert codes(selection)[1] == "choice.per_source"
    assert sorted(stories(selection)) == [2, 3, 4]
    assert word(selection.choices[0].reason) == "source-1 had better stories for its 2 places in an edition"


def test_an_edition_has_the_best_stories_up_to_its_cap():
    selection = choose([make_entry(n, hours=n) for n in range(1, 6)], max_items=3)
    assert sorted(stories(selection)) == [3, 4, 5]
    assert codes(selection)[1] == codes(selection)[2] == "choice.max_items"


def test_a_folded_entry_shares_the_fate_of_its_story():
    pair = [make_entry(1, source=SEA, title=TITLE), make_entry(2, source=TOWN, title=TITLE, hours=1)]
    newer = [make_entry(3, source=PLAIN, hours=50)]
    assert codes(choose(pair + newer, max_items=1)) == {1: "choice.max_items", 2: "choice.max_items", 3: "choice.lead"}


def test_too_few_stories_decide_nothing():
    selection = choose([make_entry(1), make_entry(2, title="Spam")], min_items=2, exclude=("spam",))
    assert (selection.stories, selection.choices) == ((), ())
    assert selection.skipped.args == {"stories": 1, "min_items": 2}
    assert word(selection.skipped) == "only 1 of the 2 stories an edition needs; they wait for the next one"


def test_no_candidates_make_no_edition():
    assert choose([]).skipped.code == "edition.too_few"


def test_copies_of_one_story_count_once_towards_the_least():
    pair = [make_entry(1, source=SEA, title=TITLE), make_entry(2, source=TOWN, title=TITLE, hours=1)]
    assert choose(pair, min_items=2).skipped


# ── the lead and the order ───────────────────────────────────────────────────────────────────────
def test_the_newest_leads_when_nothing_else_tells_them_apart():
    assert stories(choose([make_entry(1), make_entry(2, hours=1)])) == [2, 1]


def test_a_unit_of_weight_is_worth_a_day():
    heavy = make_source(9, weight=2)
    assert stories(choose([make_entry(1, source=heavy), make_entry(2, hours=23)]))[0] == 1
    assert stories(choose([make_entry(1, source=heavy), make_entry(2, hours=25)]))[0] == 2


def test_another_teller_is_worth_half_a_day():
    pair = [make_entry(1, source=SEA, title=TITLE), make_entry(2, source=TOWN, title=TITLE, hours=1)]
    assert stories(choose([*pair, make_entry(3, source=PLAIN, hours=11)]))[0] == 1
    assert stories(choose([*pair, make_entry(3, source=PLAIN, hours=13)]))[0] == 3


def test_a_summary_is_worth_a_quarter_day():
    assert stories(choose([make_entry(1), make_entry(2, hours=5, summary="")]))[0] == 1
    assert stories(choose([make_entry(1), make_entry(2, hours=7, summary="")]))[0] == 2


def test_no_weight_is_too_large_to_compare():
    assert stories(choose([make_entry(1, source=make_source(9, weight=1e30)), make_entry(2, hours=99)])) == [1, 2]


def test_after_the_lead_come_the_topics_in_the_publication_s_order_newest_first():
    entries = [
        make_entry(1, source=SEA, hours=1),
        make_entry(2, source=make_source(8, topics=("Hills",)), hours=2),
        make_entry(3, source=SEA, hours=3),
        make_entry(4, source=TOWN, hours=4),
        make_entry(5, source=SEA, hours=5),
    ]
    selection = choose(entries, topics=("Town", "Hills", "Sea"))
    assert stories(selection) == [5, 4, 2, 3, 1]
    assert [story.topic for story in selection.stories] == ["Sea", "Town", "Hills", "Sea", "Sea"]


def test_without_topics_of_its_own_a_publication_orders_them_by_the_alphabet_and_those_without_last():
    entries = [
        make_entry(1, source=PLAIN, hours=2),
        make_entry(2, source=TOWN),
        make_entry(3, source=SEA),
        make_entry(4, hours=9),
    ]
    assert [(story.entry_id, story.topic) for story in choose(entries).stories] == [
        (4, ""),
        (3, "Sea"),
        (2, "town"),
        (1, ""),
    ]


def test_the_order_of_the_candidates_changes_nothing():
    entries = [make_entry(n, source=[SEA, TOWN, PLAIN][n % 3]) for n in range(9)]
    assert choose(entries).stories == choose(entries[::-1]).stories


# ── reasons ──────────────────────────────────────────────────────────────────────────────────────
def test_the_chosen_know_their_place_and_the_folded_their_story():
    entries = [
        make_entry(1, source=SEA, title=TITLE),
        make_entry(2, source=TOWN, title=TITLE, hours=1),
        make_entry(3, source=PLAIN, hours=40),
    ]
    lead, folded, taken = (choose(entries).choices[place] for place in (2, 1, 0))
    assert (lead.chosen, folded.chosen, taken.chosen) == (True, True, True)
    assert lead.reason.code == "choice.lead"
    assert word(folded.reason) == f"the same title as “{TITLE}” from source-1, told with it as story 2 of the edition"
    assert word(taken.reason) == "story 2 of the edition"


def test_who_was_folded_by_words_learns_the_words_and_how_much_they_weigh():
    entries = [
        make_entry(1, source=SEA, title="Lighthouse of Morwen goes dark", summary="The keeper of Morwen has retired."),
        make_entry(2, source=TOWN, title="Morwen's lighthouse is dark", summary="Its keeper has retired.", hours=1),
        *(
            make_entry(n, source=PLAIN, title=f"{name} wins", summary=f"{name} won.")
            for n, name in ((3, "Ada"), (4, "Bo"))
        ),
    ]
    reason = choose(entries).choices[1].reason
    assert reason.code == "choice.folded_words"
    assert "Morwen" in reason.args["words"].split(", ")
    assert f"({reason.args['score']} of 1), among them {reason.args['words']}" in word(reason)


def test_what_another_source_told_in_a_former_edition_is_left_out_and_not_counted():
    told = Told(7, (make_entry(1, source=SEA, title=TITLE),))
    late = make_entry(2, source=TOWN, title=TITLE, hours=1)
    chosen = select([late, make_entry(3, source=PLAIN)], Rules(), since=None, now=NOW, told=[told])
    assert stories(chosen) == [3]
    assert [choice.chosen for choice in chosen.choices] == [False, True]
    assert word(chosen.choices[0].reason) == f"the same story as “{TITLE}” from source-1, which edition 7 told"
    assert select([late], Rules(), since=None, now=NOW, told=[told]).skipped is not None


# ── the frozen story ─────────────────────────────────────────────────────────────────────────────
def freeze(*entries):
    (story,) = choose(entries).stories
    return story


def test_a_story_carries_what_its_entry_tells():
    entry = make_entry(
        1,
        source=TOWN,
        title=TITLE,
        content="<p>Text.</p>",
        authors=("Ines",),
        image="https://moor.example/i.jpg",
        categories=("harbour",),
        language="fr",
        enclosures=(Enclosure("https://moor.example/a.mp3", "audio/mpeg", 9),),
    )
    story = freeze(entry)
    assert (story.tag, story.entry_id, story.title, story.url) == (entry.tag, 1, TITLE, entry.data.url)
    assert (story.summary, story.content, story.authors) == ("A summary.", "<p>Text.</p>", ("Ines",))
    assert (story.image, story.categories, story.language) == (entry.data.image, ("harbour",), "fr")
    assert (story.enclosures, story.source, story.topic) == (entry.data.enclosures, TOWN, "town")
    assert (story.published, story.precision) == (MONDAY, Precision.MINUTE)


def test_a_story_names_the_other_tellers():
    story = freeze(make_entry(1, source=SEA, title=TITLE), make_entry(2, source=TOWN, title=TITLE.upper(), hours=1))
    assert story.also_in == (AlsoIn(source="Source-2", title=TITLE.upper(), url="https://source-2.example/2"),)


def test_a_story_without_a_summary_opens_with_its_text():
    content = "<h2>Lamp</h2>" + "<p>The lamp went out.</p>" * 40
    summary = freeze(make_entry(1, summary="", content=content)).summary
    assert summary.startswith("Lamp The lamp went out. The lamp")
    assert summary.endswith("…")
    assert 280 < len(summary) <= 300


def test_a_story_without_a_title_takes_its_first_words_or_its_source():
    assert freeze(make_entry(1, title="", summary="Fog all day.")).title == "Fog all day."
    assert freeze(make_entry(1, title="", summary="", content="<p>Fog all day.</p>")).title == "Fog all day."
    assert freeze(make_entry(1, title="", summary="")).title == "Source-1"


def test_the_language_of_the_source_stands_in():
    assert freeze(make_entry(1, source=make_source(1, language="en"))).language == "en"


@pytest.mark.parametrize(("hours", "expected"), [(None, 0), (5, 5), (-5, 0), (24 * 30, 24 * 7)])
def test_updated_lies_between_published_and_now(hours, expected):
    updated = None if hours is None else MONDAY + timedelta(hours=hours)
    assert freeze(make_entry(1, updated=updated)).updated == MONDAY + timedelta(hours=expected)


def test_an_undated_entry_is_shown_from_when_it_was_first_seen():
    story = freeze(make_entry(1, undated=True, seen=3))
    assert (story.published, story.precision) == (MONDAY + timedelta(hours=3), Precision.NONE)


# ── editions one after the other ─────────────────────────────────────────────────────────────────
SOURCES = [make_source(n, weight=n, topics=topics) for n, topics in enumerate([(), ("sea",), ("town", "sea")])]

rule_sets = st.builds(
    Rules,
    topics=st.sampled_from([(), ("sea",), ("town", "sea")]),
    include=st.sampled_from([(), ("lamp", "bees")]),
    exclude=st.sampled_from([(), ("bees",)]),
    min_items=st.integers(1, 4),
    max_items=st.integers(1, 6),
    per_source=st.none() | st.integers(1, 3),
)


@st.composite
def arrivals(draw):
    """Batches of entries, each batch first seen a day after the one before; dates are as wild as in life."""
    titles = st.sampled_from([TITLE, "The bees of the town hall roof", "A lamp", "Fog"])
    shape = st.tuples(titles, st.sampled_from(SOURCES), st.integers(-400, 200), st.booleans(), st.booleans())
    batches, number = [], 0
    for day, batch in enumerate(draw(st.lists(st.lists(shape, max_size=6), max_size=6))):
        batches.append([])
        for title, source, hours, backlog, undated in batch:
            number += 1
            batches[-1].append(
                make_entry(
                    number, source=source, title=title, hours=hours, seen=24 * day, backlog=backlog, undated=undated
                )
            )
    return batches


@settings(max_examples=300)
@given(arrivals(), rule_sets)
def test_editions_over_any_arrivals_decide_every_entry_once_or_leave_it_waiting(batches, rules):
    waiting, decided, shown, since = [], [], [], None
    for day, batch in enumerate(batches, start=1):
        waiting += batch
        now = MONDAY + timedelta(days=day)
        selection = select(waiting, rules, since=since, now=now)
        if selection.skipped:
            assert not selection.choices
            assert not selection.stories
            continue
        since = now
        assert [choice.entry_id for choice in selection.choices] == [entry.id for entry in waiting]
        assert rules.min_items <= len(selection.stories) or len(selection.stories) == rules.max_items
        assert len(selection.stories) <= rules.max_items
        chosen = {choice.entry_id for choice in selection.choices if choice.chosen}
        told = len(selection.stories) + sum(len(story.also_in) for story in selection.stories)
        assert told == len(chosen)
        assert {story.entry_id for story in selection.stories} <= chosen
        assert all(choice.reason.code in SENTENCES and word(choice.reason) for choice in selection.choices)
        decided += [choice.entry_id for choice in selection.choices]
        shown += [story.entry_id for story in selection.stories]
        waiting = [entry for entry in waiting if entry.id not in decided]
    everything = [entry.id for batch in batches for entry in batch]
    assert sorted(decided + [entry.id for entry in waiting]) == everything
    assert len(set(shown)) == len(shown)


@settings(max_examples=100)
@given(arrivals(), rule_sets, st.randoms())
def test_a_selection_depends_on_nothing_but_its_candidates(batches, rules, chance):
    entries = [entry for batch in batches for entry in batch]
    mixed = chance.sample(entries, len(entries))
    first, again = (select(candidates, rules, since=None, now=NOW) for candidates in (entries, mixed))
    assert first.stories == again.stories
    assert codes(first) == codes(again)
