import pytest

from digest.render.view import issue
from render.newsroom import ENGLISH, big_edition, edition, story


def forms(view):
    return "".join(one.form[0] for one in (view.lead, *(told for section in view.sections for told in section.stories)))


@pytest.mark.parametrize(("count", "expected"), [(1, "l"), (3, "lff"), (5, "lffff"), (8, "lffffbbb")])
def test_the_first_leads_four_are_told_and_the_others_named(count, expected):
    assert forms(issue(edition([story(number, f"t{number}", "s") for number in range(1, count + 1)]))) == expected


def test_the_first_under_each_heading_is_told():
    assert forms(issue(edition())) == "lffffbbfbbbb"


def test_minutes_count_what_is_told_and_wide_letters_too():
    assert issue(edition(ENGLISH[:1])).minutes == 1
    assert issue(big_edition(60)).minutes == 4
    assert issue(edition([story(1, "字" * 1_500, "")])).minutes == 3


def test_an_author_who_is_the_source_is_not_named_twice_and_no_more_than_three_are():
    many = story(1, "t", "", authors=("Tidewatch", "A", "B", "C", "D"))
    assert issue(edition([many])).lead.facts[:2] == ("Tidewatch", "A and B")
