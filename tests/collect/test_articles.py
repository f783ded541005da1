"""An article's text is all of it and nothing else, however its page is built."""

from datetime import UTC, datetime

import pytest

from digest.collect import bodies
from digest.collect.pages import read_page

NOW = datetime(2024, 4, 26, 10, 0, tzinfo=UTC)
HERE = "https://blog.example/notes/the-harbour"
SENTENCES = [
    "The harbour had been empty since the winter, and nobody in the town could say when the last ship had left it.",
    "What remained were the ropes, the gulls and a clerk who wrote down each morning that nothing had come in.",
    "He had done so for eleven years, in a hand that grew smaller, as if the paper were to last him until the end.",
    "On Sundays he rested, and it was said that on those days the sea came closer to the houses than it should.",
    "Then, one evening in March, a sail stood on the line where the water ends, and the whole town saw it there.",
    "No bell was rung, for the bell had been sold, but the children ran along the quay and shouted all the same.",
]


def paragraphs(sentences):
    return "".join(f"<p>{sentence}</p>" for sentence in sentences)


def text_of(body, head="<title>The empty harbour</title>"):
    html = f'<!DOCTYPE html><html lang="en"><head>{head}</head><body>{body}</body></html>'
    found = read_page(html.encode(), url=HERE, charset=None, now=NOW, zone=UTC)
    return found.article.text if found.article else None


WHOLE = "\n\n".join(SENTENCES)


@pytest.mark.parametrize(
    "foreign",
    [
        "<p>Follow us on <a href='https://twitter.com/x'>Twitter</a></p>",
        "<p>Sign up for our newsletter and never miss a story.</p>",
        "<h3>Related articles</h3><ul><li><a href='/p/1'>Why bridges sing in the wind</a></li></ul>",
        "<p>Tags: <a href='/tag/sea'>sea</a>, <a href='/tag/port'>port</a></p>",
        "<p><a href='/p/3'>Seven letters from the north, and one from the south</a></p>",
    ],
)
def test_calls_at_the_end_are_not_part_of_it(foreign):
    assert text_of(f"<article><h1>The empty harbour</h1>{paragraphs(SENTENCES)}{foreign}</article>") == WHOLE


def test_a_line_in_its_midst_that_leads_elsewhere_is_not_part_of_it():
    middle = "<p>Read also: <a href='/p/1'>Why bridges sing in the wind</a></p>"
    body = paragraphs(SENTENCES[:3]) + middle + paragraphs(SENTENCES[3:])
    assert text_of(f"<article><h1>The empty harbour</h1>{body}</article>") == WHOLE


def test_an_article_cut_into_pieces_is_put_together():
    ad = "<div class='ad-slot'><span>Advertisement</span></div>"
    pieces = "".join(
        f"<div class='grid'><div class='chunk body'>{paragraphs(SENTENCES[n : n + 2])}</div></div>{ad}"
        for n in (0, 2, 4)
    )
    told = text_of(f"<main><h1>The empty harbour</h1>{pieces}</main>")
    assert all(sentence in told for sentence in SENTENCES)
    assert "Advertisement" not in told


@pytest.mark.parametrize("found", ["", f"<p>{SENTENCES[0]}</p>"])
def test_where_little_was_found_all_holders_of_the_same_kind_are_read(monkeypatch, found):
    monkeypatch.setattr(bodies, "_read", lambda *_, **__: found)
    pieces = "".join(f"<div class='chunk'>{paragraphs([sentence])}</div>" for sentence in SENTENCES)
    other = f"<div class='teaser'><p>{'Something else that is told elsewhere on this page. ' * 3}</p></div>"
    told = text_of(f"<main><h1>The empty harbour</h1>{pieces}{other}</main>")
    assert told == WHOLE


@pytest.mark.parametrize(
    "wrapper",
    [
        "<div class='l-sidebar-fixed'>{}</div>",
        "<form action='/'>{}</form>",
        "<div class='newsletter related'>{}</div>",
        "<noscript>{}</noscript>",
        "<div id='modal'>{}</div>",
    ],
)
def test_what_holds_most_of_the_prose_is_the_article_whatever_it_is_called(wrapper):
    told = text_of(f"<div><h1>The empty harbour</h1></div>{wrapper.format(paragraphs(SENTENCES))}")
    assert told == WHOLE


def test_comments_longer_than_the_article_are_no_part_of_it():
    remarks = "".join(
        f"<li class='comment'><p>Remark {n}: {SENTENCES[n % 6]} Or so I heard it told.</p></li>" for n in range(20)
    )
    told = text_of(
        f"<main><article><h1>The empty harbour</h1>{paragraphs(SENTENCES[:3])}</article></main>"
        f"<section id='comments' class='comments'><ol>{remarks}</ol></section>"
    )
    assert told == "\n\n".join(SENTENCES[:3])


def test_text_parted_by_line_ends_keeps_all_its_words():
    body = f"<div class='entry'>{SENTENCES[0]}<br><br>{SENTENCES[1]} <a href='/x'>A link</a> within.<br>{SENTENCES[2]}</div>"
    told = " ".join(text_of(f"<article><h1>The empty harbour</h1>{body}</article>").split())
    assert told == f"{SENTENCES[0]} {SENTENCES[1]} A link within. {SENTENCES[2]}"


def test_a_short_article_that_says_it_is_one_is_one():
    head = '<title>A sail</title><meta property="og:type" content="article">'
    assert text_of(f"<article><h1>A sail</h1><p>{SENTENCES[0]}</p></article>", head) == SENTENCES[0]
    assert text_of(f"<article><h1>A sail</h1><p>{SENTENCES[0]}</p></article>", "<title>A sail</title>") is None


def test_the_headline_below_the_sites_name_is_the_title():
    body = f"<h1>North Notes</h1><h2>The empty harbour</h2>{paragraphs(SENTENCES)}"
    html = f"<html><head><title>The empty harbour – North Notes</title></head><body>{body}</body></html>"
    found = read_page(html.encode(), url=HERE, charset=None, now=NOW, zone=UTC)
    assert found.article.entry.title == "The empty harbour"
