"""Collect: ask the sources that are due, keep what is new, notice what changed, say how it went.

One source is one unit: it is leased, asked, read, and its entries, validators and next check are written in one
transaction. What goes wrong with it is a reason in its row; the others go on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlsplit

from digest.collect import discover, identity
from digest.collect.clean import clean, plain, web_url
from digest.collect.fetch import Answer, Fetched, HttpFetcher, Unchanged, Validators, read_file
from digest.compose.polling import PollResult, next_check
from digest.errors import LedgerError
from digest.flows.context import Context
from digest.flows.owner import LEASE, may_take
from digest.model import Collected, EntryData, Failed, Kind, Reason
from digest.store import entries, events, sources
from digest.store.entries import NewEntry
from digest.store.sources import Source

logger = logging.getLogger(__name__)

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


def due_sources(context: Context, *, local_too: bool = False) -> list[int]:
    """List the sources whose time has come; files and folders at any time where `local_too`."""
    _free_abandoned(context)
    now = context.clock()
    with context.ledger.reading() as connection:
        ids = sources.due(connection, now)
        if local_too:
            ids += [
                source.id
                for source in sources.every(connection)
                if source.state == "active" and source.id not in ids and context.local_path(source.spec.url)
            ]
    return ids


async def collect(context: Context, source_ids: Sequence[int]) -> tuple[Collection, ...]:
    """Look at the given sources that nobody else is looking at just now, in the order of their ids."""
    claimed = await asyncio.to_thread(_claim, context, source_ids)
    context.reached("collect.claimed")
    fetch = context.configuration.settings.fetch
    async with HttpFetcher(
        user_agent=context.user_agent, clock=context.clock, timeout=fetch.timeout,
        max_bytes=fetch.max_bytes, allow_private=fetch.allow_private,
    ) as fetcher:  # fmt: skip
        looks = [_collect_one(context, fetcher, source) for source in claimed]
        done = await asyncio.gather(*looks, return_exceptions=True)
    for result in done:
        if isinstance(result, BaseException):
            raise result
    return tuple(result for result in done if isinstance(result, Collection))


def _free_abandoned(context: Context) -> None:
    """Take the leases of processes that are gone away from them, so that their sources are due again at once."""
    now = context.clock()
    with context.ledger.reading() as connection:
        gone = [owner for owner, until in sources.holders(connection) if may_take(owner, until, now)]
    if gone:
        with context.ledger.writing() as connection:
            for owner in gone:
                sources.free(connection, owner)


def _claim(context: Context, source_ids: Sequence[int]) -> list[Source]:
    now = context.clock()
    with context.ledger.writing() as connection:
        return sources.claim(connection, source_ids, context.owner, now, now + LEASE)


async def _collect_one(context: Context, fetcher: HttpFetcher, source: Source) -> Collection:
    try:
        answer, read = await _read(context, fetcher, source)
        return await asyncio.to_thread(_keep, context, source, answer, read)
    except LedgerError:
        raise
    except Exception as error:
        # A bug met on one source's document must not cost the others theirs; it is logged and shown in `status`.
        logger.exception("source.bug", extra={"source": source.spec.name})
        failed = Failed(Reason("collect.bug", {"error": f"{type(error).__name__}: {error}"[:200]}))
        return await asyncio.to_thread(_keep, context, source, failed, failed)


async def _read(context: Context, fetcher: HttpFetcher, source: Source) -> tuple[Answer, Collected | Failed | None]:
    """Ask and read; the reading is None where the document has not changed."""
    spec = source.spec
    zone = context.configuration.site_zone
    now = context.clock()
    validators = Validators(source.etag, source.last_modified)
    path = context.local_path(spec.url)
    if path is not None and (spec.kind is Kind.FOLDER or path.is_dir()):
        folder = await asyncio.to_thread(discover.read_path, path, now=now, zone=zone)
        return Unchanged(Validators()), folder
    if path is not None:
        answer = await asyncio.to_thread(read_file, path, validators, context.configuration.settings.fetch.max_bytes)
    else:
        answer = await fetcher.fetch(source.route_url or spec.url, validators)
    if not isinstance(answer, Fetched):
        return answer, answer if isinstance(answer, Failed) else None
    kind = Kind.FEED if source.route_url else spec.kind
    read = await asyncio.to_thread(discover.read_document, answer, kind, base_url=None, now=now, zone=zone)
    announced = None if isinstance(read, Failed) else discover.announced_feed(read, kind)
    if announced is None or path is not None:
        return answer, read
    followed = await fetcher.fetch(announced.url)
    if isinstance(followed, Fetched):
        feed = await asyncio.to_thread(discover.read_document, followed, Kind.FEED, base_url=None, now=now, zone=zone)
        if isinstance(feed, Collected) and feed.entries:
            return followed, replace(feed, route=f"{feed.route}, announced by the page")
    return answer, read


def _keep(context: Context, source: Source, answer: Answer, read: Collected | Failed | None) -> Collection:
    """Write down what a look at a source brought, in one transaction."""
    now = context.clock()
    if isinstance(read, Failed):
        return _keep_failure(context, source, read)
    max_age = None if isinstance(answer, Failed) else getattr(answer, "max_age", None)
    polled = PollResult(source=source.spec.name, every=timedelta(seconds=source.spec.every), max_age=max_age)
    next_at, next_reason = next_check(polled, now)
    if context.local_path(source.spec.url):
        next_at, next_reason = now + LOCAL_WAIT, Reason("poll.local")
    values: dict[str, object] = {
        "checked_at": now, "succeeded_at": now, "failures": 0, "reason_code": None, "reason_args": None,
        "next_check_at": next_at, "next_check_code": next_reason.code, "next_check_args": dict(next_reason.args),
    }  # fmt: skip
    if not isinstance(answer, Failed):
        values |= {"etag": answer.validators.etag, "last_modified": answer.validators.last_modified}
    if read is None:
        with context.ledger.writing() as connection:
            sources.put_back(connection, source.id, **values)
        return Collection(source.spec.name, unchanged=True)
    base = discover.base_of(read, answer.url if isinstance(answer, Fetched) else None)
    new, revised = _sort_out(context, source, read.entries, base)
    values |= {
        "title": "" if read.kind is Kind.FOLDER else plain(read.title), "link": web_url(read.link, base),
        "spoken": read.language, "route": read.route,
        "first_collected_at": source.first_collected or now,
    }  # fmt: skip
    if isinstance(answer, Fetched) and read.route.endswith("announced by the page"):
        values["route_url"] = answer.url
    with context.ledger.writing() as connection:
        known = entries.known(connection, source.id)
        fresh = [item for item in new if item.data.uid not in known]
        entries.keep(connection, source.id, fresh, now, backlog=source.first_collected is None)
        for entry_id, data, fingerprint in revised:
            entries.revise(connection, entry_id, data, fingerprint, now)
        sources.put_back(connection, source.id, **values)
        if source.failures:
            events.record(
                connection, now, f"source:{source.id}", Reason("source.recovered", {"failures": source.failures})
            )
    context.reached("collect.kept")
    return Collection(source.spec.name, new=len(fresh), revised=len(revised))


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
    for data in told:
        fingerprint = identity.fingerprint(data)
        before = known.get(data.uid)
        if before is not None and before.fingerprint == fingerprint:
            continue
        cleaned = clean(data, base)
        if before is None:
            tag = identity.tag_uri(authority, now, f"{source.id} {source.spec.url}", data.uid)
            new.setdefault(cleaned.uid, NewEntry(cleaned, tag, fingerprint))
        else:
            revised.setdefault(before.id, (before.id, cleaned, fingerprint))
    return list(new.values()), list(revised.values())


def _keep_failure(context: Context, source: Source, failed: Failed) -> Collection:
    now = context.clock()
    failures = source.failures + 1
    polled = PollResult(
        source=source.spec.name, every=timedelta(seconds=source.spec.every), failures=failures,
        retry_after=failed.retry_after,
    )  # fmt: skip
    next_at, next_reason = next_check(polled, now)
    if context.local_path(source.spec.url):
        next_at, next_reason = now + LOCAL_WAIT, Reason("poll.local")
    # A feed that a page announced may have moved: the next look begins at the page again.
    anew = dict.fromkeys(("route_url", "etag", "last_modified")) if source.route_url else {}
    with context.ledger.writing() as connection:
        sources.put_back(
            connection, source.id, checked_at=now, failures=failures, **anew,
            reason_code=failed.reason.code, reason_args=dict(failed.reason.args),
            next_check_at=next_at, next_check_code=next_reason.code, next_check_args=dict(next_reason.args),
        )  # fmt: skip
        if source.reason is None or source.reason.code != failed.reason.code:
            events.record(connection, now, f"source:{source.id}", failed.reason)
    return Collection(source.spec.name, failed=failed.reason)
