from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from digest.model import Reason, Story
from digest.render.stories import fit, fit_all, left_out, placed, subjects
from render.newsroom import ENGLISH, HOSTILE, edition, story

anything = st.text(st.characters())


def test_a_sound_story_is_not_touched():
    assert [fit(told) for told in ENGLISH if told.url and told.updated >= told.published] == [
        told for told in ENGLISH if told.url
    ]


@given(anything, anything, anything, anything)
def test_mending_twice_changes_nothing(title, summary, content, url):
    made = fit(replace(ENGLISH[0], title=title, summary=summary, content=content, url=url, topic=title))
    assert isinstance(made, Reason) or fit(made) == made


def test_what_has_no_words_or_no_identity_is_left_out_with_its_reason_and_the_rest_stays():
    issue = edition(HOSTILE)
    assert [place.position for place in placed(issue)] == [1, 2, 5, 6]
    assert [(reason.code, reason.args["entry"]) for reason in left_out(issue)] == [
        ("story.no_words", 3),
        ("story.no_identity", 4),
    ]


def test_a_story_without_a_page_links_to_its_place_in_our_edition():
    places = placed(edition())
    assert [place.story.url for place in places if place.own] == ["https://press.example/feeds/ledger/editions/42/#s8"]


def test_an_untitled_story_is_called_by_its_first_words_or_by_its_source():
    assert fit_all([story(1, " ", "A short one."), story(2, "", "", content="<p>x</p>")])[0].title == "A short one."
    assert fit_all([story(2, "", "", content="<p>x</p>")])[0].title == "Tidewatch"


def test_dates_are_whole_seconds_in_utc_and_no_story_was_updated_before_it_was_published():
    published = datetime(2026, 5, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    made = fit(story(1, "Title", "", published=published, updated=published - timedelta(days=9)))
    assert isinstance(made, Story)
    assert (made.published, made.updated) == (datetime(2026, 5, 1, 10, tzinfo=UTC),) * 2


def test_a_folder_on_our_disk_is_never_told():
    made = fit(HOSTILE[5])
    assert isinstance(made, Story)
    assert made.source.url == ""
    assert made.source.title == "gazette"


def test_a_story_is_filed_once_under_each_subject():
    assert subjects(story(1, "t", "", topic="R&D", categories=("r&d", "Sea", "", "sea"))) == ("R&D", "Sea")
