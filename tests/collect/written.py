"""Relative dates as sites write them: CLDR's own patterns, and the mixed forms that themes make of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from babel.dates import format_timedelta

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800, "month": 2592000, "year": 31536000}
LANGUAGES = (
    "en", "fr", "de", "es", "it", "pt", "nl", "pl", "ru", "tr", "sv", "ja", "zh", "ar", "ko", "cs", "da", "fi", "nb",
    "uk", "el", "he", "ro", "ca", "id", "vi", "hi",
)  # fmt: skip
COUNTS = (1, 2, 3, 5, 11)
UNITS = {
    "fr": {"minute": "minutes", "hour": "heures", "day": "jours", "week": "semaines", "month": "mois", "year": "ans"},
    "de": {
        "minute": "Minuten",
        "hour": "Stunden",
        "day": "Tagen",
        "week": "Wochen",
        "month": "Monaten",
        "year": "Jahren",
    },
    "es": {"minute": "minutos", "hour": "horas", "day": "días", "week": "semanas", "month": "meses", "year": "años"},
    "it": {"minute": "minuti", "hour": "ore", "day": "giorni", "week": "settimane", "month": "mesi", "year": "anni"},
    "nl": {"minute": "minuten", "hour": "uur", "day": "dagen", "week": "weken", "month": "maanden", "year": "jaar"},
    "pl": {"minute": "minut", "hour": "godzin", "day": "dni", "week": "tygodni", "month": "miesięcy", "year": "lat"},
    "ru": {"minute": "минут", "hour": "часов", "day": "дней", "week": "недель", "month": "месяцев", "year": "лет"},
}
FORMS = (
    "{} ago",
    "Publié il y a {}",
    "{} ago · Rédaction",
    "hace {}",
    "vor {}",
    "{} fa",
    "Posted {} ago by Ana",
    "- {} ago",
)


@dataclass(frozen=True, slots=True)
class Written:
    """A text, in a page of a language, and what it says: so many units before now."""

    text: str
    language: str
    unit: str
    count: int


def from_cldr() -> Iterator[Written]:
    """Write each unit in each language, in full and short."""
    for language in LANGUAGES:
        for unit, seconds in SECONDS.items():
            for count in COUNTS:
                for width in ("long", "short"):
                    ago = timedelta(seconds=-seconds * count)
                    try:
                        text = format_timedelta(
                            ago, granularity=unit, threshold=10**9, add_direction=True, locale=language, format=width
                        )
                    except KeyError:  # CLDR has no such pattern
                        continue
                    yield Written(text, language, unit, count)


def mixed() -> Iterator[Written]:
    """Write the unit in one language and "ago" in another, with what themes print around them."""
    for language, units in UNITS.items():
        for unit, word in units.items():
            for form in FORMS:
                yield Written(form.format(f"4 {word}"), language, unit, 4)
