"""Keep: what one look at a source brought becomes rows, all of it in one transaction.

New entries are cleaned and kept, edits taken over, and the source told how it went, where it moved to and when it is
looked at next, with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection

from digest.collect import discover, drift, identity, order
from digest.collect.clean import clean, plain, web_url
from digest.collect.fetch import Fetched, Unchanged
from digest.compose.manners import adopt_move
from digest.compose.polling import PollResult, next_check, syndication_minutes
from digest.compose.rhythm import Rhythm, arrival, learn
from digest.flows.ask import Look
from digest.flows.context import Context
from digest.model import Collected, EntryData, Failed, Hints, Kind, Reason
from digest.store import entries, events, frozen, sources
from digest.store.entries import NewEntry
from digest.store.sources import Source

LOCAL_WAIT = timedelta(seconds=60)
"""How soon files are looked at again: they cost nobody a request."""


@dataclass(frozen=True, slots=True)
class Collection:
    """How one look at a source went. `failed` is None where it went well."""

    source: str
    new: int = 0
    revised: int = 0
    unchanged: bool = False
    failed: Reason | None = None


def keep(context: Context, source: Source, look: Look) -> Collection:
    """Write down what a look brought."""
    answer, read = look.answer, look.read
    if isinstance(read, Failed):
        return _keep_failure(context, source, read)
    if isinstance(answer, Failed):
        return _keep_failure(context, source, answer)
    now = context.clock()
    base = discover.base_of(read, answer.url if isinstance(answer, Fetched) else None) if read else None
    told, learnt, drifted = _list_of(context, source, read) if read else ((), {}, None)
    new, revised = _sort_out(context, source, told, base)
    with context.ledger.writing() as connection:
        known = entries.known(connection, source.id) if new else {}
        fresh = [item for item in new if item.data.uid not in known]
        entries.keep(connection, source.id, fresh, now, backlog=source.first_collected is None)
        for entry_id, data, fingerprint in revised:
            entries.revise(connection, entry_id, data, fingerprint, now)
        values = (_told(source, read, base, now) if read else {}) | learnt
        if drifted is not None:
            events.record(connection, now, f"source:{source.id}", drifted)
        values |= _stands(source, answer, now) | _moved(connection, source, look, now)
        values |= _rhythm(connection, source, now) if fresh or source.rhythm is None else {}
        values |= _next(context, source, answer, values, now)
        sources.put_back(connection, source.id, **values)
        if source.failures:
            well_again = Reason("source.recovered", {"failures": source.failures})
            events.record(connection, now, f"source:{source.id}", well_again)
    context.reached("collect.kept")
    return Collection(source.spec.name, new=len(fresh), revised=len(revised), unchanged=read is None)


def _list_of(
    context: Context, source: Source, read: Collected
) -> tuple[tuple[EntryData, ...], dict[str, Any], Reason | None]:
    """Take the entries of a document; those of a page's list only while it is the list that was learnt."""
    listed = {entry.url for block in read.blocks for entry in block.entries}
    apart = tuple(entry for entry in read.entries if entry.url not in listed)
    if read.kind is not Kind.PAGE or len(apart) == len(read.entries):
        return read.entries, {}, None
    before = source.learnt_list
    if before is None:
        taken = {entry.url for entry in read.entries}
        first = next((block for block in read.blocks if {entry.url for entry in block.entries} <= taken), None)
        return read.entries, _learnt(drift.learn(first)) if first else {}, None
    with context.ledger.reading() as connection:
        known = entries.urls(connection, source.id)
    memory = drift.Learnt(before.selector, before.heading, before.role, before.count, before.dated)
    block, learnt, reason = drift.choose(read.blocks, memory, known=known)
    return apart + (block.entries if block else ()), _learnt(learnt) if learnt else {}, reason


def _learnt(learnt: drift.Learnt) -> dict[str, Any]:
    return {
        "list_selector": learnt.selector, "list_heading": learnt.heading, "list_role": learnt.role.value,
        "list_count": learnt.count, "list_dated": learnt.dated,
    }  # fmt: skip


def _sort_out(
    context: Context, source: Source, told: Sequence[EntryData], base: str | None
) -> tuple[list[NewEntry], list[tuple[int, EntryData, str]]]:
    """Tell new and changed entries from known ones; only those are cleaned."""
    with context.ledger.reading() as connection:
        known = entries.known(connection, source.id)
    now = context.clock()
    authority = urlsplit(context.site.url).hostname or "localhost"
    new: dict[str, NewEntry] = {}
    revised: dict[int, tuple[int, EntryData, str]] = {}
    places = order.settled([data.dating for data in told], first_seen=now, first_look=source.first_collected is None)
    for data, place in zip(told, places, strict=True):
        fingerprint = identity.fingerprint(data)
        before = known.get(data.uid)
        if before is not None and before.fingerprint == fingerprint:
            continue
        cleaned = clean(replace(data, dating=place.dating), base)
        if before is None:
            tag = identity.tag_uri(authority, now, f"{source.id} {source.spec.url}", data.uid)
            new.setdefault(cleaned.uid, NewEntry(cleaned, tag, fingerprint, place.at))
        else:
            revised.setdefault(before.id, (before.id, cleaned, fingerprint))
    return list(new.values()), list(revised.values())


# ── what the source's row is told ────────────────────────────────────────────────────────────────
def _told(source: Source, read: Collected, base: str | None, now: datetime) -> dict[str, Any]:
    """What the document says of itself. A folder's name is no title: its operator gave it one."""
    return {
        "title": "" if read.kind is Kind.FOLDER else plain(read.title),
        "link": web_url(read.link, base),
        "spoken": read.language,
        "route": read.route,
        "hints": frozen.to_json(read.hints) if read.hints else None,
        "first_collected_at": source.first_collected or now,
    }


def _stands(source: Source, answer: Fetched | Unchanged, now: datetime) -> dict[str, Any]:
    """What the next request needs, and that this one went well."""
    validators = answer.validators
    given = bool(validators.etag or validators.last_modified)
    since = now if isinstance(answer, Fetched) else source.validators_since or now
    return {
        "checked_at": now, "succeeded_at": now, "failures": 0, "reason_code": None, "reason_args": None,
        "etag": validators.etag, "last_modified": validators.last_modified,
        "validators_since": since if given else None,
    }  # fmt: skip


def _moved(connection: Connection, source: Source, look: Look, now: datetime) -> dict[str, Any]:
    """Remember the route that was found; follow a source that moved for good, once that can be believed."""
    moved_to = None if isinstance(look.answer, Failed) else look.answer.moved_to
    values: dict[str, Any] = {"moved_to": None, "moved_since": None}
    if look.mark is not None:
        values |= {"mail_validity": look.mark.validity, "mail_uid": look.mark.uid}
    asked = source.route_url or source.spec.url
    if look.chosen is not None:
        asked = look.chosen.ask
        values |= {"found": look.chosen.route.value, "route_url": asked}
    if moved_to is None:
        return values
    since = source.moved_since if source.moved_since and source.moved_to == moved_to else now
    if not adopt_move(asked, moved_to, since, now):
        return values | {"moved_to": moved_to, "moved_since": since}
    events.record(connection, now, f"source:{source.id}", Reason("source.moved", {"url": moved_to}))
    values |= {"route_url": moved_to}
    if (twin := sources.at_address(connection, moved_to, source.id)) is not None:
        events.record(connection, now, f"source:{source.id}", Reason("source.merged", {"source": twin}))
        values |= {"state": "paused"}
    return values


def _rhythm(connection: Connection, source: Source, now: datetime) -> dict[str, Any]:
    """Learn how often something new comes, from the newest entries."""
    arrived = (
        arrival(item.published, item.precision, item.first_seen, backlog=item.backlog)
        for item in entries.arrivals(connection, source.id)
    )
    return {"rhythm": learn(arrived, since=source.first_collected or now).as_row()}


def _next(
    context: Context, source: Source, answer: Fetched | Unchanged, values: dict[str, Any], now: datetime
) -> dict[str, Any]:
    """Decide when the source is looked at next."""
    if context.local_path(source.spec.url):
        return _next_check(now + LOCAL_WAIT, Reason("poll.local"))
    hints = frozen.from_json(Hints, values["hints"]) if values.get("hints") else source.hints
    polled = PollResult(
        source=source.spec.name,
        every=_every(source),
        rhythm=Rhythm.from_row(values.get("rhythm", source.rhythm)),
        conditional=bool(answer.validators.etag or answer.validators.last_modified),
        max_age=answer.max_age,
        expires=answer.expires,
        ttl=hints.ttl,
        update_every=syndication_minutes(hints.update_period, hints.update_frequency),
        skip_hours=hints.skip_hours,
        skip_days=hints.skip_days,
    )
    return _next_check(*next_check(polled, now))


def _every(source: Source) -> timedelta | None:
    return None if source.spec.every is None else timedelta(seconds=source.spec.every)


def _next_check(at: datetime | None, reason: Reason) -> dict[str, Any]:
    return {"next_check_at": at, "next_check_code": reason.code, "next_check_args": dict(reason.args)}


_DOUBTFUL = {"feed.is_html", "feed.malformed", "feed.empty", "page.not_html", "route.empty", "sitemap.malformed"}
"""Failures that speak against the address, as 404 and 410 do; what is only in the way says nothing of it."""


def _keep_failure(context: Context, source: Source, failed: Failed) -> Collection:
    now = context.clock()
    if failed.reason.code == "fetch.host_asked_for_patience":
        return _put_off(context, source, failed, now)
    failures = source.failures + 1
    status = failed.reason.args.get("status")
    polled = PollResult(
        source=source.spec.name, every=_every(source), rhythm=Rhythm.from_row(source.rhythm), failures=failures,
        status=status, retry_after=failed.retry_after,
    )  # fmt: skip
    at, reason = next_check(polled, now)
    if context.local_path(source.spec.url):
        at, reason = now + LOCAL_WAIT, Reason("poll.local")
    values = _next_check(at, reason) | {
        "checked_at": now, "failures": failures, "reason_code": failed.reason.code,
        "reason_args": dict(failed.reason.args),
    }  # fmt: skip
    if source.route_url and (failed.reason.code in _DOUBTFUL or status in (404, 410)):
        # A feed that a page announced, or that moved, may have moved again: the next look begins anew.
        values |= dict.fromkeys(("found", "route_url", "etag", "last_modified", "validators_since"))
    with context.ledger.writing() as connection:
        if source.reason is None or source.reason.code != failed.reason.code:
            events.record(connection, now, f"source:{source.id}", failed.reason)
        if at is None:  # gone for good (410): never asked again unless its operator says so
            values |= {"state": "paused"}
            events.record(connection, now, f"source:{source.id}", reason)
        sources.put_back(connection, source.id, **values)
    return Collection(source.spec.name, failed=failed.reason)


def _put_off(context: Context, source: Source, failed: Failed, now: datetime) -> Collection:
    """Leave a source as it stands that was not asked, since its host asked another one for patience."""
    polled = PollResult(source=source.spec.name, every=timedelta(0), retry_after=failed.retry_after)
    with context.ledger.writing() as connection:
        sources.put_back(connection, source.id, **_next_check(*next_check(polled, now)))
    return Collection(source.spec.name, unchanged=True)
