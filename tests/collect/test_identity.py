import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.identity import fingerprint, short_hash, tag_uri, told_apart, uid_of
from digest.model import Dating, EntryData

NOW = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
RFC_4151 = re.compile(
    r"tag:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?,\d{4}-\d\d-\d\d:[A-Za-z0-9/._~!$&'()*+,;=:@-]+", re.IGNORECASE
)

entries = st.builds(
    EntryData,
    uid=st.sampled_from(["", "a", "b"]),
    title=st.sampled_from(["t", "u", "v"]),
    url=st.sampled_from([None, "https://s.example/1", "https://s.example/2"]),
    content=st.sampled_from(["", "x", "y"]),
)


def test_an_identity_is_the_guid_else_the_link_else_what_it_says():
    assert uid_of(guid=" g ", url="u", title="t", content="c") == "g"
    assert uid_of(guid=" ", url=" u ", title="t", content="c") == "u"
    assert uid_of(guid=None, url=None, title="t", content="c").startswith("content:")
    assert uid_of(guid=None, url=None, title="t", content="c") != uid_of(guid=None, url=None, title="t", content="d")


def test_an_identity_is_short_and_legal():
    first, second = ("x" * 5_000 + end for end in "ab")
    uids = {uid_of(guid=guid, url=None, title="", content="") for guid in (first, second)}
    assert len(uids) == 2
    assert all(len(uid) < 500 for uid in uids)
    assert uid_of(guid="a\x00\ud800b", url=None, title="", content="") == "ab"


@given(st.lists(st.text(max_size=5), max_size=4), st.lists(st.text(max_size=5), max_size=4))
def test_parts_of_a_hash_do_not_run_into_each_other(one, other):
    separated = all("\x1f" not in part for part in one + other)
    if separated and one != other and (one or [""]) != (other or [""]):
        assert short_hash(*one) != short_hash(*other)


@given(st.lists(entries, max_size=8), st.randoms())
def test_telling_apart_does_not_depend_on_the_order(told, chance):
    shuffled = told[:]
    chance.shuffle(shuffled)
    assert sorted(map(repr, told_apart(told))) == sorted(map(repr, told_apart(shuffled)))


@given(st.lists(entries, max_size=8))
def test_after_telling_apart_one_identity_is_one_entry(told):
    uids: dict[str, set] = {}
    for before, after in zip(told, told_apart(told), strict=True):
        uids.setdefault(after.uid, set()).add((before.uid, before.url, fingerprint(before)))
    assert all(len(meanings) == 1 for meanings in uids.values())


def test_true_copies_stay_one_and_a_lone_identity_stays_as_it_is():
    entry = EntryData(uid="a", title="t", url="https://s.example/1")
    assert told_apart([entry, entry]) == (entry, entry)


# ── what a change is ──
BEFORE = EntryData(
    uid="u",
    title="T",
    url="https://s.example/1",
    summary="s",
    content="<p>One <b>two</b></p><img src='https://a.example/1?sig=1'>",
)


@pytest.mark.parametrize(
    "content",
    ["<p>One <b>two</b></p><img src='https://a.example/1?sig=2'>", "<div>One\n <i>two</i></div>", "<p>One <b>two</b></p><!-- 12:01 > 12:00 -->",
     "<p>One <b>two</b></p><script>var t = 5 < 6</script>", "<style>p{}</style><p>One two</p>"],
)  # fmt: skip
def test_new_markup_is_no_change(content):
    assert fingerprint(replace(BEFORE, content=content)) == fingerprint(BEFORE)
    assert fingerprint(replace(BEFORE, summary=content)) == fingerprint(replace(BEFORE, summary=BEFORE.content))


@pytest.mark.parametrize(
    "change", [{"title": "U"}, {"content": "<p>One <b>three</b></p>"}, {"summary": "z"}, {"url": "https://s.example/2"}]
)
def test_new_words_are_a_change(change):
    assert fingerprint(replace(BEFORE, **change)) != fingerprint(BEFORE)


def test_what_is_not_read_is_no_change():
    other = replace(BEFORE, dating=Dating(NOW), image="https://a.example/i", categories=("x",), uid="v")
    assert fingerprint(other) == fingerprint(BEFORE)


@pytest.mark.parametrize("bomb", ["<" * 3_000_000, "<script" * 400_000, "<!--" * 700_000, "<style>" * 400_000])
def test_a_fingerprint_of_anything_is_taken_in_one_pass(bomb):
    assert len(fingerprint(EntryData(uid="u", title="", content=bomb))) == 16


# ── tag URIs ──
@pytest.mark.parametrize(
    ("authority", "shown"),
    [("digest.example", "digest.example"), ("münchen.example", "xn--mnchen-3ya.example"), ("127.0.0.1", "127.0.0.1"),
     ("::1", "localhost"), ("", "localhost"), ("a b", "localhost"), ("-x-", "localhost"), ("x" * 70 + "é", "localhost")],
)  # fmt: skip
def test_a_tag_is_a_valid_tag_uri(authority, shown):
    tag = tag_uri(authority, NOW, "https://s.example/feed", "é <>\n")
    assert RFC_4151.fullmatch(tag)
    assert tag.startswith(f"tag:{shown},2026-03-01:entry/")


def test_a_tag_tells_source_and_identity_apart():
    assert len({tag_uri("a.example", NOW, source, uid) for source, uid in [("a", "bc"), ("ab", "c"), ("a", "c")]}) == 3
