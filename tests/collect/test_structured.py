import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect import structured

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
HERE = "https://paper.example/sea/"


def read(markup, url=HERE, language="en"):
    body = f"<!doctype html><html><head><title>x</title></head><body>{markup}</body></html>".encode()
    return structured.read_structured(body, url=url, charset="utf-8", language=language, now=NOW, zone=UTC)


def ld(*documents):
    return "".join(f'<script type="application/ld+json">{json.dumps(document)}</script>' for document in documents)


def post(number, **more):
    return {
        "@type": "BlogPosting",
        "headline": f"Headline {number}",
        "url": f"/post/{number}",
        "datePublished": f"2026-05-{number:02}T08:00:00Z",
    } | more


def told(found):
    return [(entry.title, entry.url) for entry in found.entries]


BOTH = [("Headline 1", "https://paper.example/post/1"), ("Headline 2", "https://paper.example/post/2")]


# ── JSON-LD ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "documents",
    [
        ([post(1), post(2)],),
        (post(1), post(2)),
        (
            {
                "@context": "https://schema.org",
                "@graph": [{"@type": "WebSite", "name": "The Paper", "url": "/"}, post(1), post(2)],
            },
        ),
        ({"@type": "Blog", "blogPost": [post(1), post(2)]},),
        ({"@type": ["Blog", "WebPage"], "blogPosts": [post(1), post(2)]},),
        ({"@type": "CollectionPage", "mainEntity": {"@type": "ItemList", "itemListElement": [post(1), post(2)]}},),
        ({"@type": "CollectionPage", "hasPart": [post(1), post(2)]},),
        (
            {
                "@type": "ItemList",
                "itemListElement": [{"@type": "ListItem", "item": post(1)}, {"@type": "ListItem", "item": post(2)}],
            },
        ),
        (
            {
                "@type": "ItemList",
                "itemListElement": [
                    {"@type": "ListItem", "name": "Headline 1", "url": "/post/1"},
                    {"@type": "ListItem", "name": "Headline 2", "item": "/post/2"},
                ],
            },
        ),
        (
            {
                "@graph": [
                    {"@type": "ItemList", "itemListElement": [{"@id": "#1"}, {"@id": "#2"}]},
                    post(1, **{"@id": "#1"}),
                    post(2, **{"@id": "#2"}),
                ]
            },
        ),
        ({"@type": "NewsArticle", "headline": "This page", "url": HERE}, post(1), post(2)),
    ],
)
def test_json_ld_tells_a_list_in_many_shapes(documents):
    (found,) = read(ld(*documents))
    assert found.route == "JSON-LD in the page"
    assert told(found) == BOTH


def test_an_article_in_json_ld_tells_all_that_an_entry_holds():
    full = post(
        1,
        description="A clerk waits.",
        image={"@type": "ImageObject", "url": "/a.jpg"},
        author=[{"name": "Ana"}, "Ben"],
        dateModified="2026-05-03",
        articleSection=["Sea"],
        inLanguage="fr",
    )
    entry = read(ld(full, post(2)))[0].entries[0]
    assert (entry.dating.at, entry.dating.source) == (datetime(2026, 5, 1, 8, tzinfo=UTC), "json-ld")
    assert entry.updated == datetime(2026, 5, 3, tzinfo=UTC)
    assert (entry.summary, entry.image, entry.authors) == (
        "A clerk waits.",
        "https://paper.example/a.jpg",
        ("Ana", "Ben"),
    )
    assert (entry.categories, entry.language, entry.uid) == (("Sea",), "fr", entry.url)


def test_a_list_of_bare_addresses_takes_its_titles_from_the_links_of_the_page():
    items = {
        "@type": "ItemList",
        "itemListElement": [{"@type": "ListItem", "url": "/post/1"}, {"@type": "ListItem", "url": "/post/2"}],
    }
    links = '<a href="/post/1"><h2>Headline 1</h2><p>and more</p></a><a href="/post/2">Headline 2</a><a href="/post/2">Read more</a>'
    assert told(read(ld(items) + links)[0]) == BOTH


@pytest.mark.parametrize(
    "documents",
    [
        (
            {
                "@type": "BreadcrumbList",
                "itemListElement": [
                    {"@type": "ListItem", "name": "Home", "item": "/a"},
                    {"@type": "ListItem", "name": "Sea", "item": "/b"},
                ],
            },
        ),
        (
            {
                "@type": "ItemList",
                "itemListElement": [
                    {"@type": "Product", "name": "Boat", "url": "/p/1"},
                    {"@type": "Product", "name": "Oar", "url": "/p/2"},
                ],
            },
        ),
        (
            {
                "@type": "ItemList",
                "itemListElement": [
                    {"@type": "SiteNavigationElement", "name": "Sea", "url": "/sea"},
                    {"@type": "SiteNavigationElement", "name": "Land", "url": "/land"},
                ],
            },
        ),
        (post(1),),
        (post(1), post(1)),
        (post(1, url=HERE), post(2, url="http://www.paper.example/sea#top")),
        ({"@type": "Organization", "sameAs": ["https://a.example/x", "https://b.example/y"]},),
        (post(1, url="javascript:x"), post(2, url="mailto:a@b")),
        (post(1, url="/"), post(2, url="https://paper.example")),
    ],
)
def test_crumbs_goods_menus_and_the_article_itself_are_no_list(documents):
    assert read(ld(*documents)) == ()


@pytest.mark.parametrize(
    "broken",
    [
        "{",
        "[1,",
        "null",
        "\x00",
        "{}" * 3,
        "[" * 50_000,
        '{"@graph": 4, "@type": {}}',
        '{"@type": "Blog", "blogPost": "x"}',
        '{"@id": ["a"]}',
    ],
)
def test_broken_json_ld_costs_only_itself(broken):
    assert told(read(f'<script type="application/ld+json">{broken}</script>' + ld(post(1), post(2)))[0]) == BOTH


def test_a_list_with_dates_is_taken_before_a_longer_one_without():
    popular = {
        "@type": "ItemList",
        "itemListElement": [{"@type": "ListItem", "name": f"Popular {n}", "url": f"/popular/{n}"} for n in range(9)],
    }
    assert told(read(ld(popular, post(1), post(2)))[0]) == BOTH


# ── microdata and microformats ───────────────────────────────────────────────────────────────────
def test_microdata_tells_its_own_properties_and_not_those_inside_it():
    item = """<div itemscope itemtype="https://schema.org/BlogPosting"><meta itemprop="datePublished" content="2026-05-0{n}">
    <div itemprop="author" itemscope itemtype="https://schema.org/Person"><a itemprop="url" href="/ana"><span itemprop="name">Ana</span></a></div>
    <h2 itemprop="headline"><a itemprop="url" href="/post/{n}">Headline {n}</a></h2><p itemprop="description">Words.</p><img itemprop="image" src="/{n}.jpg"></div>"""
    (found,) = read(item.format(n=1) + item.format(n=2))
    assert (found.route, told(found)) == ("microdata in the page", BOTH)
    entry = found.entries[0]
    assert (entry.authors, entry.summary, entry.image) == (("Ana",), "Words.", "https://paper.example/1.jpg")
    assert (entry.dating.at, entry.dating.source) == (datetime(2026, 5, 1, tzinfo=UTC), "time")


def test_microdata_of_goods_is_no_list():
    item = '<div itemscope itemtype="https://schema.org/Product"><a itemprop="url" href="/p/{n}"><span itemprop="name">Boat {n}</span></a></div>'
    assert read(item.format(n=1) + item.format(n=2)) == ()


@pytest.mark.parametrize(
    "item",
    [
        '<article class="h-entry"><h2 class="p-name"><a class="u-url" href="/post/{n}">Headline {n}</a></h2><time class="dt-published" datetime="2026-05-0{n}">x</time></article>',
        '<div class="post hentry"><h2 class="entry-title"><a href="/post/{n}" rel="bookmark">Headline {n}</a></h2><abbr class="published" title="2026-05-0{n}">x</abbr></div>',
        '<li class="h-entry"><a class="u-url p-name" href="/post/{n}">Headline {n}</a> <span class="dt-published">2026-05-0{n}</span></li>',
    ],
)
def test_an_h_feed_new_or_old_tells_its_entries(item):
    (found,) = read(item.format(n=1) + item.format(n=2))
    assert (found.route, told(found)) == ("h-feed in the page", BOTH)
    assert [entry.dating.at.day for entry in found.entries] == [1, 2]


def test_a_headlines_own_link_is_believed_before_other_bookmarks():
    item = '<div class="hentry"><a rel="bookmark" href="/of-another/{n}">x</a><h2 class="entry-title"><a href="/post/{n}">Headline {n}</a></h2></div>'
    assert told(read(item.format(n=1) + item.format(n=2))[0]) == BOTH


def test_a_moment_that_all_entries_share_is_the_pages_and_none_of_theirs():
    def dated(*times):
        return read(ld(*(post(n, datePublished=time) for n, time in enumerate(times, 1))))[0].entries

    assert {entry.dating.at for entry in dated(*["2026-05-03T08:45:00Z"] * 3)} == {None}
    assert {entry.dating.at.day for entry in dated(*["2026-05-03"] * 3)} == {3}
    assert {
        entry.dating.at.day for entry in dated("2026-05-03T08:45:00Z", "2026-05-03T08:45:00Z", "2026-05-04T08:45:00Z")
    } == {3, 4}


def test_a_note_is_named_by_its_first_words():
    note = '<div class="h-entry"><p class="e-content">{words}</p><a class="u-url" href="/note/{n}">#</a></div>'
    found = read(note.format(n=1, words="The tide is out.") + note.format(n=2, words="Sand " * 60))[0]
    assert found.entries[0].title == "The tide is out."
    assert len(found.entries[1].title) <= 81
    assert found.entries[1].title.endswith("…")


def test_what_an_entry_cites_or_is_answered_with_is_not_an_entry():
    item = '<div class="h-entry"><a class="u-url p-name" href="/post/{n}">Headline {n}</a><div class="h-entry h-cite"><a class="u-url p-name" href="/reply/{n}">A reply</a></div></div>'
    assert told(read(item.format(n=1) + item.format(n=2))[0]) == BOTH


# ── the state of scripts ─────────────────────────────────────────────────────────────────────────
def record(number, **more):
    return {
        "title": f"A headline of some length {number}",
        "url": f"/post/{number}",
        "publishedAt": f"2026-05-{number:02}T08:00:00Z",
    } | more


def next_data(value):
    return f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(value)}</script>'


STORIES = [record(1), record(2), record(3)]


@pytest.mark.parametrize(
    "state",
    [
        next_data({"props": {"pageProps": {"menu": [{"title": "Sea", "url": "/sea"}] * 9, "posts": STORIES}}}),
        next_data({"data": {"edges": [{"node": one} for one in STORIES]}}),
        next_data({"data": [{"id": n, "attributes": one} for n, one in enumerate(STORIES)]}),
        next_data({"items": [{"sys": {"id": "x"}, "fields": one} for one in STORIES]}),
        next_data(
            [
                {"frontmatter": {"title": one["title"], "date": one["publishedAt"]}, "path": one["url"]}
                for one in STORIES
            ]
        ),
        next_data(
            [
                {
                    "title": {"rendered": one["title"]},
                    "link": "https://paper.example" + one["url"],
                    "date": one["publishedAt"],
                }
                for one in STORIES
            ]
        ),
        next_data(
            [
                one | {"publishedAt": int(datetime.fromisoformat(one["publishedAt"]).timestamp() * 1000)}
                for one in STORIES
            ]
        ),
        f"<script>window.__INITIAL_STATE__ = {json.dumps({'a': STORIES})};(function(){{}})()</script>",
        f"<script>window['__PRELOADED_STATE__']={json.dumps({'a': STORIES})}</script>",
        f"<script>window.__APOLLO_STATE__ = {json.dumps({f'Post:{n}': one | {'__typename': 'Post'} for n, one in enumerate(STORIES)} | {'User:1': {'__typename': 'User', 'name': 'Ana'}})}</script>",
    ],
)
def test_the_state_of_a_page_is_searched_for_the_list_of_its_articles(state):
    (found,) = read(state)
    assert found.route == "the state of the page's scripts"
    assert told(found) == [(one["title"], "https://paper.example" + one["url"]) for one in STORIES]
    assert [(entry.dating.at.day, entry.dating.source) for entry in found.entries] == [
        (1, "json"),
        (2, "json"),
        (3, "json"),
    ]


def test_the_payload_of_nuxt_is_put_together_from_its_places():
    flat = [["ShallowReactive", 1], {"data": 2}, [3, 7, 11]]
    for one in STORIES:
        place = len(flat)
        flat += [
            {"title": place + 1, "url": place + 2, "date": place + 3},
            one["title"],
            one["url"],
            ["Date", one["publishedAt"]],
        ]
    (found,) = read(f'<script type="application/json" id="__NUXT_DATA__">{json.dumps(flat)}</script>')
    assert len(found.entries) == 3


def test_a_payload_that_leads_back_to_itself_comes_to_an_end():
    flat = [{"a": 1, "b": -1, "c": 99, "d": 2}, [1, 2] * 9, [2, 1, ["Reactive", [1]]] * 9]
    assert read(f'<script type="application/json" id="__NUXT_DATA__">{json.dumps(flat)}</script>') == ()


def test_a_bare_slug_counts_where_the_page_shows_its_link():
    slugs = [
        {"title": one["title"], "slug": f"number-{n}", "date": one["publishedAt"]} for n, one in enumerate(STORIES)
    ]
    links = "".join(f'<a href="/blog/number-{n}">x</a>' for n in range(3))
    assert read(next_data(slugs)) == ()
    assert [entry.url for entry in read(next_data(slugs) + links)[0].entries] == [
        f"https://paper.example/blog/number-{n}" for n in range(3)
    ]


@pytest.mark.parametrize(
    "records",
    [
        [{"title": name, "url": f"/{name}"} for name in ("sea", "land", "air", "fire")],
        [
            {"title": f"What we are, and why we do it {n}", "url": f"/{name}"}
            for n, name in enumerate(("sea", "land", "air", "fire"))
        ],
        [record(n, price=4) for n in range(1, 5)],
        STORIES[:2],
        [{"name": "x", "value": n} for n in range(9)],
        [record(n, url="javascript:x") for n in range(1, 5)],
    ],
)
def test_menus_goods_and_settings_are_no_articles(records):
    shown = '<a href="/sea">s</a><a href="/land">l</a><a href="/air">a</a><a href="/fire">f</a>'
    assert read(next_data(records) + shown) == ()


def test_a_long_list_of_headlines_that_the_page_shows_needs_no_dates():
    records = [{"title": f"The harbour was empty in the morning {n}", "url": f"/post/{n}"} for n in range(6)]
    links = "".join(f'<a href="/post/{n}">x</a>' for n in range(6))
    assert len(read(next_data(records) + links)[0].entries) == 6
    assert read(next_data(records)) == ()


def test_the_most_trustworthy_way_comes_first():
    both = read(next_data(STORIES) + ld(post(1), post(2)))
    assert [found.route for found in both] == ["JSON-LD in the page", "the state of the page's scripts"]


KEYS = [
    "@type",
    "@id",
    "@graph",
    "itemListElement",
    "item",
    "url",
    "headline",
    "name",
    "datePublished",
    "author",
    "image",
    "title",
    "slug",
    "date",
    "node",
    "fields",
    "__typename",
    "price",
]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["NewsArticle", "ItemList", "/a/b", "https://[", "2026-05-01", "#x", "", "9" * 13]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=25,
)  # fmt: skip


@given(json_values)
def test_no_json_at_all_breaks_it(value):
    text = json.dumps(value)
    for found in read(
        f'<script type="application/ld+json">{text}</script><script id="__NUXT_DATA__" type="application/json">{text}</script>{next_data(value)}'
    ):
        assert len(found.entries) >= 2
