"""Compose: at each occurrence freeze one edition, or write down why there is none.

Everything happens in one transaction: the entries nobody decided on are read, chosen from, and the edition is
written with every choice. Killed before the commit nothing happened; after it, the occurrence has its edition.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection

from digest.compose import schedule
from digest.compose.fold import Told
from digest.compose.likeness import WINDOW
from digest.compose.select import Selection, select
from digest.config import PublicationSettings
from digest.flows.context import Context, rules_of
from digest.flows.trouble import Trouble, contained
from digest.model import Edition, EditionState, Entry, Reason
from digest.store import editions, entries, events, publications


@dataclass(frozen=True, slots=True)
class Composition:
    """What became of an occurrence: an edition with its number, or a reason for none."""

    slug: str
    due_at: datetime
    edition_id: int | None = None
    number: int | None = None
    stories: int = 0
    state: EditionState = EditionState.SKIPPED
    skipped: Reason | None = None


def due_occurrences(context: Context, settings: PublicationSettings) -> tuple[datetime, ...]:
    """List the occurrences of a publication that have come and have no edition."""
    now = context.clock()
    with context.ledger.reading() as connection:
        row = publications.by_slug(connection, settings.slug)
    assert row is not None, "the context has agreed the ledger with the configuration"
    plan = schedule.parse(settings.schedule, context.configuration.zone_of(settings))
    # What lies ahead of now was written by a clock that was wrong; it must not silence the publication until then.
    since = max((at for at in (row.scheduled_since, row.last_due) if at and at <= now), default=now)
    return schedule.due(plan, since, now, settings.catch_up)


def is_edition_due(context: Context) -> bool:
    """Tell whether some occurrence has come and has no edition."""
    return any(due_occurrences(context, settings) for settings in context.publications)


def compose_due(
    context: Context, troubles: list[Trouble], stopping: Callable[[], bool] = lambda: False
) -> tuple[Composition, ...]:
    """Make every edition that is due; a publication that cannot be made leaves its trouble and costs no other one.

    `stopping` is asked before each edition.
    """
    composed: list[Composition] = []
    for settings in context.publications:
        with contained(troubles, settings.slug):
            for due_at in due_occurrences(context, settings):
                if stopping():
                    return tuple(composed)
                if (made := compose(context, settings, due_at)) is not None:
                    composed.append(made)
    return tuple(composed)


def compose(context: Context, settings: PublicationSettings, due_at: datetime) -> Composition | None:
    """Make the edition of an occurrence; None when another has just made it."""
    now = context.clock()
    with context.ledger.writing() as connection:
        row = publications.by_slug(connection, settings.slug)
        assert row is not None, "the context has agreed the ledger with the configuration"
        if editions.is_made(connection, row.id, due_at):
            return None
        candidates = entries.undecided(connection, row.id, settings.sources)
        told = _told(connection, row.id, now)
        chosen = select(candidates, rules_of(settings), since=row.last_made, now=now, told=told)
        uid = uuid4().hex
        publication = context.publication_of(settings)
        if chosen.skipped is not None:
            editions.freeze_skipped(
                connection, row.id, uid=uid, due_at=due_at, now=now, reason=chosen.skipped,
                site=context.site, named=publication,
            )  # fmt: skip
            context.reached("compose.skipped")
            return Composition(settings.slug, due_at, skipped=chosen.skipped)
        made = Edition(
            uid=uid, number=editions.next_number(connection, row.id), site=context.site, publication=publication,
            due_at=due_at, made_at=now, stories=chosen.stories,
        )  # fmt: skip
        state = EditionState.DRAFT if settings.approval == "manual" else EditionState.APPROVED
        edition_id = editions.freeze(connection, row.id, made, chosen.choices, state)
        events.record(connection, now, f"edition:{edition_id}", Reason("edition.made", {"stories": len(made.stories)}))
        context.reached("compose.freezing")
    context.reached("compose.frozen")
    return Composition(settings.slug, due_at, edition_id, made.number, len(made.stories), state)


def selection(context: Context, settings: PublicationSettings) -> Selection:
    """Choose as if an edition were due now, and write nothing."""
    with context.ledger.reading() as connection:
        row = publications.by_slug(connection, settings.slug)
        assert row is not None, "the context has agreed the ledger with the configuration"
        candidates = entries.undecided(connection, row.id, settings.sources)
        told = _told(connection, row.id, context.clock())
        return select(candidates, rules_of(settings), since=row.last_made, now=context.clock(), told=told)


def _told(connection: Connection, publication_id: int, now: datetime) -> tuple[Told, ...]:
    """Gather the stories that were told lately, with every entry that told them: a late copy is no new story."""
    stories: dict[tuple[int, int], list[Entry]] = {}
    for item in entries.chosen_since(connection, publication_id, now - WINDOW):
        place = int(item.reason.args.get("number", 1))  # the lead is the first
        stories.setdefault((item.number, place), []).append(item.entry)
    return tuple(Told(number, tuple(tellers)) for (number, _), tellers in stories.items())


def compose_now(context: Context, settings: PublicationSettings) -> Composition:
    """Make an edition as if one were due; where there is too little for one, write nothing."""
    now = context.clock()
    preview = selection(context, settings)
    if preview.skipped is not None:
        return Composition(settings.slug, now, skipped=preview.skipped)
    return compose(context, settings, now) or Composition(settings.slug, now, skipped=Reason("edition.just_made"))


def imagined(context: Context, settings: PublicationSettings) -> Edition | Reason:
    """Make the next edition for looking at only; the reason where there is none."""
    chosen = selection(context, settings)
    if chosen.skipped is not None:
        return chosen.skipped
    with context.ledger.reading() as connection:
        row = publications.by_slug(connection, settings.slug)
        assert row is not None, "the context has agreed the ledger with the configuration"
        number = editions.next_number(connection, row.id)
    now = context.clock()
    return Edition(
        uid="0" * 32, number=number, site=context.site, publication=context.publication_of(settings),
        due_at=now, made_at=now, stories=chosen.stories,
    )  # fmt: skip
