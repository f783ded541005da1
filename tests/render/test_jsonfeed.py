import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from digest.render.feeds import channel
from digest.render.jsonfeed import json_feed
from digest.render.stories import placed
from render.newsroom import DUE, ENGLISH, FRENCH, HOSTILE, LEDGER, SITE, edition

ABOUT = replace(channel(SITE, LEDGER, DUE, hub="https://hub.example/"), version="0")
SCHEMA = json.loads((Path(__file__).parent / "jsonfeed.schema.json").read_text())


def written(told):
    return json_feed(ABOUT, [place.story for place in placed(edition(told))])


def test_the_json_feed_of_the_english_issue_is_these_bytes(golden):
    golden("ledger.feed.json", written(ENGLISH))


@pytest.mark.parametrize("told", [ENGLISH, FRENCH, HOSTILE, ()])
def test_it_follows_the_schema_of_version_1_1(told):
    jsonschema.validate(json.loads(written(told)), SCHEMA)


def test_the_schema_refuses_an_item_without_content():
    feed = json.loads(written(ENGLISH))
    del feed["items"][0]["content_html"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(feed, SCHEMA)


def test_an_item_says_all_that_is_known():
    item = json.loads(written(ENGLISH))["items"][4]
    assert item["attachments"] == [
        {"url": "https://tidewatch.example/choir.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 4213000},
        {"url": "https://tidewatch.example/choir.pdf", "mime_type": "application/pdf"},
    ]
    assert item["tags"] == ["Culture"]
    assert item["_source"]["title"] == "Tidewatch"


def test_a_story_without_content_gives_its_summary_as_text():
    item = json.loads(written([replace(ENGLISH[0], content="")]))["items"][0]
    assert "content_html" not in item
    assert item["content_text"] == ENGLISH[0].summary
