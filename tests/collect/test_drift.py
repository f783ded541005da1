"""A learnt list is kept while it looks like itself; rubbish is never collected."""

from datetime import UTC, datetime

from digest.collect.drift import choose, learn
from digest.model import UNDATED, Block, Dating, EntryData, Precision, Role

DAY = Dating(datetime(2024, 4, 1, tzinfo=UTC), Precision.DAY, "text", "1 April 2024")


def block(role=Role.MAIN, count=10, dated=True, selector="main > ul", heading="", confidence=0.8, start=0, path="p"):
    entries = tuple(
        EntryData(
            uid=str(n), title=f"Title {n}", url=f"https://blog.example/{path}/{n}", dating=DAY if dated else UNDATED
        )
        for n in range(start, start + count)
    )
    return Block(role, heading, selector, confidence, entries)


def urls(one):
    return {entry.url for entry in one.entries}


def test_the_first_look_learns_the_main_list():
    main = block()
    chosen, learnt, reason = choose([block(Role.POPULAR, confidence=0.9), main], None)
    assert (chosen, reason) == (main, None)
    assert (learnt.selector, learnt.role, learnt.count, learnt.dated) == ("main > ul", Role.MAIN, 10, 1)


def test_a_page_without_a_list_teaches_nothing():
    assert choose([], None) == (None, None, None)
    assert choose([block(confidence=0.3)], None) == (None, None, None)


def test_a_list_that_looks_like_itself_is_kept_although_another_is_surer():
    before, now = block(), block(start=2)
    surer = block(Role.MAIN, selector="aside > ul", confidence=0.99, path="q")
    chosen, learnt, reason = choose([surer, now], learn(before), known=urls(before))
    assert (chosen, reason) == (now, None)
    assert learnt.selector == "main > ul"


def test_a_list_that_moved_is_found_by_its_heading():
    before = block(Role.RECENT, heading="Derniers articles")
    now = block(Role.RECENT, heading="Derniers articles", selector="div > ol", start=1)
    chosen, learnt, reason = choose([now], learn(before), known=urls(before))
    assert (chosen, learnt.selector, reason) == (now, "div > ol", None)


def test_when_it_is_gone_it_is_learnt_anew_and_told():
    before, now = block(), block(selector="div.grid", start=3)
    chosen, learnt, reason = choose([now], learn(before), known=urls(before))
    assert (chosen, learnt) == (now, learn(now))
    assert (reason.code, reason.args["doubt"], reason.args["now"]) == ("list.learnt_anew", "gone", "div.grid")


def test_a_collapse_of_its_length_its_dates_or_its_links_is_a_doubt():
    before, other = block(), block(selector="div.grid", start=3)
    for fallen, doubt in (
        (block(count=2), "count"),
        (block(dated=False), "dates"),
        (block(path="shop", dated=True), "links"),
    ):
        chosen, _, reason = choose([fallen, other], learn(before), known=urls(before))
        assert (chosen, reason.code, reason.args["doubt"]) == (other, "list.learnt_anew", doubt)


def test_where_no_list_can_take_its_place_nothing_is_collected_and_what_was_learnt_stays():
    before = block()
    for left in ([], [block(count=2)], [block(dated=False)], [block(Role.OTHER, selector="x", confidence=0.2)]):
        chosen, learnt, reason = choose(left, learn(before), known=urls(before))
        assert (chosen, learnt, reason.code) == (None, learn(before), "list.lost")


def test_a_busy_site_may_replace_all_its_links_between_two_looks():
    before, now = block(), block(start=100)
    chosen, _, reason = choose([now], learn(before), known=urls(before))
    assert (chosen, reason) == (now, None)


def test_a_list_that_shrinks_slowly_is_followed():
    learnt = learn(block())
    for count in (8, 6, 5, 4, 3):
        chosen, learnt, reason = choose([block(count=count)], learnt, known=urls(block()))
        assert (chosen is not None, reason) == (True, None)
    assert learnt.count < 8
