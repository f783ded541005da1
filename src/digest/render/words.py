"""The words around the stories, in the publication's language; the source texts are English.

A language we have no catalog for falls back to English, dates included, so that a page never mixes the two.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from digest.model import Precision
from digest.render.templates import built_in_folder

_RTL = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ps", "sd", "ug", "ur", "yi"})
_DAY_OR_LESS = frozenset({Precision.DAY, Precision.WEEK})


@dataclass(frozen=True, slots=True)
class Words:
    """One language: its sentences, plurals, dates and lists. `language` is what is really spoken."""

    language: str
    locale: Any
    catalog: Any

    def gettext(self, text: str) -> str:
        """Answer `text` in this language, or as it is."""
        return str(self.catalog.gettext(text))

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """Answer the form that goes with `count`, the count filled in at `%(count)s`."""
        return str(self.catalog.ngettext(singular, plural, count)) % {"count": count}

    def day(self, when: datetime, timezone: str) -> str:
        """Write a date in full, with its weekday, as it is in `timezone`."""
        from babel.dates import format_date

        return format_date(when.astimezone(ZoneInfo(timezone)), "full", self.locale)

    def told(self, when: datetime, precision: Precision, timezone: str, year: int) -> str:
        """Write a date as exactly as it is known, the year only if it is not `year`; "" if nothing is known."""
        from babel.dates import format_skeleton, format_time, get_datetime_format

        if precision is Precision.NONE:
            return ""
        local = when.astimezone(ZoneInfo(timezone))
        if precision in (Precision.MONTH, Precision.YEAR):
            return format_skeleton("y" if precision is Precision.YEAR else "yMMMM", local, locale=self.locale)
        date = format_skeleton("MMMd" if local.year == year else "yMMMd", local, locale=self.locale)
        if precision in _DAY_OR_LESS or local.year != year:
            return date
        time = format_time(local, "short", locale=self.locale)
        pattern = str(get_datetime_format("medium", self.locale)).replace("'", "")
        return pattern.replace("{0}", time).replace("{1}", date)

    def listed(self, names: Sequence[str]) -> str:
        """Join names as the language does: "A, B and C"."""
        from babel.lists import format_list

        return format_list(list(names), locale=self.locale)


@cache
def words(language: str) -> Words:
    """Load a language by its tag: `fr-CA` takes French words and Canadian dates."""
    from babel import Locale, UnknownLocaleError
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    from babel.support import NullTranslations, Translations

    base = language.split("-", maxsplit=1)[0].lower()
    try:
        locale = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    if locale.language == "en":
        return Words("en", locale, NullTranslations())
    path = built_in_folder() / "locale" / base / "LC_MESSAGES" / "digest.po"
    if not base.isalpha() or not path.is_file():
        return Words("en", Locale("en"), NullTranslations())
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=base))
    compiled.seek(0)
    return Words(base, locale, Translations(compiled))


def direction(language: str) -> str:
    """Answer `rtl` or `ltr` for a language tag; a script subtag decides where there is one."""
    parts = language.lower().split("-")
    if "latn" in parts:
        return "ltr"
    return "rtl" if parts[0] in _RTL or "arab" in parts or "hebr" in parts else "ltr"


def text_direction(text: str, language: str | None) -> str:
    """Answer the direction of `text` by its letters, since the language told of it is often wrong."""
    kinds = [unicodedata.bidirectional(letter) for letter in text]
    right = sum(kind in ("R", "AL") for kind in kinds)
    left = kinds.count("L")
    if language is not None and direction(language) == "rtl":
        return "rtl" if right or not left else "ltr"
    return "rtl" if right > left else "ltr"
