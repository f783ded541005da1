"""Rows of editions: frozen once, read for ever. One per publication, cadence and occurrence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update

from digest.model import EDITION_MOVES, Choice, Edition, EditionState, Publication, Reason, Site, Story
from digest.store import frozen
from digest.store.tables import choice, edition, edition_story, publication

EACH = "each"
"""The cadence of readers who get every edition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionRow:
    """An edition without its stories."""

    id: int
    uid: str
    slug: str
    number: int | None
    state: EditionState
    reason: Reason | None
    due_at: datetime
    made_at: datetime
    released_at: datetime | None
    published_at: datetime | None
    stories: int
    title: str


_STORIES = select(func.count()).where(edition_story.c.edition_id == edition.c.id).scalar_subquery().label("stories")
_ROWS = select(edition, publication.c.slug, _STORIES).join(publication, publication.c.id == edition.c.publication_id)


def _row(row: Row[Any]) -> EditionRow:
    reason = None if row.reason_code is None else Reason(row.reason_code, row.reason_args or {})
    return EditionRow(
        id=row.id, uid=row.uid, slug=row.slug, number=row.number, state=EditionState(row.state), reason=reason,
        due_at=row.due_at, made_at=row.made_at, released_at=row.released_at,
        published_at=row.published_at, stories=row.stories, title=row.frozen["publication"]["title"],
    )  # fmt: skip


def next_number(connection: Connection, publication_id: int) -> int:
    """Tell the number the publication's next edition will bear."""
    newest = connection.execute(select(func.max(edition.c.number)).where(edition.c.publication_id == publication_id))
    return (newest.scalar() or 0) + 1


def is_made(connection: Connection, publication_id: int, due_at: datetime) -> bool:
    """Tell whether an occurrence has its edition, be it a skipped one."""
    found = select(edition.c.id).where(
        edition.c.publication_id == publication_id, edition.c.cadence == EACH, edition.c.due_at == due_at
    )
    return connection.execute(found).first() is not None


def freeze(
    connection: Connection, publication_id: int, made: Edition, choices: Sequence[Choice], state: EditionState
) -> int:
    """Write an edition, its stories and every choice that led to it; answer its row id."""
    edition_id: int = connection.execute(
        insert(edition)
        .values(
            uid=made.uid, publication_id=publication_id, cadence=EACH, due_at=made.due_at, number=made.number,
            state=state.value, made_at=made.made_at,
            frozen={"site": frozen.to_json(made.site), "publication": frozen.to_json(made.publication)},
        )
        .returning(edition.c.id)
    ).scalar_one()  # fmt: skip
    connection.execute(
        insert(edition_story),
        [
            {"edition_id": edition_id, "position": n, "entry_id": s.entry_id, "tag": s.tag, "frozen": frozen.to_json(s)}
            for n, s in enumerate(made.stories, 1)
        ],
    )
    connection.execute(
        insert(choice),
        [
            {
                "publication_id": publication_id, "entry_id": item.entry_id, "edition_id": edition_id,
                "chosen": item.chosen, "reason_code": item.reason.code, "reason_args": dict(item.reason.args),
            }
            for item in choices
        ],
    )  # fmt: skip
    return edition_id


def freeze_skipped(
    connection: Connection, publication_id: int, *, uid: str, due_at: datetime, now: datetime,
    reason: Reason, site: Site, named: Publication,
) -> int:  # fmt: skip
    """Write down that an occurrence yields no edition, and why."""
    edition_id: int = connection.execute(
        insert(edition)
        .values(
            uid=uid, publication_id=publication_id, cadence=EACH, due_at=due_at, number=None, made_at=now,
            state=EditionState.SKIPPED.value, reason_code=reason.code, reason_args=dict(reason.args),
            frozen={"site": frozen.to_json(site), "publication": frozen.to_json(named)},
        )
        .returning(edition.c.id)
    ).scalar_one()  # fmt: skip
    return edition_id


def move(connection: Connection, edition_id: int, to: EditionState, reason: Reason | None = None) -> bool:
    """Move an edition along its machine; False where it may not go there (someone else was first)."""
    allowed = [state.value for state, targets in EDITION_MOVES.items() if to in targets]
    values: dict[str, Any] = {"state": to.value}
    if reason is not None:
        values |= {"reason_code": reason.code, "reason_args": dict(reason.args)}
    moved = connection.execute(
        update(edition).where(edition.c.id == edition_id, edition.c.state.in_(allowed)).values(values)
    )
    return moved.rowcount == 1


def skip(connection: Connection, edition_id: int, reason: Reason) -> bool:
    """Skip an edition that nobody outside has seen: its entries wait for the next one, its number becomes free.

    False where it has been released, or is not there to be skipped.
    """
    unseen = select(edition.c.id).where(edition.c.id == edition_id, edition.c.released_at.is_(None))
    if connection.execute(unseen).first() is None or not move(connection, edition_id, EditionState.SKIPPED, reason):
        return False
    connection.execute(delete(choice).where(choice.c.edition_id == edition_id))
    connection.execute(update(edition).where(edition.c.id == edition_id).values(number=None))
    return True


def release(connection: Connection, edition_id: int, now: datetime) -> bool:
    """Say that an approved edition's files may be seen from now on, before the first of them is written."""
    approved = (edition.c.id == edition_id) & (edition.c.state == EditionState.APPROVED.value)
    connection.execute(update(edition).where(approved, edition.c.released_at.is_(None)).values(released_at=now))
    return connection.execute(select(edition.c.id).where(approved)).first() is not None


def mark_published(connection: Connection, row: EditionRow, now: datetime) -> None:
    """Write down that the files of an edition are on disk, unless it has moved on since `row` was read."""
    connection.execute(
        update(edition).where(edition.c.id == row.id, edition.c.state == row.state.value).values(published_at=now)
    )


def publish_again(connection: Connection, edition_id: int) -> None:
    """Have the files of an edition written anew: a draft that was approved goes further than the outbox."""
    connection.execute(update(edition).where(edition.c.id == edition_id).values(published_at=None))


def shown(connection: Connection, slug: str) -> tuple[tuple[int, int | None], ...]:
    """Tell which editions a publication shows, to see whether that has changed while files were written."""
    query = (
        select(edition.c.id, edition.c.number)
        .join(publication, publication.c.id == edition.c.publication_id)
        .where(publication.c.slug == slug, edition.c.released_at.is_not(None))
        .order_by(edition.c.id)
    )
    return tuple((row.id, row.number) for row in connection.execute(query))


def listed(connection: Connection, slug: str | None = None, limit: int = 50) -> list[EditionRow]:
    """List editions, newest occurrence first."""
    query = _ROWS if slug is None else _ROWS.where(publication.c.slug == slug)
    return [
        _row(row)
        for row in connection.execute(query.order_by(edition.c.due_at.desc(), edition.c.id.desc()).limit(limit))
    ]


def in_state(connection: Connection, *states: EditionState) -> list[EditionRow]:
    """List the editions in some states, oldest first."""
    wanted = [state.value for state in states]
    return [_row(row) for row in connection.execute(_ROWS.where(edition.c.state.in_(wanted)).order_by(edition.c.id))]


def find(connection: Connection, slug: str, number: int) -> EditionRow | None:
    """Find an edition by its publication and number."""
    query = _ROWS.where(publication.c.slug == slug, edition.c.number == number)
    row = connection.execute(query).one_or_none()
    return None if row is None else _row(row)


def row(connection: Connection, edition_id: int) -> EditionRow:
    """Read where an edition stands."""
    return _row(connection.execute(_ROWS.where(edition.c.id == edition_id)).one())


def read(connection: Connection, edition_id: int) -> Edition:
    """Read a frozen edition with its stories."""
    return _editions(connection, select(edition).where(edition.c.id == edition_id))[0]


def released(connection: Connection, slug: str, limit: int) -> tuple[Edition, ...]:
    """Read a publication's newest editions that may be seen, newest first."""
    query = (
        select(edition)
        .join(publication, publication.c.id == edition.c.publication_id)
        .where(publication.c.slug == slug, edition.c.released_at.is_not(None))
        .order_by(edition.c.number.desc())
        .limit(limit)
    )
    return _editions(connection, query)


def _editions(connection: Connection, query: Select[Any]) -> tuple[Edition, ...]:
    rows = connection.execute(query).all()
    stories: dict[int, list[Story]] = {row.id: [] for row in rows}
    told = select(edition_story).where(edition_story.c.edition_id.in_(stories)).order_by(edition_story.c.position)
    for told_row in connection.execute(told):
        stories[told_row.edition_id].append(frozen.from_json(Story, told_row.frozen))
    return tuple(
        Edition(
            uid=row.uid, number=row.number, due_at=row.due_at, made_at=row.made_at,
            site=frozen.from_json(Site, row.frozen["site"]),
            publication=frozen.from_json(Publication, row.frozen["publication"]),
            stories=tuple(stories[row.id]),
        )
        for row in rows
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """What a publication decided about an entry."""

    slug: str
    number: int | None
    due_at: datetime
    chosen: bool
    reason: Reason


def choices_of_entry(connection: Connection, entry_id: int) -> list[ChoiceRow]:
    """Tell what every publication decided about an entry."""
    rows = connection.execute(_CHOICES.where(choice.c.entry_id == entry_id).order_by(edition.c.id))
    return [
        ChoiceRow(row.slug, row.number, row.due_at, row.chosen, Reason(row.reason_code, row.reason_args))
        for row in rows
    ]


def left_out(connection: Connection, edition_id: int) -> list[tuple[int, Reason]]:
    """List the entries that were looked at for an edition and left out, with the reason."""
    rows = connection.execute(
        select(choice).where(choice.c.edition_id == edition_id, choice.c.chosen.is_(False)).order_by(choice.c.entry_id)
    )
    return [(row.entry_id, Reason(row.reason_code, row.reason_args)) for row in rows]


_CHOICES = (
    select(choice, publication.c.slug, edition.c.number, edition.c.due_at, edition.c.id)
    .join(edition, edition.c.id == choice.c.edition_id)
    .join(publication, publication.c.id == choice.c.publication_id)
)
