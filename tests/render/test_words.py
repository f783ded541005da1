import re
from datetime import UTC, datetime

import pytest
from babel.messages.pofile import read_po

from digest.model import Precision
from digest.render.templates import built_in_folder
from digest.render.words import direction, text_direction, words

WHEN = datetime(2026, 11, 2, 23, 30, tzinfo=UTC)
ASKED = re.compile(r'(?<!\w)(?:_|ngettext)\("((?:[^"\\]|\\.)*)"')
TEMPLATES = [path for folder in ("email", "text", "web") for path in (built_in_folder() / folder).iterdir()]


def asked_for():
    return {text for path in TEMPLATES for text in ASKED.findall(path.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("language", ["fr"])
def test_a_catalog_holds_every_text_that_the_templates_ask_for_and_no_other(language):
    with (built_in_folder() / "locale" / language / "LC_MESSAGES" / "digest.po").open("rb") as file:
        catalog = read_po(file, locale=language)
    held = {message.id if isinstance(message.id, str) else message.id[0]: message for message in catalog if message.id}
    assert set(held) == asked_for()
    for message in held.values():
        forms = [message.string] if isinstance(message.string, str) else message.string
        assert all(forms)
        assert not message.fuzzy
        names = set(re.findall(r"%\(\w+\)s", message.id if isinstance(message.id, str) else message.id[1]))
        assert all(set(re.findall(r"%\(\w+\)s", form)) == names for form in forms)


def test_french_counts_as_the_french_do():
    french = words("fr-CA")
    counted = [french.ngettext("%(count)s story", "%(count)s stories", count) for count in (0, 1, 2)]
    assert counted == ["0 article", "1 article", "2 articles"]


def test_dates_are_those_of_the_publications_zone_and_language():
    assert words("en").day(WHEN, "Europe/Lisbon") == "Monday, November 2, 2026"
    assert words("en-GB").day(WHEN, "Europe/Lisbon") == "Monday, 2 November 2026"
    assert words("fr").day(WHEN, "Europe/Paris") == "mardi 3 novembre 2026"


@pytest.mark.parametrize(
    ("precision", "year", "expected"),
    [
        (Precision.SECOND, 2026, "3 nov., 00:30"),
        (Precision.HOUR, 2026, "3 nov., 00:30"),
        (Precision.DAY, 2026, "3 nov."),
        (Precision.WEEK, 2026, "3 nov."),
        (Precision.SECOND, 2027, "3 nov. 2026"),
        (Precision.MONTH, 2026, "novembre 2026"),
        (Precision.YEAR, 2026, "2026"),
        (Precision.NONE, 2026, ""),
    ],
)
def test_a_date_is_told_as_exactly_as_it_is_known(precision, year, expected):
    assert words("fr").told(WHEN, precision, "Europe/Paris", year) == expected


@pytest.mark.parametrize("language", ["xx", "tlh", "not a language", "", "../../etc"])
def test_an_unknown_language_falls_back_to_english(language):
    spoken = words(language)
    assert spoken.gettext("Past issues") == "Past issues"
    assert spoken.day(WHEN, "UTC") == "Monday, November 2, 2026"


def test_a_language_without_a_catalog_does_not_mix_two():
    assert words("de").day(WHEN, "UTC") == "Monday, November 2, 2026"


def test_names_are_joined_as_the_language_does():
    assert words("fr").listed(["A", "B", "C"]) == "A, B et C"


@pytest.mark.parametrize(
    ("language", "expected"), [("ar", "rtl"), ("he-IL", "rtl"), ("fr", "ltr"), ("ur-Latn", "ltr"), ("az-Arab", "rtl")]
)
def test_a_language_has_a_direction(language, expected):
    assert direction(language) == expected


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("متحف البحر", "en", "rtl"),
        ("iPhone 17: مراجعة", "ar", "rtl"),
        ("Plain words", "ar", "ltr"),
        ("2026", "he", "rtl"),
        ("2026", None, "ltr"),
    ],
)
def test_a_text_turns_by_its_letters(text, language, expected):
    assert text_direction(text, language) == expected
