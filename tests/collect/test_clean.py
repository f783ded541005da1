import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.collect.clean import (
    MAX_CONTENT,
    MAX_SUMMARY,
    MAX_TITLE,
    clean,
    fragment,
    language_tag,
    legal,
    plain,
    shortened,
    web_url,
)
from digest.model import Enclosure, EntryData

BASE = "https://s.example/posts/1"
FORBIDDEN = {
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "form",
    "input",
    "button",
    "svg",
    "math",
    "meta",
    "link",
    "base",
    "template",
    "noscript",
    "video",
    "source",
}
VECTORS = [
    "<script>alert(1)</script>", "<ScRiPt src=//evil.example/x.js></sCrIpT >", "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>", "<img src='https://a/b.png' onload=alert(1)>", "<a href=javascript:alert(1)>x</a>",
    "<a href='jav\tascript:alert(1)'>x</a>", "<a href=' \x01javascript:alert(1)'>x</a>", "<a href='&#106;avascript&colon;alert(1)'>x</a>",
    "<a href='java\ufffescript:alert(1)'>x</a>", "<a href=vbscript:x>x</a>", "<a href=data:text/html,<script>x</script>>x</a>",
    "<img src=data:image/svg+xml;base64,PHN2Zz4=>", "<svg onload=alert(1)>", "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>", "<iframe srcdoc='<script>x</script>'></iframe>",
    "<form action=//evil><input name=q><button formaction=javascript:x>go</button></form>", "<style>@import '//evil'</style>",
    "<p style='background:url(//evil)'>x</p>", "<base href=//evil/>", "<meta http-equiv=refresh content='0;url=//evil'>",
    "<link rel=stylesheet href=//evil>", "<object data=//evil></object><embed src=//evil>", "<template><script>x</script></template>",
    "<img src='https://a.example/b.png' srcset='https://evil.example/x 2x'>", "<!--><script>alert(1)</script-->",
    "<![CDATA[<script>alert(1)</script>]]>", "<a href='https://a.example/' target=_blank onclick=x>x</a>", "<b id=x class=y>z</b>",
    "<img alt='><script>alert(1)</script>' src=https://a.example/b.png width=1>", "<img alt='<img src=x onerror=1>' width=1 src=x>",
    "<details ontoggle=alert(1) open>", "<a href='//evil.example/'>x</a>", "<xmp><script>x</script></xmp>", "<plaintext><script>",
    "<title><img src=x onerror=alert(1)></title>", "<textarea></textarea><script>x</script>", "<video><source onerror=x></video>",
]  # fmt: skip


class Seen(HTMLParser):
    """What a reader's program would meet in a text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags, self.attributes = set(), []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs


def assert_harmless(text: str) -> None:
    seen = Seen(text)
    assert not seen.tags & FORBIDDEN
    for name, value in seen.attributes:
        assert not name.startswith("on")
        assert name not in ("style", "srcset", "id", "class", "target", "action", "formaction", "srcdoc")
        if name in ("href", "src", "cite"):
            assert re.match(r"(https?://|mailto:)", value), value
    assert text == legal(text)


def depth_of(text: str) -> int:
    depth = deepest = 0
    for end, name in re.findall("<(/?)([a-z0-9]+)", text):
        depth += 0 if name in ("br", "hr", "img", "wbr", "col") else -1 if end else 1
        deepest = max(deepest, depth)
    return deepest


markup = st.lists(
    st.sampled_from(VECTORS) | st.text(max_size=12) | st.sampled_from(["<p>", "</p>", "<b>", "</b>", "<a href=x>", "<table>", "<td>", "<li>", "&#8;", "&#x1f;", "&lt;", "&amp;lt;", "<", ">", '"', "'", "\x00", "\ud800", "<pre>\n", "<PRE><?>\n"]),
    max_size=8,
).map("".join)  # fmt: skip


@pytest.mark.parametrize("vector", VECTORS)
@pytest.mark.parametrize("base", [None, BASE])
def test_no_known_attack_passes(vector, base):
    assert_harmless(fragment(vector, base))


@pytest.mark.parametrize("vector", VECTORS)
def test_no_known_attack_passes_among_many_tags(vector):
    assert_harmless(fragment("<p>x</p>" * 400 + vector, BASE))


@settings(max_examples=300)
@given(markup, st.sampled_from([None, BASE, "https://1.2.3.4.5/", "not a url", "http://["]))
def test_whatever_comes_in_what_goes_out_is_harmless(text, base):
    assert_harmless(fragment(text, base))


@settings(max_examples=300)
@given(markup)
def test_cleaning_a_fragment_twice_changes_nothing(text):
    once = fragment(text, BASE)
    assert fragment(once, BASE) == once


@pytest.mark.parametrize("text", ["<a><table><a>", "<A><TABLE><a href=x>y</a>", "<table><a>x<td><a>y</table><a>z"])
def test_what_a_table_puts_out_is_read_again_as_it_is_written(text):
    once = fragment(text, BASE)
    assert fragment(once, BASE) == once


def test_what_a_reader_wants_is_kept():
    text = (
        '<h2>A</h2><p>b <em>c</em> <a href="https://a.example/">d</a></p><ul><li>e</li></ul><pre><code>f</code></pre>'
    )
    assert fragment(text, None).replace(' rel="noopener noreferrer"', "") == text


def test_relative_addresses_are_resolved_or_dropped():
    text = '<a href="../x">a</a><img src="i.png" alt="">'
    assert 'href="https://s.example/x"' in fragment(text, BASE)
    assert 'src="https://s.example/posts/i.png"' in fragment(text, BASE)
    assert "x" not in fragment(text, None).replace("noopener noreferrer", "")
    assert "<img" not in fragment(text, None)


@pytest.mark.parametrize(
    "pixel",
    ['<img src="https://a.example/x" width="1" height="1">', '<img height=0 src="https://a.example/x">', '<img width="1px" src="https://a.example/x">',
     '<img src="https://pixel.example/x.gif">', '<img src="https://feeds.feedburner.com/~r/x/~4/y">', '<img src="http://stats.example/b.gif">',
     '<img src="http://feeds.wordpress.com/1.0/comments/x">', '<img src="https://ad.doubleclick.net/x">', "<img>", '<img src="cid:1">'],
)  # fmt: skip
def test_a_tracking_pixel_is_dropped(pixel):
    assert fragment(f"<p>a{pixel}b</p>", None) == "<p>ab</p>"


def test_a_picture_is_no_pixel():
    assert fragment('<img src="https://a.example/p.png" width="100" alt="width=&quot;1&quot;">', None)


def test_control_characters_do_not_come_in_as_entities():
    assert fragment("a&#8;b&#x1f;c&#127;d&#x9f;e", None).isprintable()


@pytest.mark.parametrize(
    "bomb",
    ["<div>" * 80_000, "<x>" * 130_000, "".join(f"<b title={i}><p>" for i in range(25_000)), "<table><td>" * 30_000,
     "".join(f"<a href=https://a.example/{i}><div>" for i in range(12_000)), "<svg><g>" * 50_000, "<" * 400_000, "<a" * 200_000,
     "".join(f"<font size={i}><b title={i}></p><p>" for i in range(9_000))],
)  # fmt: skip
def test_neither_depth_nor_repetition_blows_up(bomb):
    assert len(fragment(bomb, BASE)) < 5 * MAX_CONTENT
    assert len(plain(bomb)) <= 20_000


@pytest.mark.parametrize("depth", [150, 300, 1_500, 50_000])
def test_what_comes_out_is_never_so_deep_that_another_parser_gives_up(depth):
    assert fragment("<div>" * depth + "x", None).count("<div>") <= 200


# Each of these may look well nested to one that reads tags, and be an open element to a parser.
DISGUISED = [
    "<span><div></span></div>", '<div title="></div>">', """<div x" a="></div>">""", "<div><!--</div>-->", "<div><!--></div>-->",
    """<div ="a=" ></div><i ="a=" ></i>""", '<div\xa0="a=" ></div>', "<div><style></div></style>", "<div><title></div></title>",
    "<div><?</div>", "<div><![CDATA[</div>]]>", "<p><li></p>", "<div><x></div></x>", "<div></x><x>", "<svg><link></link></svg><div>",
    "<svg><g><link><p></svg>", "<table><td></td><div></table>", "<a href=x><div><a href=y></a></div></a>", "<div a='></div>'>", "<div/></div/>",
    "<DIV><SPAN><DIV></SPAN></DIV></DIV>", "<select><div></select></div>", "<div a=b'></div><i c='>", "<ul><li><ul><li></ul>", "<nobr><p><nobr></nobr></nobr>",
    """<div ="a=" ></div><br title="">""", """<div a="b"="c=" ></div><br title="">""", "<div><br a='></div>'>", "<div a=<></div>",
]  # fmt: skip


@pytest.mark.parametrize("unit", DISGUISED)
def test_no_disguise_hides_how_deep_a_text_is(unit):
    cleaned = fragment("<p>x</p>" * 300 + unit * 9_000, BASE)
    assert len(cleaned) < 5 * MAX_CONTENT
    assert depth_of(cleaned) <= 250


@pytest.mark.parametrize("block", ["<div>x</div>", "<p>x</p>", "<li>x</li>", "<table><tr><td>x</td></tr></table>", "<h2>x</h2>", "<pre>x</pre>", "<q>x</q>"])  # fmt: skip
@pytest.mark.parametrize(("before", "after"), [("", ""), ("<p>", ""), ("<li>", "<li>"), ("<td>", ""), ("<h1>", ""), ("<button>", ""), ("<div>", "</div>"), ("<p>", "</p>")])  # fmt: skip
def test_formatting_left_open_is_not_repeated_at_every_block(block, before, after):
    opened = before + "".join(f"<b title='{i}{'x' * 5_000}'>" for i in range(35)) + after
    assert len(fragment(opened + block * 12_000, BASE)) < 2 * MAX_CONTENT
    assert len(fragment(opened + block * 150, BASE)) < 10 * MAX_CONTENT


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<div>",
                "</div>",
                "<p>",
                "</p>",
                "<b>",
                "</b>",
                "<i>",
                "</i>",
                "<a>",
                "</a>",
                "<span>",
                "</span>",
                "<li>",
                "</li>",
                "<ul>",
                "</ul>",
                "<table>",
                "</table>",
                "<td>",
                "</td>",
                "<dd>",
                "</dd>",
                "<br>",
                "</br>",
                "<q>",
                "</q>",
                "<h1>",
                "</h1>",
                "<svg>",
                "</svg>",
                "<button>",
                "</button>",
                "<x>",
                "</x>",
            ]
        ),
        min_size=2,
        max_size=9,
    )
)
def test_no_run_of_tags_grows_with_repetition(tags):
    cleaned = fragment("".join(tags) * 400 + "x", BASE)
    # A level of ours can become three to a parser that opens formatting anew in it, but never more with more tags.
    assert depth_of(cleaned) <= 400
    assert depth_of(fragment("".join(tags) * 1_600 + "x", BASE)) <= 400
    assert len(cleaned) < 60 * len("".join(tags) * 400)


def test_many_tags_do_not_change_what_is_said():
    text = "<p>One <b>two</b> &amp; <a href='/x?a=1&amp;b=2'>three</a></p>" * 500
    once = fragment("<p>One <b>two</b> &amp; <a href='/x?a=1&amp;b=2'>three</a></p>", BASE)
    many = fragment(text, BASE).removeprefix("<div>").removesuffix("</div>")
    assert many.count(once) == 500


# ── plain text ──
@pytest.mark.parametrize(
    ("text", "seen"),
    [("AT&amp;T", "AT&T"), ("AT&T", "AT&T"), ("&amp;lt;b&amp;gt;", "&lt;b&gt;"), ("&lt;b&gt;x", "<b>x"), ("<b>W</b>ord", "Word"),
     ("<p>One</p><p>Two</p>", "One Two"), ("Hello<br>World", "Hello World"), ("<ul><li>a<li>b</ul>", "a b"), ("a<script>x</script>b", "ab"),
     ("Vec<T> in Rust", "Vec<T> in Rust"), ("#include <stdio.h>", "#include <stdio.h>"), ("a < b > c", "a < b > c"), ("<3", "<3"),
     (" a\n\tb\xa0 c ", "a b c"), ("&#8;&#0;a\x00", "\ufffda"), ("a<!-- b -->c", "ac"), ("<IMG SRC=x>a", "a"), ("", "")],
)  # fmt: skip
def test_plain_text_is_what_a_reader_would_see(text, seen):
    assert plain(text) == seen


@given(markup)
def test_plain_text_is_one_legal_line(text):
    line = plain(text)
    assert line == legal(line)
    assert line == " ".join(line.split())


@given(st.text(max_size=80), st.integers(2, 40))
def test_a_shortened_text_fits_and_begins_as_before(text, limit):
    short = shortened(text, limit)
    assert len(short) <= limit
    assert text.startswith(short.removesuffix("…")) or short == text


# ── addresses ──
@pytest.mark.parametrize(
    ("url", "absolute"),
    [("x", "https://s.example/posts/x"), ("//c.example/x", "https://c.example/x"), (" https://a.example/b c ", "https://a.example/b%20c"),
     ("https://a.example/\nb\tc", "https://a.example/bc"), ('https://a.example/"<>', "https://a.example/%22%3C%3E"), ("?q=é", "https://s.example/posts/1?q=é"),
     ("javascript:alert(1)", None), ("java\tscript:alert(1)", None), ("mailto:a@b.example", None), ("data:,x", None), ("ftp://a.example/", None),
     ("http://[::1", None), ("http://a:99999/", None), ("https://a b/", None), ("https://a%zz/", None), ("https://a^b/", None),
     ("", None), (None, None), ("https://a.example/" + "x" * 5_000, None)],
)  # fmt: skip
def test_an_address_is_made_whole_or_refused(url, absolute):
    assert web_url(url, BASE) == absolute


@given(st.text(max_size=40), st.sampled_from([None, BASE]))
def test_no_text_becomes_an_address_that_is_not_one(text, base):
    url = web_url(text, base)
    assert url is None or (re.match(r"https?://[^\s\"<>]+$", url) and web_url(url, None) == url)


# ── entries ──
def test_a_whole_entry_comes_out_clean():
    entry = clean(
        EntryData(
            uid="u\x00", title="<b>T</b> &amp; t\x07", url="/a", authors=("<i>Jane</i>", "Jane", ""), summary="<p>a</p><p>b</p>",
            content="<a href=x>y</a>", image="i.png", categories=("x", "x", " "), language="en-<", enclosures=(Enclosure("a.mp3", ""), Enclosure("javascript:x", "")),
        ),
        BASE,
    )  # fmt: skip
    assert entry == EntryData(
        uid="u", title="T & t", url="https://s.example/a", authors=("Jane",), summary="a b",
        content='<a href="https://s.example/x" rel="noopener noreferrer">y</a>', image="https://s.example/i.png", categories=("x",),
        enclosures=(Enclosure("https://s.example/a.mp3", "application/octet-stream"),),
    )  # fmt: skip


def test_nothing_of_an_entry_is_longer_than_agreed():
    long = "word " * 1_000_000
    entry = clean(
        EntryData(uid=long, title=long, summary=long, content=long, authors=(long,), categories=(long,) * 3), None
    )
    assert len(entry.uid) <= 1_000
    assert len(entry.title) <= MAX_TITLE
    assert len(entry.summary) <= MAX_SUMMARY
    assert len(entry.content) <= MAX_CONTENT
    assert len(entry.authors[0]) <= 120
    assert len(entry.categories[0]) <= 80


def test_an_address_that_only_python_holds_for_one_costs_no_entry():
    entry = EntryData(uid="u", title="t", url="https://1.2.3.4.5/", content="<a href=x>y</a>")
    assert clean(entry, BASE).content == '<a rel="noopener noreferrer">y</a>'


@given(st.text(max_size=60), markup)
def test_no_surrogate_and_no_control_character_is_left_anywhere(text, html):
    entry = clean(
        EntryData(
            uid=text,
            title=html,
            url=text,
            authors=(text,),
            summary=html,
            content=html,
            image=text,
            categories=(text,),
            language=text,
        ),
        BASE,
    )
    told = repr(replace(entry, uid=legal(entry.uid)))
    assert repr(entry) == told
    told.encode()


def test_a_language_tag_is_one_or_none():
    assert language_tag("pt-BR") == "pt-BR"
    assert [language_tag(text) for text in ("", None, "english!", 'en"', "x", "en-" + "a" * 40)] == [None] * 6


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ({"summary": "A few words about it."}, "A few words about it."),
        ({"content": "<p>Said in the text.</p>"}, "Said in the text."),
        ({"content": '<img src="https://x.example/a.png" alt="A gull &amp; a boat">'}, "A gull & a boat"),
        ({"content": '<img src="https://x.example/a.png">', "url": "https://pictures.example/1"}, "pictures.example"),
    ],
)
def test_what_bears_no_title_is_named_by_what_it_holds(given, title):
    assert clean(EntryData(uid="1", title=" ", **given), None).title == title
