import re
from dataclasses import replace

import pytest
from lxml import html as parser

from digest.render.email import edition_mail
from render.browser import LOW_CONTRAST
from render.newsroom import CAHIER, ENGLISH, FRENCH, HOSTILE, LEDGER, big_edition, edition, story

STYLES = """
const style = (query, name) => page.getComputedStyle(page.document.querySelector(query))[name];
return {
  sheet: style(".sheet", "backgroundColor"), title: style("h2 a", "color"), button: style("td.button", "backgroundColor"),
  gutter: style("td.lead", "paddingLeft"), h1: style("h1", "fontSize"), lead: style("h2", "fontSize"),
  overflow: page.document.documentElement.scrollWidth - page.innerWidth,
  preheader: style(".hidden", "display"),
};
"""


def body(issue, templates):
    return parser.document_fromstring(edition_mail(issue, templates).html)


def test_the_html_of_the_english_and_of_the_french_issue_are_these_bytes(golden, templates):
    golden("ledger.html", edition_mail(edition(), templates).html.encode())
    golden("cahier.html", edition_mail(edition(FRENCH, CAHIER, 7), templates).html.encode())


def test_the_subject_begins_with_the_headline_and_is_one_line(templates):
    subject = edition_mail(edition(), templates).subject
    assert subject == "The lighthouse at Gull Point is lit again after eleven dark winters · The Saltmarsh Ledger"
    hostile = edition_mail(edition([story(1, "a\r\nBcc: x@y.example\n" + "long " * 40, "")]), templates).subject
    assert "\n" not in hostile
    assert "\r" not in hostile
    assert len(hostile) < 120


def test_an_edition_without_stories_is_still_a_message(templates):
    mail = edition_mail(edition(()), templates)
    assert mail.subject == "The Saltmarsh Ledger, Monday, November 2, 2026"
    assert "4 Quay Street" in mail.html


def test_thirty_stories_fit_the_budget_that_no_client_clips(templates):
    html = edition_mail(big_edition(30), templates).html
    assert len(html.encode()) <= 80_000
    assert sum(len(style.encode()) for style in re.findall(r"(?s)<style.*?</style>", html)) <= 12_000


@pytest.mark.parametrize("issue", [edition(), edition(HOSTILE), edition(FRENCH, CAHIER)])
def test_nothing_in_it_runs_asks_or_fetches(issue, templates):
    tree = body(issue, templates)
    for forbidden in ("script", "form", "iframe", "img", "object", "embed", "link", "video", "base"):
        assert not tree.findall(f".//{forbidden}"), forbidden
    assert not tree.xpath("//@*[starts-with(name(), 'on')]")
    assert all(re.match(r"https?://", href) for href in tree.xpath("//@href"))
    assert not tree.xpath("//meta[@http-equiv='refresh']")


def test_it_is_accessible(templates):
    tree = body(edition(), templates)
    assert (tree.get("lang"), tree.get("dir")) == ("en", "ltr")
    (wrapper,) = tree.xpath("//*[@role='article']")
    assert (wrapper.get("lang"), wrapper.get("dir"), wrapper.get("aria-label")) == ("en", "ltr", LEDGER.title)
    assert all(table.get("role") == "presentation" for table in tree.iter("table"))
    assert len(tree.findall(".//h1")) == 1
    assert [node.tag for node in tree.iter("h1", "h2", "h3")][:4] == ["h1", "h2", "h2", "h3"]
    assert tree.findtext(".//title")
    links = [link.text_content().strip() for link in tree.iter("a")]
    assert all(links)


def test_the_preheader_says_the_headline_and_how_much_more(templates):
    (hidden,) = body(edition(), templates).xpath("//div[@class='hidden']")
    assert hidden.text_content().startswith(
        "The lighthouse at Gull Point is lit again after eleven dark winters and 11 more"
    )
    (alone,) = body(edition(ENGLISH[:1]), templates).xpath("//div[@class='hidden']")
    assert "more" not in alone.text_content()


def test_a_foreign_story_says_its_language_and_turns_its_way(templates):
    cells = {cell.findtext(".//h3/a"): cell for cell in body(edition(), templates).xpath("//td[.//h3 and not(.//td)]")}
    turned = [(cells[one.title].get("lang"), cells[one.title].get("dir")) for one in ENGLISH[3:6]]
    assert turned == [("fr", "ltr"), (None, None), ("ar", "rtl")]


def test_a_right_to_left_publication_is_set_right_to_left(templates):
    tree = body(edition(publication=replace(LEDGER, language="he")), templates)
    assert tree.get("dir") == "rtl"


def test_hostile_words_are_only_words(templates):
    tree = body(edition(HOSTILE), templates)
    assert tree.findtext(".//h2/a") == "Why ]]> <script>alert(1)</script> &amp; friends never win"
    assert "<i>Topic</i>" in tree.text_content()


def test_topics_that_are_not_in_one_piece_make_no_headings(templates):
    mixed = [replace(one, topic=topic) for one, topic in zip(ENGLISH[:4], "abab", strict=True)]
    headings = [one.text_content().strip() for one in body(edition(mixed), templates).iter("h2")]
    assert headings == [ENGLISH[0].title, "More stories"]


def test_one_topic_over_all_stories_makes_no_heading_of_its_own(templates):
    tree = body(edition([replace(one, topic="Town") for one in ENGLISH[:4]]), templates)
    assert [one.text_content().strip() for one in tree.iter("h2")] == [ENGLISH[0].title, "More stories"]
    assert "Town" not in tree.text_content()


def test_dark_colours_survive_inlining(look, templates):
    html = edition_mail(edition(), templates).html
    light, dark = look(html, STYLES), look(html, STYLES, dark=True)
    assert (light["sheet"], light["title"], light["button"]) == (
        "rgb(255, 253, 248)",
        "rgb(29, 27, 24)",
        "rgb(156, 58, 27)",
    )
    assert (dark["sheet"], dark["title"], dark["button"]) == (
        "rgb(27, 26, 24)",
        "rgb(236, 231, 222)",
        "rgb(242, 163, 126)",
    )
    assert light["preheader"] == dark["preheader"] == "none"


def test_a_phone_gets_narrow_gutters_and_smaller_headlines(look, templates):
    html = edition_mail(edition([*ENGLISH, *HOSTILE]), templates).html
    desk, phone = look(html, STYLES), look(html, STYLES, width=375)
    assert (desk["gutter"], desk["h1"], desk["lead"]) == ("36px", "40px", "31px")
    assert (phone["gutter"], phone["h1"], phone["lead"]) == ("20px", "33px", "27px")
    assert phone["overflow"] <= 0


@pytest.mark.parametrize("dark", [False, True])
def test_every_word_can_be_read(look, templates, dark):
    seen, low = look(edition_mail(edition(), templates).html, LOW_CONTRAST, dark=dark)
    assert seen > 40
    assert low == []
