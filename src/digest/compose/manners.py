"""How a source's address and validators may change. Rule: believe a server soon in what is safe, late in what is not.

A permanent redirect may be a maintenance page's mistake, so it is followed at once but adopted after a week; validators
that confirm the same document for ever may be stuck, so once a week the document is asked for anew.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import SplitResult, urlsplit

ADOPT_AFTER = timedelta(days=7)
"""For how long a move must have been told before it is believed."""

ANEW_AFTER = timedelta(days=7)
"""How old validators may become."""

_USUAL_PORTS = {"http": 80, "https": 443}


def adopt_move(old_url: str, new_url: str, first_seen_moved_at: datetime, now: datetime) -> bool:
    """Tell whether a source's address is to become `new_url`, to which it says it moved for good (301, 308).

    At once where nothing but http became https; never from https to http, which anyone on the way could have
    told; else when the same move has been told for seven days. The caller starts `first_seen_moved_at` anew
    when the target changes or the move is no longer told.
    """
    old, new = _parts(old_url), _parts(new_url)
    if old is None or new is None or old == new or (old.scheme, new.scheme) == ("https", "http"):
        return False
    if (old.scheme, new.scheme) == ("http", "https") and _place(old) == _place(new):
        return True
    return now - first_seen_moved_at >= ADOPT_AFTER


def ask_anew(validators_since: datetime | None, now: datetime) -> bool:
    """Tell whether to leave out the validators, which were first used at `validators_since` (None: there are none)."""
    return validators_since is not None and now - validators_since >= ANEW_AFTER


def _parts(url: str) -> SplitResult | None:
    """Split a web address; None where it is none."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in _USUAL_PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None


def _place(parts: SplitResult) -> tuple[object, ...]:
    """Name what an address points at, whatever the scheme."""
    port = parts.port if parts.port not in (None, _USUAL_PORTS[parts.scheme]) else None
    return parts.username, parts.password, parts.hostname, port, parts.path or "/", parts.query
