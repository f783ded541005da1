import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.wordpress import looks_like_posts, posts_url, read_posts
from digest.model import Collected, Failed, Kind, Precision

ROOT = "https://paper.example/wp-json/"
POST = {
    "id": 7, "date_gmt": "2026-05-01T08:30:00", "modified_gmt": "2026-05-02T09:00:00",
    "guid": {"rendered": "https://paper.example/?post_type=note&#038;p=7"},
    "link": "https://paper.example/2026/05/harbour/", "title": {"rendered": "The harbour &#8211; empty"},
    "excerpt": {"rendered": "<p>A clerk waits.</p>"}, "content": {"rendered": "<p>Long.</p>"},
    "_embedded": {
        "author": [{"name": "Ana"}, {"code": "rest_user_invalid_id", "message": "no"}],
        "wp:featuredmedia": [{"source_url": "https://paper.example/a.jpg"}],
        "wp:term": [[{"name": "Sea", "slug": "sea"}, {"name": "Uncategorized", "slug": "uncategorized"}], [{"name": "boats", "slug": "boats"}]],
    },
}  # fmt: skip


def read(*posts):
    return read_posts(json.dumps(posts).encode(), url=ROOT + "wp/v2/posts?per_page=20")


def test_the_address_of_the_posts_asks_for_one_small_page():
    parts = urlsplit(posts_url(ROOT))
    query = parse_qs(parts.query)
    assert (parts.path, query["per_page"]) == ("/wp-json/wp/v2/posts", ["20"])
    assert {"title", "link", "guid", "date_gmt", "_links", "_embedded"} <= set(query["_fields"][0].split(","))


def test_a_site_without_pretty_addresses_keeps_its_route_in_the_query():
    assert posts_url("https://paper.example/index.php?rest_route=/").startswith(
        "https://paper.example/index.php?rest_route=/wp/v2/posts&per_page=20"
    )


@pytest.mark.parametrize(
    ("about", "wanted"),
    [
        ("https://paper.example/wp-json/wp/v2/categories/7", "categories=7&"),
        ("https://paper.example/wp-json/wp/v2/users/3/", "author=3&"),
        ("https://paper.example/?rest_route=%2Fwp%2Fv2%2Ftags%2F12", "tags=12&"),
        ("https://paper.example/wp-json/wp/v2/pages/2", ""),
        ("https://paper.example/wp-json/wp/v2/categories/7&x=1", ""),
    ],
)
def test_a_section_is_asked_for_its_own_posts(about, wanted):
    assert urlsplit(posts_url(ROOT, about=about)).query.startswith(wanted + "per_page=")


def test_a_post_tells_all_that_an_entry_holds():
    found = read(POST)
    entry = found.entries[0]
    assert (found.kind, found.link) == (Kind.WORDPRESS, "https://paper.example/")
    assert entry.title == "The harbour &#8211; empty"  # HTML, which `clean` turns into text once
    assert (entry.dating.at, entry.dating.precision, entry.dating.source) == (
        datetime(2026, 5, 1, 8, 30, tzinfo=UTC), Precision.SECOND, "wordpress",
    )  # fmt: skip
    assert entry.updated == datetime(2026, 5, 2, 9, tzinfo=UTC)
    assert (entry.authors, entry.categories) == (("Ana",), ("Sea", "boats"))
    assert (entry.image, entry.summary) == ("https://paper.example/a.jpg", "<p>A clerk waits.</p>")


def test_its_identity_is_the_guid_that_the_feed_of_the_site_has():
    assert read(POST).entries[0].uid == "https://paper.example/?post_type=note&p=7"


def test_a_post_that_cannot_be_read_costs_a_note():
    found = read("nonsense", {}, POST, {"title": None, "link": 4, "_embedded": []})
    assert (len(found.entries), len(found.notes)) == (1, 3)


@pytest.mark.parametrize(
    "change",
    [
        {"date_gmt": "0000-00-00T00:00:00"},
        {"date_gmt": None},
        {"date_gmt": "soon"},
        {"date_gmt": "1970-01-01T00:00:00"},
    ],
)
def test_a_post_without_a_real_date_has_none(change):
    assert read({**POST, **change}).entries[0].dating.at is None


def test_a_refusal_is_told_in_the_words_of_the_api():
    body = b'{"code":"rest_forbidden","message":"Only <b>members</b> may look.","data":{"status":401}}'
    failed = read_posts(body, url=ROOT)
    assert (failed.reason.code, failed.reason.args["error"]) == ("wordpress.error", "Only members may look.")


@pytest.mark.parametrize("body", [b"", b"<html>", b"4", b'"a"', b"{}", b"[" * 100_000, b"\xff\xfe[", b'[{"a":'])
def test_what_is_no_list_of_posts_is_refused(body):
    assert read_posts(body, url=ROOT) == Failed(read_posts(b"", url=ROOT).reason)


def test_posts_are_told_from_other_json_by_their_first_bytes():
    assert looks_like_posts(json.dumps([POST]).encode())
    assert not looks_like_posts(b'[{"title":"plain"}]')
    assert not looks_like_posts(b'{"title":{"rendered":"x"}}')


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*POST, "rendered", "name", "author", "wp:term"]), inner, max_size=6),
    max_leaves=15,
)  # fmt: skip


@given(json_values)
def test_no_json_at_all_breaks_it(value):
    assert isinstance(read_posts(json.dumps(value).encode(), url=ROOT), Collected | Failed)
