"""A move is believed at once where it is safe, and after a week where it may be a mistake."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.compose.manners import adopt_move, ask_anew

NOW = datetime(2026, 11, 16, 7, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
OLD = "http://moor.example/feed?format=rss"


@pytest.mark.parametrize(
    "new",
    [
        "https://moor.example/feed?format=rss",
        "https://moor.example:443/feed?format=rss",
        "https://MOOR.example/feed?format=rss",
    ],
)
def test_a_move_to_https_alone_is_adopted_at_once(new):
    assert adopt_move(OLD, new, NOW, NOW)


@pytest.mark.parametrize(
    "new",
    [
        "https://www.moor.example/feed?format=rss",
        "https://moor.example/feed",
        "https://moor.example/maintenance",
        "https://moor.example:8443/feed?format=rss",
        "https://someone@moor.example/feed?format=rss",
        "http://moor.example/feed.xml",
    ],
)
def test_any_other_move_is_adopted_when_it_has_been_told_for_a_week(new):
    assert not adopt_move(OLD, new, NOW, NOW)
    assert not adopt_move(OLD, new, NOW - WEEK + timedelta(seconds=1), NOW)
    assert adopt_move(OLD, new, NOW - WEEK, NOW)


@pytest.mark.parametrize("new", ["ftp://moor.example/feed", "https://[broken/", "/feed", "http:///feed", "http://a:b/"])
def test_what_is_no_web_address_is_never_adopted(new):
    assert not adopt_move(OLD, new, NOW - 9 * WEEK, NOW)


def test_a_source_is_never_moved_from_https_to_http_nor_to_where_it_is():
    secure = OLD.replace("http:", "https:")
    assert not adopt_move(secure, OLD, NOW - 9 * WEEK, NOW)
    assert not adopt_move(OLD, OLD, NOW - 9 * WEEK, NOW)


def test_validators_are_left_out_once_a_week():
    assert not ask_anew(None, NOW)
    assert not ask_anew(NOW - WEEK + timedelta(seconds=1), NOW)
    assert ask_anew(NOW - WEEK, NOW)
