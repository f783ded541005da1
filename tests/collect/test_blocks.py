"""A list is what repeats; its heading says what it is for."""

import json
from datetime import UTC, datetime

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.blocks import find_blocks, role_of
from digest.model import Precision, Role

NOW = datetime(2024, 4, 26, 10, 0, tzinfo=UTC)
HERE = "https://blog.example/2024/a-page/"
TITLES = [
    "Why bridges sing in the wind",
    "A harbour without any ships",
    "Seven letters from the north",
    "What bees owe us",
]


def blocks_of(html, language="en", base_url=HERE):
    tree = lxml.html.document_fromstring(f"<html><body>{html}</body></html>")
    return find_blocks(tree, base_url=base_url, now=NOW, language=language, zone=UTC)


def slug(title):
    return "/" + title.lower().replace(" ", "-") + "/"


def items(titles=TITLES, extra=""):
    return "".join(f'<li><a href="{slug(title)}">{title}</a>{extra}</li>' for title in titles)


def test_a_headed_list_becomes_records_with_absolute_urls():
    (block,) = blocks_of(f"<aside><h3>Recent Posts</h3><ul>{items()}</ul></aside>")
    assert (block.role, block.heading) == (Role.RECENT, "Recent Posts")
    assert [entry.title for entry in block.entries] == TITLES
    assert block.entries[0].url == "https://blog.example/why-bridges-sing-in-the-wind/" == block.entries[0].uid
    assert block.confidence >= 0.7


@pytest.mark.parametrize(
    "widget",
    [
        "<section><div class='widget'><h2>Recent Posts</h2><div><ul>{}</ul></div></div></section>",
        "<h2>Recent Posts</h2><div><div><ul>{}</ul></div></div>",
        "<div><p>Recent Posts:</p><ul>{}</ul></div>",
        "<div><div class='widget-title'><span>Recent Posts</span></div><ul>{}</ul></div>",
        "<div><strong>Recent Posts</strong><br><ol>{}</ol></div>",
        "<section aria-label='Recent Posts'><ul>{}</ul></section>",
        "<ul><li><a href='#r'>Recent</a></li><li><a href='#p'>Popular</a></li></ul><div id='r'><ul>{}</ul></div>",
    ],
)
def test_the_heading_may_stand_above_the_list_or_inside_its_widget(widget):
    block = blocks_of("<p>" + "Some prose. " * 20 + "</p>" + widget.replace("{}", items()))[0]
    assert block.role is Role.RECENT
    assert len(block.entries) == len(TITLES)


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("Recent Posts", Role.RECENT),
        ("Latest from the blog", Role.RECENT),
        ("Derniers articles", Role.RECENT),
        ("Articles récents", Role.RECENT),
        ("Neueste Beiträge", Role.RECENT),
        ("Zuletzt erschienen", Role.RECENT),
        ("Entradas recientes", Role.RECENT),
        ("Ultimi articoli", Role.RECENT),
        ("Posts recentes", Role.RECENT),
        ("Laatste nieuws", Role.RECENT),
        ("Ostatnie wpisy", Role.RECENT),
        ("Свежие записи", Role.RECENT),
        ("Senaste inläggen", Role.RECENT),
        ("Son yazılar", Role.RECENT),
        ("最近の投稿", Role.RECENT),
        ("最新文章", Role.RECENT),
        ("최근 글", Role.RECENT),
        ("أحدث المقالات", Role.RECENT),
        ("Related Posts", Role.RELATED),
        ("À lire aussi", Role.RELATED),
        ("Das könnte dich auch interessieren", Role.RELATED),
        ("Artículos relacionados", Role.RELATED),
        ("Latest related posts", Role.RELATED),
        ("関連記事", Role.RELATED),
        ("Popular", Role.POPULAR),
        ("Les plus lus", Role.POPULAR),
        ("Meistgelesen", Role.POPULAR),
        ("人気記事", Role.POPULAR),
        ("Recent Comments", None),
        ("Neueste Kommentare", None),
        ("Derniers commentaires", None),
        ("Categories", None),
        ("Archives", None),
        ("A harbour", None),
    ],
)
def test_headings_are_understood_in_many_languages(heading, role):
    assert role_of(heading) is role


@pytest.mark.parametrize(
    "widget",
    [
        "<nav><h2>Latest</h2><ul>{}</ul></nav>",
        "<div role='navigation'><ul>{}</ul></div>",
        "<div class='widget widget_nav_menu'><ul>{}</ul></div>",
        "<h3>Recent Comments</h3><ul>{}</ul>",
        "<h3>Archives</h3><ul>{}</ul>",
        "<h3>Categories</h3><ul>{}</ul>",
        "<div class='breadcrumbs'>{}</div>",
        "<h3>Blogroll</h3><ul>{}</ul>",
    ],
)
def test_what_is_no_list_of_articles_is_left_out(widget):
    assert blocks_of(widget.replace("{}", items())) == ()


@pytest.mark.parametrize(
    "href",
    [
        "/category/bridges-{}/", "/tag/wind{}/", "/author/ana{}/", "/201{}/03/", "/?cat={}", "/?m=20240{}", "/page/{}/",
        "#top{}", "/post-{}/#comment-12", "/post-{}/#respond", "https://www.facebook.com/sharer?u={}",
        "mailto:a{}@b.example", "javascript:void({})", "/photo-{}.jpg", "/wp-login.php?to={}", "/", "",
    ],
)  # fmt: skip
def test_sections_comments_and_sharing_are_never_records(href):
    rows = "".join(f'<li><a href="{href.format(n)}">A long enough headline number {n}</a></li>' for n in range(5))
    assert blocks_of(f"<h3>Recent Posts</h3><ul>{rows}</ul>") == ()


def test_an_open_navigation_that_swallows_the_page_is_not_believed():
    block = blocks_of(f"<nav><a href='/x'>x</a><main><h1>T</h1></main><h3>Recent Posts</h3><ul>{items()}</ul></nav>")[0]
    assert block.role is Role.RECENT


def test_a_card_gives_title_summary_date_and_picture_each_in_its_place():
    card = """<div class="c"><a href="{0}"><img data-src="/i.jpg" src="data:x" alt=""></a><span class="cat"><a href="/cloud/">Cloud</a></span>
        <h3><a href="{0}">{1}</a></h3><p>An excerpt that is long enough to be a sentence of its own…</p>
        <span><i></i> 2 jours ago</span> <a href="{0}#comments">3 comments</a> <a href="{0}">Read more</a></div>"""
    html = "<h2>Recent Posts</h2><div>" + "".join(card.format(slug(title), title) for title in TITLES) + "</div>"
    block = blocks_of(html, "fr")[0]
    assert [entry.title for entry in block.entries] == TITLES
    first = block.entries[0]
    assert first.summary == "An excerpt that is long enough to be a sentence of its own…"
    assert (first.dating.text, first.dating.precision) == ("2 jours ago", Precision.DAY)
    assert first.image == "https://blog.example/i.jpg"


def test_a_link_around_a_whole_card_is_not_the_title():
    card = '<a href="{0}"><div>12 March 2024</div><div>{1}</div><p>An excerpt that goes on for a while, as they do.</p></a>'
    html = "<h2>Latest news</h2><div>" + "".join(card.format(slug(title), title) for title in TITLES) + "</div>"
    block = blocks_of(html)[0]
    assert [entry.title for entry in block.entries] == TITLES
    assert block.entries[0].dating.at == datetime(2024, 3, 12, tzinfo=UTC)


def test_a_count_in_a_title_belongs_to_it_and_a_cut_title_is_completed():
    rows = (
        '<li><a href="/myths-1/">Myths of learning (1)</a></li>'
        '<li><a href="/cut/" title="A headline that was cut for the sidebar">A headline that was cut…</a></li>'
    )
    block = blocks_of(f"<h3>Recent Posts</h3><ul>{rows}</ul>")[0]
    assert [entry.title for entry in block.entries] == [
        "Myths of learning (1)",
        "A headline that was cut for the sidebar",
    ]


def test_a_machine_readable_time_is_believed_before_the_visible_text():
    rows = items(extra='<time datetime="2024-03-01T08:00:00Z">8 weeks ago</time>')
    dating = blocks_of(f"<h3>Recent Posts</h3><ul>{rows}</ul>")[0].entries[0].dating
    assert (dating.at, dating.source, dating.text) == (datetime(2024, 3, 1, 8, tzinfo=UTC), "time", "8 weeks ago")


def test_the_rows_of_a_grid_are_one_list():
    def cell(title):
        return f'<div class="col"><h3><a href="{slug(title)}">{title}</a></h3></div>'

    rows = "".join(f'<div class="row">{cell(a)}{cell(b)}</div>' for a, b in zip(TITLES[::2], TITLES[1::2], strict=True))
    block = blocks_of(f"<h2>Latest posts</h2><div>{rows}</div>")[0]
    assert [entry.title for entry in block.entries] == TITLES


def test_two_widgets_of_the_same_markup_stay_two_lists():
    html = (
        f"<div><section><h3>Recent Posts</h3><ul>{items(TITLES[:2])}</ul></section>"
        f"<section><h3>Popular</h3><ul>{items(TITLES[2:])}</ul></section></div>"
    )
    assert {block.role: len(block.entries) for block in blocks_of(html)} == {Role.RECENT: 2, Role.POPULAR: 2}


def test_the_main_list_of_a_page_needs_no_heading_but_long_titles():
    posts = "".join(f'<article><h2><a href="{slug(t)}">{t}</a></h2><p>{"Words. " * 12}</p></article>' for t in TITLES)
    assert blocks_of(f"<main>{posts}</main>")[0].role is Role.MAIN
    short = "".join(f'<li><a href="/{n}">Word</a></li>' for n in range(9))
    assert blocks_of(f"<main><ul>{short}</ul></main>") == ()


def test_links_in_prose_are_no_list():
    prose = "".join(f'<p>{"Much is said here. " * 15}<a href="{slug(t)}">{t}</a></p>' for t in TITLES)
    assert blocks_of(f"<article>{prose}</article>") == ()


def test_known_widget_markup_names_a_list_without_a_heading():
    (block,) = blocks_of(f'<aside class="widget_recent_entries"><ul>{items()}</ul></aside>')
    assert block.role is Role.RECENT
    assert block.confidence < blocks_of(f"<h3>Recent Posts</h3><ul>{items()}</ul>")[0].confidence


def test_links_to_other_sites_are_not_this_sites_recent_posts():
    rows = items(TITLES[:3]) + '<li><a href="https://ads.example/buy">Something to buy elsewhere</a></li>'
    (block,) = blocks_of(f"<h3>Recent Posts</h3><ul>{rows}</ul>")
    assert [entry.title for entry in block.entries] == TITLES[:3]


def test_a_selector_leads_back_to_the_list():
    html = f"<div id='side'><p>x</p><section><ul><li>a</li></ul></section><section><h3>Recent Posts</h3><ul>{items()}</ul></section></div>"
    tree = lxml.html.document_fromstring(html)
    (block,) = find_blocks(tree, base_url=HERE, now=NOW, language="en", zone=UTC)
    (container,) = tree.cssselect(block.selector)
    assert len(container.findall("li")) == len(TITLES)


@given(
    st.recursive(
        st.sampled_from(["a", "div", "ul", "li", "h2", "p"]), lambda inner: st.lists(inner, max_size=4), max_leaves=30
    )
)
def test_no_tree_breaks_the_finder(shape):
    def html(node):
        if isinstance(node, str):
            return f'<{node} href="/x{len(node)}">Recent news of today</{node}>'
        return f"<div>{''.join(map(html, node))}</div>"

    for block in blocks_of(html(shape)):
        assert len({entry.url for entry in block.entries}) == len(block.entries) >= 2
        assert 0 <= block.confidence <= 1


@pytest.mark.parametrize("masked", [False, True])
def test_the_recent_posts_of_real_pages_are_found(corpus, masked):
    from digest.collect.pages import read_page

    found = noise = 0
    rows = json.loads((corpus / "recent-posts" / "gold.json").read_text("utf-8"))
    for row in rows:
        data = (corpus / "recent-posts" / "pages" / row["file"]).read_bytes()
        for name in (b"widget_recent_entries", b"recent-posts", b"wp-block-latest-posts") if masked else ():
            data = data.replace(name, b"x9")
        page = read_page(data, url=row["url"], charset=None, now=NOW, zone=UTC)
        got = next(
            ({entry.url for entry in block.entries} for block in page.blocks if block.role is Role.RECENT), set()
        )
        want = {recent["url"] for recent in row["recent"]}
        found += len({url.rstrip("/") for url in got} & {url.rstrip("/") for url in want}) >= 0.8 * len(want)
        noise += len(got & set(row["not_articles"]))
    assert found >= 35
    assert noise == 0
