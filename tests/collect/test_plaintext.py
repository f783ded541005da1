"""A page saved as text: its article, then the records under a heading that names them."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.plaintext import paragraphs, read_plaintext
from digest.model import Precision, Role

NOW = datetime(2024, 4, 26, 10, 0, tzinfo=UTC)
TITLE = "The empty harbour"
PROSE = (
    "The harbour had been empty since the winter, and nobody in the town could say when the last ship had left it.",
    "What remained were the ropes, the gulls and a clerk who wrote down each morning that nothing had come in at all.",
)
OTHERS = ("Why bridges sing in the wind", "Seven letters from the north", "What do bees owe us?")
EXCERPT = "An excerpt that was cut off where the theme had no more room for it…"


def read(*parts, url="https://blog.example/harbour"):
    return read_plaintext("\n\n".join(parts), url=url, now=NOW, zone=UTC)


def records(*parts, heading="Recent Posts"):
    found = read(TITLE, *PROSE, heading, *parts)
    assert found.article.text == "\n\n".join(PROSE)
    return [(entry.title, entry.summary, entry.dating.text) for entry in found.blocks[0].entries]


def test_title_text_and_records_are_told_apart():
    found = read("We use cookies to know you better:", "Home | News | Sport | Weather", TITLE, *PROSE, "Recent Posts",
                 OTHERS[0], EXCERPT, "2 jours ago", OTHERS[1], EXCERPT, "3 semaines ago")  # fmt: skip
    assert (found.article.entry.title, found.article.text) == (TITLE, "\n\n".join(PROSE))
    assert found.article.entry.url == found.article.entry.uid == "https://blog.example/harbour"
    (block,) = found.blocks
    assert (block.role, block.heading) == (Role.RECENT, "Recent Posts")
    assert [entry.title for entry in found.entries] == [TITLE, *OTHERS[:2]]
    assert [entry.dating.precision for entry in block.entries] == [Precision.DAY, Precision.WEEK]


def test_a_record_may_have_any_shape():
    dates = ("2 days ago", "il y a 3 semaines", "12 March 2024")
    threes = [part for title, when in zip(OTHERS, dates, strict=True) for part in (title, EXCERPT, when)]
    assert records(*threes) == [(title, EXCERPT, when) for title, when in zip(OTHERS, dates, strict=True)]
    pairs = [part for title, when in zip(OTHERS, dates, strict=True) for part in (title, when)]
    assert records(*pairs) == [(title, "", when) for title, when in zip(OTHERS, dates, strict=True)]
    turned = [part for title, when in zip(OTHERS, dates, strict=True) for part in (when, title)]
    assert records(*turned) == [(title, "", when) for title, when in zip(OTHERS, dates, strict=True)]
    first = [part for title, when in zip(OTHERS, dates, strict=True) for part in (when, title, EXCERPT)]
    assert records(*first) == [(title, EXCERPT, when) for title, when in zip(OTHERS, dates, strict=True)]
    undated = [part for title in OTHERS for part in (title, EXCERPT)]
    assert records(*undated) == [(title, EXCERPT, None) for title in OTHERS]
    assert records(*OTHERS) == [(title, "", None) for title in OTHERS]


def test_bullets_and_read_more_are_not_part_of_a_record():
    assert records(f"- {OTHERS[0]}", "Read more", f"2. {OTHERS[1]}", "Lire la suite") == [
        (OTHERS[0], "", None),
        (OTHERS[1], "", None),
    ]


def test_the_foot_of_the_page_is_no_record():
    parts = (OTHERS[0], "2 days ago", OTHERS[1], "3 days ago")
    assert records(*parts, "About this site", "© 2024 North Notes") == [
        (OTHERS[0], "", "2 days ago"),
        (OTHERS[1], "", "3 days ago"),
    ]


@pytest.mark.parametrize(
    "heading", ["Derniers articles", "Neueste Beiträge:", "## Latest news", "最近の投稿", "Entradas recientes"]
)
def test_the_heading_is_understood_in_many_languages(heading):
    assert len(records(OTHERS[0], "2 days ago", OTHERS[1], "3 days ago", heading=heading)) == 2


def test_several_lists_each_have_their_role():
    found = read(TITLE, *PROSE, "Related posts", OTHERS[0], "Most read", OTHERS[1], "Recent posts", OTHERS[2])
    assert [(block.role, len(block.entries)) for block in found.blocks] == [
        (Role.RELATED, 1), (Role.POPULAR, 1), (Role.RECENT, 1),
    ]  # fmt: skip
    assert [entry.title for entry in found.entries] == [TITLE, OTHERS[2]]


def test_a_title_that_says_latest_is_a_title():
    found = read("The latest on the harbour, and why it matters", *PROSE)
    assert found.article.entry.title == "The latest on the harbour, and why it matters"
    assert found.blocks == ()


def test_a_byline_is_the_articles_date_and_not_its_text():
    found = read(TITLE, "By Ana, 3 March 2024", *PROSE)
    assert found.article.entry.dating.at == datetime(2024, 3, 3, tzinfo=UTC)
    assert found.article.text == "\n\n".join(PROSE)


def test_the_date_of_a_record_is_never_the_articles():
    assert read(TITLE, *PROSE, "Recent Posts", OTHERS[0], "2 days ago").article.entry.dating.at is None


def test_a_record_without_a_url_is_known_by_its_title_however_it_is_written():
    one = read(TITLE, *PROSE, "Recent Posts", "Déjà vu, again", "2 days ago").blocks[0].entries[0]
    other = read(TITLE, *PROSE, "Recent Posts", "DEJA  VU again!", "9 days ago").blocks[0].entries[0]
    assert one.url is None
    assert one.uid == other.uid != read(TITLE, *PROSE, "Recent Posts", OTHERS[0]).blocks[0].entries[0].uid


def test_a_record_with_a_url_is_known_by_it():
    entry = (
        read(TITLE, *PROSE, "Recent Posts", OTHERS[0], "https://blog.example/bridges", "2 days ago")
        .blocks[0]
        .entries[0]
    )
    assert (entry.title, entry.url, entry.uid) == (OTHERS[0], *["https://blog.example/bridges"] * 2)


def test_an_article_without_a_url_is_collected_and_the_note_says_what_is_missing():
    found = read(TITLE, *PROSE, url=None)
    assert found.entries[0].uid.startswith("title:")
    assert any("--base-url" in note for note in found.notes)


def test_text_becomes_html_that_says_the_same():
    found = read(TITLE, PROSE[0] + " <script>1 & 2</script>")
    assert "&lt;script&gt;1 &amp; 2&lt;/script&gt;" in found.article.entry.content


def test_nothing_to_collect_is_said():
    found = read("Hello")
    assert (found.entries, found.article) == ((), None)
    assert found.notes == ("Nothing in this text looks like an article or a list of recent posts.",)


def test_paragraphs_part_at_empty_lines_or_else_at_line_ends():
    assert paragraphs("a\r\nb\r\n \r\nc") == ["a b", "c"]
    assert paragraphs("a\nb\n") == ["a", "b"]


@given(
    st.lists(
        st.sampled_from(
            [TITLE, *PROSE, *OTHERS, EXCERPT, "Recent Posts", "2 days ago", "Read more", "x", "©", "http://x"]
        ),
        max_size=12,
    )
)
def test_no_order_of_paragraphs_breaks_the_reader(parts):
    found = read(*parts)
    assert len({entry.uid for entry in found.entries}) == len(found.entries)
    assert all(entry.title for entry in found.entries)


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text):
    assert read(text).notes


def test_the_seed_text_is_read_as_it_is(corpus):
    gold = json.loads((corpus / "seed" / "gold.json").read_text("utf-8"))
    text = (corpus / "seed" / "article.txt").read_text("utf-8")
    found = read_plaintext(text, url=gold["url"], now=datetime.fromisoformat(gold["fetched_at"]), zone=UTC)
    assert found.article.entry.title == gold["title"]
    assert found.article.text.startswith(gold["body_starts"].strip())
    assert not any(foreign in found.article.text for foreign in gold["not_in_body"])
    (block,) = found.blocks
    assert [(entry.title, entry.summary, entry.dating.text) for entry in block.entries] == [
        (recent["title"], recent["summary"], recent["published_text"]) for recent in gold["recent"]
    ]
    assert [entry.dating.at.date().isoformat() for entry in block.entries] == gold["published"]
    assert [entry.dating.precision for entry in block.entries] == gold["published_precision"]
