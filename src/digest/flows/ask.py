"""Ask: one look at a source, by the route that is known for it, or by climbing the ladder to find one.

What comes back is not yet clean, and nothing is written. A source of kind `auto` on the web climbs at its first look,
and again when its route has failed; all other looks are one request.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from digest.collect import discover, ladder, mailbox
from digest.collect.fetch import Answer, Fetched, Unchanged, Validators, read_file
from digest.collect.hints import read_hints
from digest.collect.ladder import Chosen, Nowhere, Refusal, Route, Step
from digest.collect.mailbox import Account, Mark, Post
from digest.collect.recorder import Fetcher
from digest.collect.walls import wall_of
from digest.compose.manners import ask_anew
from digest.flows.context import Context
from digest.model import Collected, Failed, Kind, Reason
from digest.store.sources import Source


@dataclass(frozen=True, slots=True)
class Look:
    """What a look brought. `read` is None where the document has not changed.

    `chosen` is the route that a climb found, `refused` the ones it did not take; `mark` is up to where a mailbox has
    been read.
    """

    answer: Answer
    read: Collected | Failed | None
    chosen: Chosen | None = None
    refused: tuple[Refusal, ...] = ()
    mark: Mark | None = None


async def look_at(context: Context, fetcher: Fetcher, source: Source, *, probe: bool = False) -> Look:
    """Look at a source; `probe` allows guessing at usual places of feeds."""
    spec = source.spec
    now, zone = context.clock(), context.configuration.site_zone
    if spec.kind is Kind.MAILBOX:
        return await asyncio.to_thread(_mailbox, context, source)
    # Validators that confirm the same document for ever may be stuck, so once a week it is asked for anew.
    known = Validators(source.etag, source.last_modified)
    validators = Validators() if ask_anew(source.validators_since, now) else known
    path = context.local_path(spec.url)
    if path is not None:
        if spec.kind is Kind.FOLDER or await asyncio.to_thread(path.is_dir):
            folder = await asyncio.to_thread(discover.read_path, path, now=now, zone=zone)
            return Look(Unchanged(Validators()), folder)
        limit = context.configuration.settings.fetch.max_bytes
        answer = await asyncio.to_thread(read_file, path, validators, limit)
        return await _read(answer, spec.kind, now, zone)
    if source.found is not None and source.route_url is not None:
        return await _go_on(fetcher, source, Route(source.found), validators, now=now, zone=zone)
    if spec.kind in (Kind.AUTO, Kind.SITEMAP, Kind.WORDPRESS):
        return _of_kind(spec.kind, await climb(fetcher, spec.url, now=now, zone=zone, probe=probe))
    return await _read(await fetcher.fetch(source.route_url or spec.url, validators), spec.kind, now, zone)


async def _read(answer: Answer, kind: Kind, now: datetime, zone: tzinfo) -> Look:
    if not isinstance(answer, Fetched):
        return Look(answer, answer if isinstance(answer, Failed) else None)
    read = await asyncio.to_thread(discover.read_document, answer, kind, base_url=None, now=now, zone=zone)
    return Look(answer, read)


async def _go_on(
    fetcher: Fetcher, source: Source, route: Route, validators: Validators, *, now: datetime, zone: tzinfo
) -> Look:
    """Look again by the route that was found."""
    assert source.route_url is not None
    if route is Route.SITEMAP:  # its index names another child next month
        return await climb(fetcher, source.route_url, now=now, zone=zone, section=source.spec.url)
    answer = await fetcher.fetch(source.route_url, validators)
    if not isinstance(answer, Fetched):
        return Look(answer, answer if isinstance(answer, Failed) else None)
    read = await asyncio.to_thread(ladder.read, route, answer, now=now, zone=zone)
    if not isinstance(read, Collected | Failed):
        return Look(answer, Failed(Reason("route.empty")))
    return Look(answer, _hinted(read, answer))


def _hinted(read: Collected | Failed, answer: Fetched) -> Collected | Failed:
    if isinstance(read, Failed) or read.kind is not Kind.FEED:
        return read
    return replace(read, hints=read_hints(answer.body))


async def climb(
    fetcher: Fetcher, url: str, *, now: datetime, zone: tzinfo, probe: bool = False, section: str | None = None
) -> Look:
    """Find the best route from an address, one request a step."""
    answers: dict[str, Fetched] = {}
    first: Fetched | Failed | None = None
    climbing = ladder.start(url, now=now, zone=zone, probe=probe, section=section)
    while isinstance(step := ladder.next_step(climbing), Step):
        answer = await fetcher.fetch(step.url)
        assert not isinstance(answer, Unchanged), "nothing was known of it"
        if first is None and isinstance(answer, Fetched) and discover.is_plain_text(answer):
            return await _read(answer, Kind.AUTO, now, zone)
        first = first or answer
        if isinstance(answer, Fetched):
            answers[step.url] = answer
        link = answer.link if isinstance(answer, Fetched) else ""
        climbing = await asyncio.to_thread(ladder.learn, climbing, step, answer, link=link)
    assert first is not None, "the address itself was asked for"
    if isinstance(step, Nowhere):
        failed = first if isinstance(first, Failed) else Failed(_nowhere(first, step))
        return Look(failed, failed, refused=step.refused)
    read = step.collected
    answer_of_route = answers.get(step.ask)
    if answer_of_route is None:  # it was read from the first document, or by way of an index: no validators to echo
        base = answers.get(step.url, first)
        assert isinstance(base, Fetched)
        unknown = replace(base, validators=Validators(), max_age=None, expires=None)
        answer_of_route = base if step.ask == url else unknown
    hinted = _hinted(read, answer_of_route)
    return Look(answer_of_route, hinted, step, step.refused)


def _nowhere(first: Fetched, search: Nowhere) -> Reason:
    """Say why nothing leads on: a wall in place of the document, or a site without any route."""
    wall = wall_of(200, {"Content-Type": first.content_type}, first.body)
    return wall or Reason("route.nowhere", {"requests": search.requests})


def _of_kind(kind: Kind, found: Look) -> Look:
    """Hold a source to the kind its operator named."""
    if kind is Kind.AUTO or found.chosen is None or found.chosen.collected.kind is kind:
        return found
    other = Failed(Reason("route.other_kind", {"wanted": kind.value, "found": found.chosen.route.value}))
    return replace(found, read=other, chosen=None)


def _mailbox(context: Context, source: Source) -> Look:
    place = mailbox.mailbox_place(source.spec.url)
    if isinstance(place, Failed):
        return Look(place, place)
    unchanged = Unchanged(Validators())
    if not isinstance(place, Account):
        return Look(unchanged, mailbox.read_maildir(place))
    secret = next(
        (item.secret for item in context.configuration.settings.source if item.name == source.spec.name), None
    )
    mark = Mark(source.mail_validity, source.mail_uid) if source.mail_validity and source.mail_uid is not None else None
    post = mailbox.read_imap(place, secret or "", after=mark)
    if isinstance(post, Post):
        return Look(unchanged, post.collected, mark=post.mark)
    return Look(post, post)
