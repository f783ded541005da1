import re

import pytest

from digest.render.email import edition_mail
from digest.render.wrapping import WIDTH, columns
from render.newsroom import CAHIER, ENGLISH, FRENCH, HOSTILE, big_edition, edition


def test_the_text_of_the_english_and_of_the_french_issue_are_these_bytes(golden, templates):
    golden("ledger.txt", edition_mail(edition(), templates).text.encode())
    golden("cahier.txt", edition_mail(edition(FRENCH, CAHIER, 7), templates).text.encode())


@pytest.mark.parametrize("issue", [edition(), edition(HOSTILE), edition(FRENCH, CAHIER), big_edition(), edition(())])
def test_only_links_and_endless_words_are_wider_than_a_line(issue, templates):
    for one in edition_mail(issue, templates).text.split("\n"):
        assert columns(one) <= WIDTH or " " not in one.strip(), one
        assert one == one.rstrip() or one == "-- "


def test_every_link_stands_on_its_own_line(templates):
    for one in edition_mail(edition(), templates).text.split("\n"):
        assert "https://" not in one or re.fullmatch(r" *https://\S+", one)


def test_stories_are_numbered_and_headings_stand_above_them(templates):
    text = edition_mail(edition(), templates).text
    assert re.findall(r"(?m)^(\d+)\. ", text) == [str(number) for number in range(1, len(ENGLISH) + 1)]
    assert re.findall(r"(?m)^\* (.+) \*$", text) == ["Coast", "Culture", "Town"]
