"""Rows of deliveries: one per edition and subscriber, moving only along the machine in `model`.

`sending` is committed before the first byte leaves, the outcome after the server's answer. What stands in
`sending` when its sender is gone becomes `uncertain`: nobody knows, so it is listed and not sent again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, func, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or_ignore

from digest.model import DELIVERY_MOVES, DeliveryState, Outcome
from digest.store.tables import delivery, edition, publication, subscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message to one address, and how it went."""

    id: int
    edition_id: int
    slug: str
    number: int
    address: str
    message_id: str
    state: DeliveryState
    attempts: int
    planned: datetime
    first_tried: datetime | None
    next_attempt: datetime
    changed: datetime
    code: int | None
    words: str | None


_ROWS = (
    select(delivery, subscriber.c.address, publication.c.slug, edition.c.number)
    .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
    .join(edition, edition.c.id == delivery.c.edition_id)
    .join(publication, publication.c.id == edition.c.publication_id)
)


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id, edition_id=row.edition_id, slug=row.slug, number=row.number, address=row.address,
        message_id=row.message_id, state=DeliveryState(row.state), attempts=row.attempts,
        planned=row.planned_at, first_tried=row.first_tried_at, next_attempt=row.next_attempt_at,
        changed=row.changed_at, code=row.code, words=row.words,
    )  # fmt: skip


def plan(connection: Connection, edition_id: int, messages: Sequence[tuple[str, str]], now: datetime) -> None:
    """Plan one delivery for each (address, message id); those planned before stay as they are."""
    if not messages:
        return
    known = insert_or_ignore(subscriber).on_conflict_do_nothing()
    connection.execute(known, [{"address": address, "created_at": now} for address, _ in messages])
    who = select(subscriber.c.id).where(subscriber.c.address == bindparam("to")).scalar_subquery()
    planned = insert_or_ignore(delivery).values(
        edition_id=edition_id, subscriber_id=who, state=DeliveryState.PENDING.value, attempts=0,
        planned_at=now, next_attempt_at=now, changed_at=now, message_id=bindparam("identity"),
    )  # fmt: skip
    connection.execute(
        planned.on_conflict_do_nothing(), [{"to": address, "identity": identity} for address, identity in messages]
    )


_WAITING = (DeliveryState.PENDING.value, DeliveryState.DEFERRED.value)
_LONGEST_WAIT = timedelta(hours=9)


def _is_due(now: datetime) -> ColumnElement[bool]:
    """Waiting, and its time has come; a time further ahead than any wait was set by a clock that was wrong."""
    at = delivery.c.next_attempt_at
    return delivery.c.state.in_(_WAITING) & ((at <= now) | (at > now + _LONGEST_WAIT))


def waiting(connection: Connection, now: datetime) -> list[int]:
    """List the editions that have deliveries whose time has come, oldest first."""
    rows = connection.execute(
        select(delivery.c.edition_id)
        .where(_is_due(now))
        .group_by(delivery.c.edition_id)
        .order_by(delivery.c.edition_id)
    )
    return list(rows.scalars())


def next_of(connection: Connection, edition_id: int, now: datetime) -> Delivery | None:
    """Read the next delivery of an edition whose time has come."""
    row = connection.execute(
        _ROWS.where(delivery.c.edition_id == edition_id, _is_due(now)).order_by(delivery.c.id).limit(1)
    ).one_or_none()
    return None if row is None else _delivery(row)


def _move(
    connection: Connection, delivery_id: int, to: DeliveryState, values: dict[str, Any], *only: ColumnElement[bool]
) -> bool:
    allowed = [state.value for state, targets in DELIVERY_MOVES.items() if to in targets]
    moved = connection.execute(
        update(delivery)
        .where(delivery.c.id == delivery_id, delivery.c.state.in_(allowed), *only)
        .values(state=to.value, **values)
    )
    return moved.rowcount == 1


def begin(connection: Connection, item: Delivery, owner: str, now: datetime, until: datetime) -> bool:
    """Move a delivery to `sending` before its first byte leaves; False when another was first."""
    return _move(
        connection, item.id, DeliveryState.SENDING,
        {
            "attempts": item.attempts + 1, "first_tried_at": item.first_tried or now, "changed_at": now,
            "lease_owner": owner, "lease_until": until,
        },
    )  # fmt: skip


def settle(
    connection: Connection, item: Delivery, outcome: Outcome, *, owner: str, now: datetime, next_attempt: datetime
) -> bool:
    """Write the outcome of `owner`'s attempt down, with the server's words; False when the row is no longer its own."""
    return _move(
        connection, item.id, outcome.state,
        {
            "code": outcome.code, "enhanced": outcome.enhanced, "words": outcome.words, "relay": outcome.relay,
            "changed_at": now, "next_attempt_at": next_attempt, "lease_owner": None, "lease_until": None,
        },
        delivery.c.lease_owner == owner, delivery.c.attempts == item.attempts + 1,
    )  # fmt: skip


def leave(connection: Connection, delivery_id: int, to: DeliveryState, words: str, now: datetime) -> bool:
    """Leave a delivery undone: suppressed, since its reader has left, or failed, since it waited too long."""
    return _move(connection, delivery_id, to, {"words": words, "changed_at": now})


def holders(connection: Connection) -> list[tuple[str, datetime]]:
    """List who holds deliveries in `sending`, and until when at the latest."""
    rows = connection.execute(
        select(delivery.c.lease_owner, func.max(delivery.c.lease_until))
        .where(delivery.c.state == DeliveryState.SENDING.value)
        .group_by(delivery.c.lease_owner)
    )
    return [(row[0], row[1]) for row in rows]


def doubt(connection: Connection, owner: str, words: str, now: datetime) -> int:
    """Move what a vanished owner left in `sending` to `uncertain`; answer how many.

    The owner's name stays, so that it can still settle its own attempt should it come back.
    """
    moved = connection.execute(
        update(delivery)
        .where(delivery.c.state == DeliveryState.SENDING.value, delivery.c.lease_owner == owner)
        .values(state=DeliveryState.UNCERTAIN.value, words=words, changed_at=now, lease_until=None)
    )
    return moved.rowcount


def again(
    connection: Connection, edition_id: int, states: Iterable[DeliveryState], address: str | None, now: datetime
) -> int:
    """Plan another attempt, under the same Message-ID, at an operator's word; answer how many."""
    allowed = [state.value for state in states if DeliveryState.PENDING in DELIVERY_MOVES[state]]
    query = update(delivery).where(delivery.c.edition_id == edition_id, delivery.c.state.in_(allowed))
    if address is not None:
        who = select(subscriber.c.id).where(func.lower(subscriber.c.address) == address.lower())
        query = query.where(delivery.c.subscriber_id.in_(who))
    return connection.execute(
        query.values(
            state=DeliveryState.PENDING.value, planned_at=now, next_attempt_at=now, changed_at=now,
            first_tried_at=None, attempts=0, lease_owner=None, lease_until=None,
        )
    ).rowcount  # fmt: skip


def counts(connection: Connection, edition_id: int) -> dict[DeliveryState, int]:
    """Count the deliveries of an edition by state."""
    rows = connection.execute(
        select(delivery.c.state, func.count()).where(delivery.c.edition_id == edition_id).group_by(delivery.c.state)
    )
    return {DeliveryState(row[0]): row[1] for row in rows}


def of_edition(connection: Connection, edition_id: int) -> list[Delivery]:
    """List the deliveries of an edition."""
    return [
        _delivery(row)
        for row in connection.execute(_ROWS.where(delivery.c.edition_id == edition_id).order_by(delivery.c.id))
    ]


def of_address(connection: Connection, address: str) -> list[Delivery]:
    """List what was sent to an address, newest first."""
    return [
        _delivery(row)
        for row in connection.execute(
            _ROWS.where(func.lower(subscriber.c.address) == address.lower()).order_by(delivery.c.id.desc())
        )
    ]
