"""The same story told by several sources becomes one. Rule: only fold, never drop, and only what is verbatim the same.

Two entries of different sources tell the same story when they share a canonical link or a normalised
title and lie at most 72 hours apart. A story holds one entry of each source at most.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from digest.model import Entry

WINDOW = timedelta(hours=72)
"""How far apart two tellings of one story may lie."""

LEAST_WORDS = 4
LEAST_CHARACTERS = 20
"""A title shorter than this ("Untitled", "Newsletter") says nothing about what it stands over."""

_TRACKING = re.compile(
    r"utm_.*|mtm_.*|pk_.*|piwik_.*|matomo_.*|at_(?:medium|campaign|custom\d?)|hsa_.*|oly_.*|vero_.*|ns_(?:campaign|mchannel|source)"
    r"|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|li_fat_id|igsh|igshid|wickedid|srsltid"
    r"|mc_cid|mc_eid|mkt_tok|_hsenc|_hsmi|_ga|_gl|xtor|cmpid|s_cid|ocid|__twitter_impression",
    re.IGNORECASE,
)


def fold(entries: Sequence[Entry]) -> tuple[tuple[Entry, ...], ...]:
    """Group entries into stories, oldest first; the first entry of each is the one that leads it.

    The earliest published leads, on a tie that of the heaviest source. The order of `entries` does not matter.
    """
    stories: list[list[Entry]] = []
    told: dict[str, list[int]] = defaultdict(list)
    for entry in sorted(entries, key=lambda entry: (entry.when, -entry.source.weight, entry.id)):
        keys = _keys(entry)
        candidates = sorted({place for key in keys for place in told[key]})
        place = next((place for place in candidates if _fits(entry, stories[place])), len(stories))
        if place == len(stories):
            stories.append([])
        stories[place].append(entry)
        for key in keys:
            told[key].append(place)
    return tuple(map(tuple, stories))


def canonical_link(url: str) -> str:
    """Reduce a URL to what names the page: no scheme, `www.`, default port, trailing slash, fragment or tracking.

    All other parameters are kept, in sorted order. The result is for comparing, never for fetching.
    """
    try:
        parts = urlsplit(url)
    except ValueError:  # a bracket that is no IPv6 address: such a link equals itself alone
        return url
    host = re.sub(r":(?:80|443)$", "", parts.netloc.rpartition("@")[2].lower()).removeprefix("www.")
    query = sorted(pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(pair[0]))
    return host + parts.path.rstrip("/") + (f"?{urlencode(query)}" if query else "")


def normal_title(title: str) -> str:
    """Fold case, compatibility forms, punctuation and white space of a title."""
    folded = unicodedata.normalize("NFKC", title).casefold()
    return " ".join(re.sub(r"[\W_]+", " ", folded).split())


def _keys(entry: Entry) -> tuple[str, ...]:
    keys = []
    link = canonical_link(entry.data.url) if entry.data.url else ""
    if "/" in link or "?" in link:  # a bare host names a site, not an article
        keys.append(f"link {link}")
    title = normal_title(entry.data.title)
    if len(title) >= LEAST_CHARACTERS and len(title.split()) >= LEAST_WORDS:
        keys.append(f"title {title}")
    return tuple(keys)


def _fits(entry: Entry, story: Sequence[Entry]) -> bool:
    apart = entry.when - story[0].when
    return apart <= WINDOW and all(entry.source.id != teller.source.id for teller in story)
