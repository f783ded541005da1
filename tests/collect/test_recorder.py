"""What the web answered is answered again, byte for byte, with nobody asked; and no secret is written."""

import asyncio
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.fetch import Fetched, HttpFetcher, Unchanged, Validators
from digest.collect.recorder import Exchanges, RecordingFetcher, ReplayFetcher
from digest.errors import UsageError
from digest.flows.collect import collect
from digest.model import Failed, Reason
from digest.reasons import word
from digest.store import sources

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
URL = "https://a.example/feed.xml"
NOTHING = Validators()
KNOWN = Validators('"one"', "Mon, 02 Mar 2026 05:00:00 GMT")
DOCUMENT = Fetched(url=URL, body=b"<rss/>", content_type="application/rss+xml", validators=KNOWN)


@dataclass(frozen=True)
class Web:
    """A web that gives one answer to all."""

    answer: object

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        pass

    async def fetch(self, _url, _validators=None):
        return self.answer


def record(folder, url, answer, validators=NOTHING):
    async def ask():
        async with RecordingFetcher(Web(answer), folder, lambda: NOW) as fetcher:
            return await fetcher.fetch(url, validators)

    return asyncio.run(ask())


def replay(folder, url, validators=NOTHING):
    async def ask():
        async with ReplayFetcher(folder) as fetcher:
            return await fetcher.fetch(url, validators)

    return asyncio.run(ask())


def written(folder):
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


# ── a whole run ──────────────────────────────────────────────────────────────────────────────────
def collected(world, exchanges):
    with world.context() as context:
        with context.ledger.reading() as connection:
            ids = [source.id for source in sources.every(connection)]
        return asyncio.run(collect(context, ids, exchanges))


@pytest.fixture
def another_world(tmp_path, world):
    """A site with the same sources, and nothing in its ledger."""
    from world import World

    (tmp_path / "other").mkdir()
    other = World(tmp_path / "other")
    real, other.server = other.server, world.server
    yield other
    real.close()


def test_a_recorded_run_is_replayed_after_the_web_has_gone(world, another_world, tmp_path):
    world.source("alpha").publishes("One", "Two")
    world.source("beta").publishes("Three").redirects_to("/alpha.xml")
    world.source("gone").answers(410)
    first = collected(world, Exchanges(record=tmp_path / "kept"))
    asked = len(world.server.seen)
    for name in ("alpha", "beta", "gone"):
        another_world.source(name)
    world.server.answers.clear()
    world.server.close()

    again = collected(another_world, Exchanges(replay=tmp_path / "kept"))
    assert again == first
    assert [item.new for item in again] == [2, 2, 0]
    assert again[2].failed == Reason("fetch.status", {"status": 410})
    assert another_world.entries("alpha") == world.entries("alpha") == ["Two", "One"]
    assert another_world.known("alpha").etag == world.known("alpha").etag is not None
    assert len(world.server.seen) == asked


def test_a_second_recorded_look_brings_its_304_back_too(world, another_world, tmp_path):
    world.source("alpha").publishes("One")
    another_world.source("alpha")
    for _ in range(2):
        collected(world, Exchanges(record=tmp_path / "kept"))
    world.server.close()
    assert [
        item.unchanged for _ in range(2) for item in collected(another_world, Exchanges(replay=tmp_path / "kept"))
    ] == [
        False,
        True,
    ]


def test_a_source_that_was_not_recorded_fails_with_the_reason(world, tmp_path):
    world.source("alpha").publishes("One")
    (item,) = collected(world, Exchanges(replay=tmp_path))
    assert item.failed is not None
    assert item.failed.code == "replay.missing"
    assert world.source("alpha").url in word(item.failed)
    assert world.server.seen == []


def test_a_mailbox_on_the_network_is_not_asked_in_a_replay(world, tmp_path, monkeypatch):
    from digest.collect import mailbox

    monkeypatch.setattr(mailbox, "read_imap", lambda *_, **__: pytest.fail("the network was asked"))
    path = world.configuration()
    path.write_text(
        path.read_text()
        + '[[source]]\nname = "post"\nkind = "mailbox"\nurl = "imaps://me@mail.example/INBOX"\npassword = "x"\n'
    )
    monkeypatch.setattr(world, "configuration", lambda: path)
    (item,) = collected(world, Exchanges(replay=tmp_path))
    assert item.failed == Reason("replay.missing", {"url": "post"})


def test_a_replay_can_be_recorded_and_is_then_the_same(world, tmp_path):
    world.source("alpha").publishes("One")
    collected(world, Exchanges(record=tmp_path / "first"))
    again = Exchanges(record=tmp_path / "second", replay=tmp_path / "first")
    http = HttpFetcher(user_agent="test", clock=lambda: world.now)

    async def ask():
        async with again.fetcher(http) as fetcher:
            await fetcher.fetch(world.source("alpha").url)

    asyncio.run(ask())
    first, second = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("first", "second")
    )
    assert first == second != {}


def test_the_web_itself_is_asked_where_nothing_is_recorded_or_replayed():
    http = HttpFetcher(user_agent="test", clock=lambda: NOW)
    assert Exchanges().fetcher(http) is http


# ── answers ──────────────────────────────────────────────────────────────────────────────────────
_TEXTS = st.text(alphabet='ab "é漢\x00\udce9;=', max_size=8)  # with a header's byte that is no text
_VALIDATORS = st.builds(Validators, st.none() | _TEXTS, st.none() | _TEXTS)
_HINTS = {
    "max_age": st.none() | st.integers(0, 2**31),
    "expires": st.none() | st.datetimes(timezones=st.just(UTC)),
    "moved_to": st.none() | _TEXTS,
}
_ANSWERS = (
    st.builds(
        Fetched, url=_TEXTS, body=st.binary(max_size=40), content_type=_TEXTS, charset=st.none() | _TEXTS,
        validators=_VALIDATORS, link=_TEXTS, **_HINTS,
    )
    | st.builds(Unchanged, _VALIDATORS, **_HINTS)
    | st.builds(
        Failed,
        st.builds(Reason, _TEXTS, st.dictionaries(_TEXTS, st.none() | st.booleans() | st.integers() | _TEXTS)),
        st.none() | st.integers(0, 10**6),
    )
)  # fmt: skip


@given(answer=_ANSWERS, validators=_VALIDATORS)
def test_every_answer_comes_back_as_it_was(tmp_path_factory, answer, validators):
    folder = tmp_path_factory.mktemp("kept")
    assert record(folder, URL, answer, validators) == answer
    assert replay(folder, URL, validators) == answer


def test_the_instant_of_an_answer_is_kept(tmp_path):
    record(tmp_path, URL, DOCUMENT)
    (path,) = tmp_path.glob("*.json")
    assert json.loads(path.read_text())["at"] == "2026-03-02T06:00:00+00:00"


def test_the_later_answer_to_the_same_question_stays(tmp_path):
    record(tmp_path, URL, DOCUMENT)
    later = replace(DOCUMENT, body=b"<rss>more</rss>")
    record(tmp_path, URL, later)
    assert replay(tmp_path, URL) == later


def test_a_whole_document_serves_whoever_knows_another_version(tmp_path):
    record(tmp_path, URL, DOCUMENT)
    assert replay(tmp_path, URL, Validators('"another"')) == DOCUMENT


def test_a_304_serves_only_whoever_sends_what_it_confirms(tmp_path):
    record(tmp_path, URL, Unchanged(KNOWN), KNOWN)
    assert replay(tmp_path, URL, KNOWN) == Unchanged(KNOWN)
    for validators in (Validators(), Validators('"one"'), Validators('"another"')):
        assert replay(tmp_path, URL, validators) == Failed(Reason("replay.missing", {"url": URL}))


def test_the_answer_to_the_very_question_comes_before_all_others(tmp_path):
    questions = [NOTHING, *(Validators(f'"{number}"') for number in range(8))]
    answers = [replace(DOCUMENT, body=f"{number}".encode()) for number in range(9)]
    for question, answer in zip(questions, answers, strict=True):
        record(tmp_path, URL, answer, question)
    assert [replay(tmp_path, URL, question) for question in questions] == answers


def test_a_document_is_found_behind_the_304_of_another_question(tmp_path):
    record(tmp_path, URL, Unchanged(KNOWN), KNOWN)
    record(tmp_path, URL, DOCUMENT, Validators('"old"'))
    assert replay(tmp_path, URL) == DOCUMENT


@pytest.mark.parametrize(
    "damage", ["{", "{}", '{"kind": "fetched", "answer": {}}', '{"kind": "failed", "answer": {}}', "é"]
)
def test_a_damaged_record_is_a_failure_that_names_its_file(tmp_path, damage):
    record(tmp_path, URL, DOCUMENT)
    (path,) = tmp_path.glob("*.json")
    path.write_text(damage, encoding="utf-8")
    answer = replay(tmp_path, URL)
    assert isinstance(answer, Failed)
    assert (answer.reason.code, answer.reason.args["path"]) == ("replay.damaged", str(path))


def test_a_record_without_its_body_is_a_failure(tmp_path):
    record(tmp_path, URL, DOCUMENT)
    next(tmp_path.glob("*.body")).unlink()
    answer = replay(tmp_path, URL)
    assert isinstance(answer, Failed)
    assert answer.reason.code == "replay.damaged"


def test_what_a_newer_version_wrote_beside_is_left_out(tmp_path):
    record(tmp_path, URL, DOCUMENT)
    (path,) = tmp_path.glob("*.json")
    told = json.loads(path.read_text())
    told["answer"]["mood"] = "good"
    path.write_text(json.dumps(told))
    assert replay(tmp_path, URL) == DOCUMENT


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_asked(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="Nothing can be recorded in"):
        record(tmp_path / "file" / "kept", URL, DOCUMENT)


# ── secrets ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "url",
    [
        "https://me:s3cret@a.example/feed",
        "https://s3cret@a.example/feed",
        "https://me:s3@cret:s3cret@a.example/feed",
        "https://a.example/feed?token=s3cret&page=2",
        "https://a.example/feed?page=2&API_KEY=s3cret#top",
        "https://a.example/feed?access_token=s3cret",
        "https://a.example/feed?a=1;auth-token=s3cret",
    ],
)
def test_no_secret_of_an_address_is_written_and_the_answer_is_found_all_the_same(tmp_path, url):
    answer = replace(DOCUMENT, url=url, moved_to=url, link=f'<{url}>; rel="hub", <{url}>; rel="self"')
    record(tmp_path, url, answer)
    assert b"s3cret" not in written(tmp_path)
    found = replay(tmp_path, url)
    assert isinstance(found, Fetched)
    assert found.body == DOCUMENT.body
    assert replay(tmp_path, url.replace("s3cret", "hidden")) == found


def test_no_secret_is_written_with_a_failure(tmp_path):
    failed = Failed(Reason("fetch.broken", {"error": "no answer from https://me:s3cret@a.example/?key=s3cret today"}))
    record(tmp_path, URL, failed)
    assert b"s3cret" not in written(tmp_path)
    assert b"no answer from https://a.example/?key=hidden today" in written(tmp_path)


@pytest.mark.parametrize("url", ["https://a.example/@me/feed", "https://a.example/?to=me@b.example&tokens=2&monkey=7"])
def test_what_is_no_secret_stays(tmp_path, url):
    record(tmp_path, url, DOCUMENT)
    assert url.encode() in written(tmp_path)
