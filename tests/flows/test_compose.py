"""An edition per occurrence; nothing lost, nothing repeated, and a reason for each choice."""

import contextlib

from digest.model import EditionState
from digest.reasons import word


def test_nothing_is_due_before_the_first_occurrence(world):
    world.source("alpha").publishes("One")
    world.publication("daily", "every day at 07:00")
    world.at("2026-03-02T06:30+01:00").runs()
    assert world.editions("daily") == []
    world.at("2026-03-02T07:00+01:00").runs()
    assert world.titles("daily/1") == ["One"]


def test_a_publication_that_begins_after_its_hour_waits_for_the_next_one(world):
    world.source("alpha").publishes("One")
    world.publication("daily", "every day at 07:00")
    world.at("2026-03-02T15:00+01:00").runs()
    assert world.editions("daily") == []


def test_each_entry_stands_in_one_edition_even_when_it_is_late_or_dated_back(world):
    world.source("alpha").publishes("One")
    world.publication("daily")
    world.at("2026-03-01T12:00+01:00").runs()
    world.at("2026-03-02T07:00+01:00").runs()
    world.source("alpha").publishes("Back-dated", at=world.at("2025-01-01T00:00+00:00").now)
    world.at("2026-03-03T07:00+01:00").runs()
    world.at("2026-03-04T07:00+01:00").runs()
    assert world.titles("daily/1") == ["One"]
    assert world.titles("daily/2") == ["Back-dated"]
    assert next((e.number, e.state) for e in world.editions("daily")) == (None, EditionState.SKIPPED)


def test_too_few_stories_wait_for_the_next_occurrence(world):
    world.publication("daily", min_items=2)
    world.source("alpha").publishes("One")
    world.at("2026-03-01T12:00+01:00").runs()
    world.at("2026-03-02T07:00+01:00").runs()
    (skipped,) = world.editions("daily")
    assert word(skipped.reason).startswith("only 1 of the 2 stories")
    world.source("alpha").publishes("Two")
    world.at("2026-03-03T07:00+01:00").runs()
    assert sorted(world.titles("daily/1")) == ["One", "Two"]


def test_what_a_new_source_already_had_does_not_flood_an_old_publication(world):
    world.publication("daily")
    world.source("alpha").publishes("One")
    world.at("2026-03-01T12:00+01:00").runs()
    world.at("2026-03-02T07:00+01:00").runs()
    beta = world.source("beta")
    beta.publishes("Ancient", at=world.at("2026-01-01T00:00+00:00").now)
    beta.publishes("Fresh", at=world.at("2026-03-02T20:00+01:00").now)
    world.at("2026-03-03T07:00+01:00").runs()
    assert world.titles("daily/2") == ["Fresh"]


def test_now_makes_an_edition_and_a_second_now_none(world):
    world.publication("daily")
    world.source("alpha").publishes("One")
    world.runs(now=True)
    world.later(minutes=1).runs(now=True)
    assert [e.number for e in world.editions("daily")] == [1]


def test_missed_occurrences_are_caught_up_by_the_latest(world):
    world.publication("daily")
    world.source("alpha").publishes("One")
    world.at("2026-03-01T12:00+01:00").runs()
    world.at("2026-03-05T12:00+01:00").runs()
    (edition,) = world.editions("daily")
    assert edition.due_at.isoformat() == "2026-03-05T06:00:00+00:00"


def test_a_changed_schedule_counts_from_the_change(world):
    world.publication("daily", "every day at 07:00")
    world.source("alpha").publishes("One")
    world.at("2026-03-01T12:00+01:00").runs()
    world.at("2026-03-02T07:00+01:00").runs()
    world._publications.clear()
    world.publication("daily", "every day at 09:00")
    world.source("alpha").publishes("Two")
    world.at("2026-03-02T10:00+01:00").runs()
    assert [e.number for e in world.editions("daily")] == [1]
    world.at("2026-03-03T09:00+01:00").runs()
    assert world.titles("daily/2") == ["Two"]


def test_every_choice_can_be_explained(world):
    from digest.flows.explain import explain

    world.publication("daily", exclude=["boring"], max_items=2)
    world.source("alpha").publishes("One", "Two", "Three", "A boring one")
    world.runs(now=True)
    with world.context() as context:
        told = {title: " ".join(fact for _, fact in explain(context, title)[0].facts) for title in ("One", "boring")}
        (edition,) = explain(context, "daily/1")
    assert "in daily/1" in told["One"] or "left out of daily/1" in told["One"]
    assert "matches the excluded pattern boring" in told["boring"]
    assert any("all 2 places" in fact for _, fact in edition.facts)


def test_a_killed_composition_leaves_nothing_behind(world):
    class Killed(BaseException):
        pass

    def kill(point):
        if point == "compose.freezing":
            raise Killed

    world.publication("daily")
    world.source("alpha").publishes("One")
    with contextlib.suppress(Killed):
        world.runs(now=True, reached=kill)
    assert world.editions("daily") == []
    world.later(minutes=1).runs(now=True)
    assert world.titles("daily/1") == ["One"]


def test_a_cycle_with_the_clock_in_the_future_silences_nothing(world):
    world.publication("daily")
    world.source("alpha").publishes("One")
    world.at("2026-03-01T12:00+01:00").runs()
    world.at("2027-03-01T12:00+01:00").runs()
    world.source("alpha").publishes("Two")
    world.at("2026-03-02T07:00+01:00").runs()
    assert "Two" in world.entries("alpha")
    assert [edition.due_at.year for edition in world.editions("daily") if edition.number][-1] == 2026


def test_a_renamed_source_keeps_its_entries_and_repeats_nothing(world):
    world.publication("daily")
    world.source("alpha").publishes("One")
    world.runs(now=True)
    world.source("alpha").publishes("Two")
    world.later(hours=2).runs()
    alpha = world._sources.pop("alpha")
    world._sources["renamed"], world._source_settings["renamed"] = alpha, world._source_settings["alpha"]
    alpha.items.clear()
    alpha.is_well_again().publishes("Three")
    world.later(hours=2).runs(now=True)
    assert sorted(world.titles("daily/2")) == ["Three", "Two"]


def test_two_sources_with_one_address_both_keep_their_entries(world):
    world.source("alpha").publishes("One")
    configuration = world.configuration()
    configuration.write_text(
        configuration.read_text() + f'\n[[source]]\nname = "again"\nurl = "{world.source("alpha").url}"\n'
    )
    world.configuration = lambda: configuration
    cycle = world.runs()
    assert [item.failed for item in cycle.collected] == [None, None]


def test_a_story_that_was_told_is_not_told_again_when_another_source_comes_late(world):
    from digest.flows.explain import explain

    world.publication("daily")
    world.source("alpha").publishes("The old lighthouse of Brevik burns down")
    world.source("beta").publishes("Nothing much happened in the harbour")
    world.runs(now=True)
    world.source("beta").publishes(
        "The old lighthouse of Brevik burns down", "Ferry timetable changes in Brevik on Monday"
    )
    world.later(hours=3).runs(now=True)
    assert world.titles("daily/2") == ["Ferry timetable changes in Brevik on Monday"]
    with world.context() as context:
        told = [fact for item in explain(context, "lighthouse of Brevik") for _, fact in item.facts]
    assert any("left out of daily/2" in fact and "1" in fact for fact in told)
