"""What an edition said stays readable: frozen data goes to JSON and back unchanged."""

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from digest.model import AlsoIn, Enclosure, Precision, SourceRef, Story
from digest.store.frozen import from_json, to_json

texts = st.text(max_size=40)
instants = st.datetimes(timezones=st.just(UTC))
sources = st.builds(
    SourceRef, id=st.integers(), name=texts, title=texts, url=texts, link=st.none() | texts, topics=st.tuples(texts)
)
stories = st.builds(
    Story, tag=texts, entry_id=st.integers(), title=texts, url=st.none() | texts, summary=texts, content=texts,
    authors=st.lists(texts).map(tuple), published=instants, precision=st.sampled_from(Precision), updated=instants,
    source=sources, image=st.none() | texts, categories=st.lists(texts).map(tuple), language=st.none() | texts,
    enclosures=st.lists(st.builds(Enclosure, texts, texts, st.none() | st.integers())).map(tuple), topic=texts,
    also_in=st.lists(st.builds(AlsoIn, source=texts, title=texts, url=st.none() | texts)).map(tuple),
)  # fmt: skip


@given(stories)
def test_every_story_survives_the_freezer(story):
    assert from_json(Story, json.loads(json.dumps(to_json(story)))) == story


def test_a_field_that_is_no_more_is_ignored_and_a_new_one_has_its_default():
    old = {"source": "A", "title": "T", "url": None, "mood": "sunny"}
    assert from_json(AlsoIn, old) == AlsoIn(source="A", title="T", url=None)
    assert from_json(SourceRef, {"id": 1, "name": "n", "title": "t", "url": "u"}).topics == ()


def test_instants_are_kept_in_utc():
    assert to_json(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00+00:00"
