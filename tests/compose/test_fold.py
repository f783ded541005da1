"""The same story across sources becomes one; nothing else does, and nothing is lost."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compose.entries import make_entry, make_source
from digest.compose.fold import Tie, Told, already_told, fold
from digest.compose.identical import canonical_link, normal_title
from digest.compose.likeness import WINDOW

TITLE = "The harbour lamp went out on purpose"
ONE, TWO, THREE = (make_source(number) for number in (1, 2, 3))


def ids(stories):
    return [tuple(entry.id for entry in story.entries) for story in stories]


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
    [
        "Untitled",
        "Newsletter",
        "This week in November",
        "One two three four",
        "Internationalisation considerations",
        "Links of the week",
        "Daily briefing 12 March 2026 no. 4",
    ],
)
def test_a_title_that_says_little_never_folds_by_itself(title):
    assert len(fold([make_entry(n, source=s, title=title) for n, s in ((1, ONE), (2, TWO))])) == 2


def test_a_title_of_one_sentence_folds_by_itself():
    (story,) = fold([make_entry(n, source=s, title=TITLE, summary="") for n, s in ((1, ONE), (2, TWO))])
    assert story.folded[0].tie == Tie("title")


def test_one_title_over_two_different_texts_is_not_one_story():
    lamp = "Keepers on the northern coast have mended the harbour lamp with a borrowed mirror and some patience"
    bees = "Our beekeeper explains which flowers to sow between April and June, in gardens large or small"
    title = "What we have been reading this week"
    entries = [
        make_entry(1, source=ONE, title=title, summary=lamp),
        make_entry(2, source=TWO, title=title, summary=bees, hours=1),
    ]
    assert ids(fold(entries)) == [(1,), (2,)]
    again = make_entry(2, source=TWO, title=title, summary=lamp.replace("borrowed", "polished"), hours=1)
    assert ids(fold([entries[0], again])) == [(1, 2)]


def test_a_title_that_a_source_gives_to_every_issue_is_no_story():
    issues = [
        make_entry(n, source=ONE, title=f"The long list of the town's small news, no. {n}", hours=n) for n in (1, 2, 3)
    ]
    other = make_entry(9, source=TWO, title="The long list of the town's small news, no. 2", hours=4)
    assert len(fold([*issues, other])) == 4
    assert len(fold([issues[1], other])) == 1


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
    titles = st.sampled_from(
        [
            TITLE,
            TITLE.lower(),
            "Short",
            "A quite different story about bees",
            "Valdoria bridges fall",
            "Bridges of Valdoria fall",
            "Valdoria: what fell",
        ]
    )
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
    assert sorted(entry.id for story in stories for entry in story.entries) == [entry.id for entry in entries]
    assert fold(data.draw(st.permutations(entries))) == stories


@given(crowds())
def test_each_story_holds_one_entry_of_a_source_within_the_window(entries):
    for story in fold(entries):
        assert len({entry.source.id for entry in story.entries}) == len(story.entries)
        assert story.entries[-1].when - story.lead.when <= WINDOW


# ── the same text ────────────────────────────────────────────────────────────────────────────────
TEXT = " ".join(
    f"On day {number} the keeper wrote that the lamp had burnt {number * 3} hours and the fog came {word}."
    for number, word in enumerate(("early", "late", "at noon", "from the west", "never", "twice", "slowly"))
)


def test_one_text_under_two_titles_is_one_story():
    entries = [
        make_entry(1, source=ONE, title="From the log", summary="", content=f"<p>{TEXT}</p>"),
        make_entry(
            2, source=TWO, title="Fog, seven days", summary="", content=f"<div><b>{TEXT}</b> More.</div>", hours=5
        ),
    ]
    (story,) = fold(entries)
    assert story.folded[0].tie == Tie("text")


def test_an_excerpt_is_known_in_the_whole_text():
    excerpt = " ".join(TEXT.split()[:60])
    entries = [
        make_entry(1, source=ONE, title="From the log", summary="", content=f"<p>{TEXT}</p>"),
        make_entry(2, source=TWO, title="Fog, seven days", summary=excerpt, hours=5),
    ]
    assert ids(fold(entries)) == [(1, 2)]


def test_a_short_text_is_no_evidence():
    entries = [
        make_entry(
            n, source=s, title=t, summary="", content="<p>Read the whole story on our new site, dear friends.</p>"
        )
        for n, s, t in ((1, ONE, "Fog"), (2, TWO, "Bees"))
    ]
    assert len(fold(entries)) == 2


def test_what_a_source_says_under_every_entry_is_no_text():
    def told(number, source, hours):
        return make_entry(
            number,
            source=source,
            title=("Fog", "Bees", "Salt")[number - 1],
            summary="",
            content=f"<p>{TEXT}</p>",
            hours=hours,
        )

    assert len(fold([told(1, ONE, 0), told(2, ONE, 1), told(3, TWO, 2)])) == 3
    assert len(fold([told(1, ONE, 0), told(3, TWO, 2)])) == 1


# ── alike in words ───────────────────────────────────────────────────────────────────────────────
def quiet(first_id=100):
    """Entries of many sources on other matters, so that common words are known to be common."""
    matters = [
        ("The council votes on a new bridge for the old town", "After months of talks the vote on the bridge is near"),
        ("How to bake bread with the flour you have at home", "A guide to bread for those who have no time to bake"),
        ("Students win a prize for a robot that sorts the post", "The robot reads the letters and sorts them by town"),
        ("A quiet year for the library on the market square", "Fewer readers came, but they stayed for longer"),
        ("New trains will stop at the small stations again", "The railway says that the first train comes in spring"),
        ("Why the price of butter has gone up since winter", "Farmers and shops each blame the other for the price"),
    ]
    return [
        make_entry(first_id + n, source=make_source(100 + n), title=title, summary=summary, hours=n)
        for n, (title, summary) in enumerate(matters)
    ]


def earthquake(number, source, title, summary, hours=0.0):
    return make_entry(number, source=source, title=title, summary=summary, hours=hours)


QUAKES = [
    earthquake(
        1,
        ONE,
        "Strong earthquake shakes Valdoria, two bridges fall",
        "The quake of magnitude 6.8 struck Valdoria at dawn",
    ),
    earthquake(
        2, TWO, "Bridges collapse as Valdoria is struck by an earthquake", "The earthquake at dawn had magnitude 6.8", 3
    ),
]


def test_two_tellings_in_other_words_are_one_story_and_the_rare_words_are_named():
    story = next(story for story in fold([*QUAKES, *quiet()]) if story.lead.id == 1)
    assert [entry.id for entry in story.entries] == [1, 2]
    tie = story.folded[0].tie
    assert tie.evidence == "words"
    assert "Valdoria" in tie.words
    assert 0.3 <= tie.score < 1


def test_without_a_rare_name_or_number_likeness_is_not_enough():
    nameless = [
        make_entry(1, source=ONE, title="strong earthquake shakes the coast at dawn", summary="two bridges fall"),
        make_entry(2, source=TWO, title="an earthquake shakes the coast and bridges fall", summary="it came at dawn"),
    ]
    assert all(not story.folded for story in fold([*nameless, *quiet()]))


def test_a_follow_up_two_days_later_is_a_story_of_its_own():
    late = replace(QUAKES[1], first_seen=QUAKES[1].first_seen + timedelta(hours=48))
    dated = replace(late, data=replace(late.data, dating=replace(late.data.dating, at=late.first_seen)))
    assert all(not story.folded for story in fold([QUAKES[0], dated, *quiet()]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Le séisme de Lérande fait deux morts à l'aube", "Deux morts à Lérande après un seisme, à l'aube"),
        (
            "Erdbeben erschüttert Falkenwerder: zwei Brücken stürzen ein",
            "Zwei Brücken nach Erdbeben in Falkenwerder eingestürzt",
        ),
        ("Сильное землетрясение в Ольховграде разрушило мосты", "В Ольховграде после землетрясения разрушены мосты"),
        ("زلزال قوي يضرب فالدوريا ويدمر جسرين", "انهيار جسرين بعد زلزال قوي في فالدوريا"),
        ("青海岬市で強い地震、橋二本が落ちる", "強い地震で橋二本が落ちる 青海岬市"),
        ("瓦尔多市发生强烈地震两座桥梁倒塌", "强烈地震袭击瓦尔多市 两座桥梁倒塌"),
        ("발도리아시에 강한 지진, 다리 두 개 무너져", "강한 지진으로 발도리아시 다리 두 개가 무너져"),
        ("แผ่นดินไหวรุนแรงที่เมืองวาลดอเรีย สะพานถล่ม", "สะพานถล่มหลังแผ่นดินไหวรุนแรงที่เมืองวาลดอเรีย"),
    ],
)
def test_words_are_compared_in_any_script(one, other):
    entries = [make_entry(1, source=ONE, title=one, summary=""), make_entry(2, source=TWO, title=other, summary="")]
    assert (1, 2) in ids(fold([*entries, *quiet()]))


def bare(number, title, hours=0.0, source=None, summary=""):
    return make_entry(number, source=source or make_source(number), title=title, summary=summary, hours=hours)


def test_a_chain_of_likenesses_does_not_tie_strangers():
    ends = bare(1, "Valdoria Earthquake"), bare(3, "Morwen Summit")
    link = bare(2, "Valdoria Earthquake, Morwen Summit")
    others = [*quiet(), *quiet(200), *quiet(300)]
    assert (1, 2) in ids(fold([ends[0], link, *others]))
    assert (2, 3) in ids(fold([ends[1], link, *others]))
    assert not any({1, 3} <= set(story) for story in ids(fold([*ends, link, *others])))


def test_a_question_is_less_like_the_news_than_news_are():
    news, other, asking = (
        "Bridges fall in Valdoria, ministers travel there",
        "Valdoria ministers travel after bridges collapse",
        "Valdoria ministers travel after bridges collapse?",
    )
    told = {
        title: next(
            story.folded[0].tie.score for story in fold([bare(1, news), bare(2, title), *quiet()]) if story.lead.id == 1
        )
        for title in (other, asking)
    }
    assert told[asking] == pytest.approx(0.8 * told[other], abs=0.002)


def test_among_few_entries_more_is_asked():
    pair = [bare(1, "Valdoria: bridges fall at night"), bare(2, "Bridges collapse, Valdoria waits for help")]
    assert ids(fold(pair)) == [(1,), (2,)]
    assert (1, 2) in ids(fold([*pair, *quiet(), *quiet(200), *quiet(300)]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("U.N. to meet in the morning", "UN to meet tomorrow"),
        ("São Tomé en fête", "Sao Tome celebrates"),
        ("Ólafsvík harbour reopens", "Olafsvik port opens"),
    ],
)
def test_initials_and_accents_do_not_part_a_name(one, other):
    stories = fold([bare(1, one), bare(2, other), *quiet(), *quiet(200), *quiet(300)])
    assert (1, 2) in ids(stories)


def test_the_year_is_no_rare_number():
    crowd = [*quiet(), *quiet(200)]
    plans = [bare(1, "our plans for 2026, in short"), bare(2, "2026: our plans in short")]
    assert (1, 2) not in ids(fold([*plans, *crowd]))
    magnitudes = [bare(1, "our plans for 4711, in short"), bare(2, "4711: our plans in short")]
    assert (1, 2) in ids(fold([*magnitudes, *crowd]))


def test_a_name_that_everybody_writes_about_is_no_evidence():
    summit = [bare(400 + n, f"Morwen {word}") for n, word in enumerate(("bakes", "sings", "votes", "dances", "sails"))]
    pair = [bare(1, "Morwen opens a harbour for small boats"), bare(2, "a harbour for small boats opens: Morwen")]
    assert (1, 2) not in ids(fold([*pair, *summit, *quiet()]))
    assert (1, 2) in ids(fold([*pair, *quiet()]))


def test_a_formula_of_very_many_sources_is_no_text():
    names = "".join(chr(ord("a") + n) for n in range(26))
    entries = [bare(n, f"{names[n % 26] * 3} {names[n // 26] * 4}", source=make_source(n)) for n in range(1, 32)]
    under = [replace(entry, data=replace(entry.data, content=f"<p>{TEXT}</p>", summary="Short.")) for entry in entries]
    assert len(fold(under)) == len(under)
    assert len(fold(under[:5])) == 1


# ── told before ──────────────────────────────────────────────────────────────────────────────────
def test_a_late_copy_of_what_an_edition_told_is_found_with_the_edition():
    told = [Told(7, (QUAKES[0],))]
    candidates = [QUAKES[1], *quiet()]
    ((entry_id, (story, folded)),) = already_told(candidates, told).items()
    assert (entry_id, story.number, folded.teller.id, folded.tie.evidence) == (2, 7, 1, "words")


def test_a_source_goes_on_with_its_own_story():
    own = make_entry(3, source=ONE, title=QUAKES[1].data.title, summary=QUAKES[1].data.summary, hours=3)
    assert already_told([own, *quiet()], [Told(7, (QUAKES[0],))]) == {}


def test_a_copy_after_the_window_is_news():
    late = make_entry(3, source=TWO, title=TITLE, hours=73)
    assert already_told([late], [Told(7, (make_entry(1, source=ONE, title=TITLE),))]) == {}


def test_of_two_told_stories_the_closer_one_is_named():
    far = make_entry(1, source=ONE, title="Valdoria earthquake: bridges fall", url="https://moor.example/a")
    near = make_entry(2, source=THREE, title=TITLE, url="https://moor.example/b")
    candidate = make_entry(
        3, source=TWO, title="Valdoria bridges fall in earthquake", url="https://moor.example/b", hours=1
    )
    found = already_told([candidate, *quiet()], [Told(4, (far,)), Told(5, (near,))])
    assert (found[3][0].number, found[3][1].tie) == (5, Tie("link"))


def test_nothing_told_nothing_found():
    assert already_told(quiet(), []) == {}
