"""What is the same but for how it is written: links and titles. Rule: a key that says too little is no key."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import parse_qsl, urlencode, urlsplit

_LEAST_WORDS = 4
_LEAST_CHARACTERS = 20
_LEAST_UNPARTED = 8
"""A title shorter than this ("Untitled", "Newsletter") says nothing about what it stands over."""

_SENTENCE_WORDS = 6
_SENTENCE_UNPARTED = 12

_UNPARTED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")

_TRACKING = re.compile(
    r"utm_.*|mtm_.*|pk_.*|piwik_.*|matomo_.*|at_(?:medium|campaign|custom\d?)|hsa_.*|oly_.*|vero_.*|ns_(?:campaign|mchannel|source)"
    r"|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|li_fat_id|igsh|igshid|wickedid|srsltid"
    r"|mc_cid|mc_eid|mkt_tok|_hsenc|_hsmi|_ga|_gl|xtor|cmpid|s_cid|ocid|__twitter_impression",
    re.IGNORECASE,
)


def link_key(url: str) -> str:
    """Answer the canonical link of an article; nothing for a bare host, which names a site."""
    link = canonical_link(url)
    return link if "/" in link or "?" in link else ""


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


def title_key(title: str) -> str:
    """Answer the normal title; nothing for one that says too little."""
    normal = normal_title(title)
    if len(_UNPARTED.findall(normal)) >= _LEAST_UNPARTED:
        return normal
    return normal if len(normal) >= _LEAST_CHARACTERS and len(normal.split()) >= _LEAST_WORDS else ""


def says_enough(title: str) -> bool:
    """Tell whether a title alone names a story: a sentence of six words does, numbers aside."""
    normal = title_pattern(title)
    return len(normal.split()) >= _SENTENCE_WORDS or len(_UNPARTED.findall(normal)) >= _SENTENCE_UNPARTED


def title_pattern(title: str) -> str:
    """Answer what stays of a title from issue to issue: all but its numbers."""
    return " ".join(re.sub(r"\d+", " ", normal_title(title)).split())


def normal_title(title: str) -> str:
    """Fold case, compatibility forms, punctuation and white space of a title."""
    folded = unicodedata.normalize("NFKC", title).casefold()
    return " ".join(re.sub(r"[\W_]+", " ", folded).split())
