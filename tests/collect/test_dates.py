"""A text is a date only as a whole; relative dates are read in any mix of languages."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collect.written import from_cldr, mixed
from digest.collect.dates import find_date, read_date
from digest.collect.datewords import AGO, UNITS
from digest.collect.spans import go_back
from digest.model import UNDATED, Precision

NOW = datetime(2024, 4, 26, 10, 0, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")


def read(text, language="fr", zone=UTC, now=NOW):
    return read_date(text, now=now, language=language, zone=zone)


def day(text, language="fr"):
    return read(text, language).at.date().isoformat()


@pytest.mark.parametrize(
    ("text", "back", "precision"),
    [
        ("2 jours ago", timedelta(days=2), "day"),
        ("3 semaines ago", timedelta(weeks=3), "week"),
        ("6 Tagen ago", timedelta(days=6), "day"),
        ("1 Stunde Ago", timedelta(hours=1), "hour"),
        ("il y a 2 j", timedelta(days=2), "day"),
        ("Il y a 45 min", timedelta(minutes=45), "minute"),
        ("il y a environ deux heures", timedelta(hours=2), "hour"),
        ("Publié il y a 2 jours", timedelta(days=2), "day"),
        ("an hour ago", timedelta(hours=1), "hour"),
        ("a week ago", timedelta(weeks=1), "week"),
        ("15 minutes ago", timedelta(minutes=15), "minute"),
        ("2d ago", timedelta(days=2), "day"),
        ("Posted 3 hours ago by Ana", timedelta(hours=3), "hour"),
        ("Vor 3 Tagen", timedelta(days=3), "day"),
        ("vor einer Stunde", timedelta(hours=1), "hour"),
        ("hace 2 semanas", timedelta(weeks=2), "week"),
        ("2 giorni fa", timedelta(days=2), "day"),
        ("há 2 dias", timedelta(days=2), "day"),
        ("een week geleden", timedelta(weeks=1), "week"),
        ("tydzień temu", timedelta(weeks=1), "week"),
        ("2 dni temu", timedelta(days=2), "day"),
        ("2 дня назад", timedelta(days=2), "day"),
        ("неделю назад", timedelta(weeks=1), "week"),
        ("2 gün önce", timedelta(days=2), "day"),
        ("för 2 dagar sedan", timedelta(days=2), "day"),
        ("for 2 dage siden", timedelta(days=2), "day"),
        ("for 3 uker siden", timedelta(weeks=3), "week"),
        ("před týdnem", timedelta(weeks=1), "week"),
        ("2 päivää sitten", timedelta(days=2), "day"),
        ("3週間前", timedelta(weeks=3), "week"),
        ("2天前", timedelta(days=2), "day"),
        ("5小时前", timedelta(hours=5), "hour"),
        ("2일 전", timedelta(days=2), "day"),
        ("منذ 3 أيام", timedelta(days=3), "day"),
        ("منذ يومين", timedelta(days=2), "day"),
        ("לפני 3 ימים", timedelta(days=3), "day"),
        ("2 दिन पहले", timedelta(days=2), "day"),
        ("hier", timedelta(days=1), "day"),
        ("avant-hier", timedelta(days=2), "day"),
        ("yesterday", timedelta(days=1), "day"),
        ("昨日", timedelta(days=1), "day"),
        ("la semaine dernière", timedelta(weeks=1), "week"),
        ("just now", timedelta(0), "minute"),
        ("à l'instant", timedelta(0), "minute"),
    ],
)
def test_a_relative_date_is_read_in_any_language_and_counts_from_now(text, back, precision):
    dating = read(text)
    assert (dating.at, dating.precision, dating.source) == (NOW - back, precision, "relative")


def test_months_and_years_are_those_of_the_calendar():
    assert day("1 mois ago") == "2024-03-26"
    assert day("un an ago") == "2023-04-26"
    assert day("il y a 1 an et 2 mois") == "2023-02-26"
    end_of_march = datetime(2024, 3, 31, 10, tzinfo=UTC)
    assert read("1 month ago", now=end_of_march).at.date().isoformat() == "2024-02-29"


def test_a_few_of_a_unit_is_known_one_step_less_well():
    dating = read("il y a quelques minutes")
    assert dating.precision is Precision.HOUR
    assert NOW - timedelta(minutes=10) < dating.at < NOW
    assert read("a few days ago").precision is Precision.WEEK


def test_what_a_theme_prints_around_a_date_is_not_part_of_it():
    assert read("3 semaines ago · Rédaction").text == "3 semaines ago"
    assert read("Rédaction · 3 semaines ago").text == "3 semaines ago"
    assert read("Veröffentlicht am 3. März 2024, 14:30 Uhr", "de").text == "3. März 2024, 14:30 Uhr"
    assert read("12 mars 2024 | Tech").text == "12 mars 2024"


@pytest.mark.parametrize(
    ("text", "language", "at", "precision"),
    [
        ("2024-03-12T10:00:00Z", None, "2024-03-12T10:00:00", "second"),
        ("2024-03-12T10:00:00.123+02:00", None, "2024-03-12T08:00:00", "second"),
        ("2024-03-12", None, "2024-03-12T00:00:00", "day"),
        ("Tue, 12 Mar 2024 10:00:00 +0100", None, "2024-03-12T09:00:00", "second"),
        ("Publié le 12 mars 2024 à 14h30", "fr", "2024-03-12T14:30:00", "minute"),
        ("12 févr. 2024", "fr", "2024-02-12T00:00:00", "day"),
        ("12 août 14:30", "fr", "2023-08-12T14:30:00", "minute"),
        ("le 1er avril 2024", "fr", "2024-04-01T00:00:00", "day"),
        ("Mar 3rd, 2024 at 5:30 pm", "en", "2024-03-03T17:30:00", "minute"),
        ("Jun 12, 2018 9:00am EDT", "en", "2018-06-12T13:00:00", "minute"),
        ("March 3, 2024", "fr", "2024-03-03T00:00:00", "day"),
        ("12 de marzo de 2024", "es", "2024-03-12T00:00:00", "day"),
        ("12 марта 2024 г.", "ru", "2024-03-12T00:00:00", "day"),
        ("28 Şubat 2024", "tr", "2024-02-28T00:00:00", "day"),
        ("2024年3月12日", "ja", "2024-03-12T00:00:00", "day"),
        ("2024. 3. 12.", "ko", "2024-03-12T00:00:00", "day"),
        ("12 मार्च 2024", "hi", "2024-03-12T00:00:00", "day"),
        ("mars 2024", "fr", "2024-03-01T00:00:00", "month"),
        ("2024", None, "2024-01-01T00:00:00", "year"),
        ("hier à 14h30", "fr", "2024-04-25T14:30:00", "minute"),
        ("Yesterday at 5 PM", "en", "2024-04-25T17:00:00", "hour"),
    ],
)
def test_a_written_date_is_read_with_the_precision_it_has(text, language, at, precision):
    dating = read(text, language)
    assert (dating.at.astimezone(UTC).isoformat()[:19], dating.precision) == (at, precision)


def test_the_language_decides_the_order_of_day_and_month():
    assert day("03/04/2024", "fr") == "2024-04-03"
    assert day("03/04/2024", "en-GB") == "2024-04-03"
    assert day("03/04/2024", "en") == "2024-03-04"
    assert day("03/04/2024", "en-US") == "2024-03-04"
    assert day("26/10/2018", "en-US") == "2018-10-26"


def test_an_order_nobody_tells_is_not_guessed():
    assert read("03/04/2024", language=None) == UNDATED
    assert read("26/10/2018", language=None).at.date().isoformat() == "2018-10-26"


def test_a_day_without_a_year_is_the_last_one_that_has_been():
    assert day("12 mars") == "2024-03-12"
    assert day("December 24", "en") == "2023-12-24"


def test_a_date_keeps_the_offset_it_was_written_with_and_so_its_day():
    assert read("2024-03-12T00:30:00+02:00").at.isoformat() == "2024-03-12T00:30:00+02:00"
    assert read("Tue, 12 Mar 2024 10:00:00 +0100").at.isoformat() == "2024-03-12T10:00:00+01:00"
    assert read("12 mars 2024 00:30", zone=PARIS).at.date().isoformat() == "2024-03-12"


def test_relative_dates_are_read_in_27_languages():
    written = list(from_cldr())
    assert len(written) >= 1800
    assert len({one.language for one in written}) == 27
    wrong = [one for one in written if not says_so(one)]
    assert len(wrong) <= 0.02 * len(written), [one.text for one in wrong]


def test_relative_dates_are_read_in_any_mix_of_two_languages():
    wrong = [one.text for one in mixed() if not says_so(one)]
    assert wrong == []


def says_so(written):
    dating = read(written.text, written.language)
    back = go_back(f"{written.count} {written.unit} ago", NOW)
    return (dating.at, dating.precision) == back


def test_a_short_unit_means_what_it_means_in_the_language_of_the_page():
    assert read("hace 2 m", "es").precision is Precision.MONTH
    assert read("2 m ago", "en").precision is Precision.MINUTE


def test_a_time_without_a_zone_is_in_the_given_one():
    assert read("12 mars 2024 14:30", zone=PARIS).at == datetime(2024, 3, 12, 13, 30, tzinfo=UTC)
    assert read("12 mars 2024 14:30 UTC", zone=PARIS).at == datetime(2024, 3, 12, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "10 jours pour changer", "Windows 10", "3 commentaires", "1 299,00 €", "12:30", "24/7", "5 min read",
        "10", "May", "mars", "Top 10 2024", "iPhone 15", "Les 3 mois qui ont tout changé", "v1.2.3", "10.10.10.10",
        "Il y a 10 ans, la chute du mur", "Office 2024 : ce qu’on sait", "2 mois", "now", "in 2 days", "dans 3 jours",
        "99/99/9999", "32 mars 2024", "31/02/2024", "9999999 years ago", "ago", "Mai 68", "a week", "Share 12",
        "3 days of peace", "F1 2024", "vor Ort", "FA Cup 2024", "12 angry men", "hace calor", "1 sur 5", "Page 2",
        "Windows 10 : quel coût pour le support étendu ?", "555-12-3456", "2 for 1", "GPT-4", "Une semaine avant",
    ],
)  # fmt: skip
def test_what_is_no_date_as_a_whole_is_no_date(text):
    assert read(text) == UNDATED
    assert read(text, "en") == UNDATED


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("By Ana on March 3, 2024 in News", "March 3, 2024"),
        ("Par Jean Dupont, il y a 2 jours dans Tech", "il y a 2 jours"),
        ("La rédaction 16 novembre 2015", "16 novembre 2015"),
        ("John Smith 3 hours ago 5 comments", "3 hours ago"),
        ("Von Max Muster, 12.03.2024, 14:30 Uhr", "12.03.2024, 14:30 Uhr"),
    ],
)
def test_a_date_is_found_inside_a_byline(text, found):
    assert find_date(text, now=NOW, language="fr", zone=UTC).text == found


@pytest.mark.parametrize("text", ["De 2024 modellen zijn er", "Les 12 meilleurs de mars", "Version 3 of 5", "x" * 500])
def test_nothing_is_found_where_no_date_is(text):
    assert find_date(text, now=NOW, language="fr", zone=UTC) == UNDATED


@given(st.text(max_size=60), st.sampled_from([None, "fr", "en", "de", "ja", "xx", "zh-Hant"]))
def test_no_text_breaks_the_reader(text, language):
    for reader in (read_date, find_date):
        dating = reader(text, now=NOW, language=language, zone=PARIS)
        assert (dating.at is None) == (dating.precision is Precision.NONE)
        assert dating.at is None or dating.at.utcoffset() is not None


@given(
    st.integers(1, 20),
    st.sampled_from(sorted(word for word in UNITS if len(word) > 2)),
    st.sampled_from(sorted(AGO - {"fa", "ha", "vor", "once"})),
    st.booleans(),
)
def test_any_unit_goes_with_any_word_for_ago_on_either_side(number, unit, ago, before):
    text = f"{ago} {number} {unit}" if before else f"{number} {unit} {ago}"
    dating = read(text)
    assert dating.precision == UNITS[unit]
    assert NOW - timedelta(days=366 * number) <= dating.at < NOW


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2025, 1, 1)),  # noqa: DTZ001 - hypothesis wants its bounds naive
    st.integers(-14 * 4, 14 * 4),
)
def test_what_is_written_as_iso_8601_reads_back(moment, quarters):
    aware = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=15 * quarters)))
    assert read(aware.isoformat()).at == aware
