"""Deliver: each reader gets an edition once; what cannot be known is listed as uncertain, never sent again unasked.

The journal of design §7: `sending` is committed before the first byte, the outcome after the server's answer. A
sender that vanished in between leaves `sending` behind, which becomes `uncertain`. A message is compiled before its
row moves, so that a broken template costs nobody their edition. Whoever has left is asked for just before.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache

from digest.config import RelaySettings
from digest.deliver import message, pacing
from digest.deliver.message import CompiledMail
from digest.deliver.relay import RelayAccess, SmtpRelay
from digest.flows.context import Context, Readers
from digest.flows.owner import LEASE, may_doubt
from digest.flows.publish import compiled, relay_of, sender_of
from digest.flows.trouble import Trouble, contained
from digest.model import DeliveryState, EditionState, Outcome, Reason
from digest.reasons import word
from digest.render.email import edition_mail
from digest.store import deliveries, editions, events
from digest.store.deliveries import Delivery

logger = logging.getLogger(__name__)

GAVE_UP = "no longer tried after 48 hours; the last answer was: "
TOO_OLD = timedelta(days=7)
"""A message that waited longer than this is no news any more, and fails unsent."""

REFUSALS = 5
"""After so many refusals in a row that are about us, the relay is left alone until the next time."""


@dataclass(slots=True)
class Dispatch:
    """What a run delivered, by outcome. `down` holds the relay's words when it could not be used."""

    counts: dict[DeliveryState, int] = field(default_factory=dict)
    down: str | None = None

    def add(self, state: DeliveryState, number: int = 1) -> None:
        """Count deliveries that came to a state."""
        if number:
            self.counts[state] = self.counts.get(state, 0) + number

    @property
    def in_part(self) -> bool:
        """Tell whether something did not reach its reader."""
        bad = {DeliveryState.DEFERRED, DeliveryState.FAILED, DeliveryState.UNCERTAIN}
        return any(state in bad for state in self.counts)


def deliver_due(
    context: Context,
    troubles: list[Trouble],
    stopping: Callable[[], bool] = lambda: False,
    only: int | None = None,
) -> Dispatch:
    """Plan the deliveries of approved editions, send what is due, and close editions that are through.

    `stopping` is asked between two messages; True leaves the rest for later. `only` is the row of one edition.
    """
    dispatch = Dispatch()
    dispatch.add(DeliveryState.UNCERTAIN, settle_abandoned(context))
    for row in _approved(context):
        if only in (None, row.id):
            _plan(context, row)
            context.reached("deliver.planned")
    relay = relay_of(context)
    waiting = [edition_id for edition_id in _waiting(context) if only in (None, edition_id)]
    if relay is not None and waiting:
        with SmtpRelay(_access(context, relay)) as connection:
            for edition_id in waiting:
                with contained(troubles, f"mail of edition {edition_id}"):
                    _Sending(context, connection, dispatch, _lease(relay)).send(edition_id, stopping)
            dispatch.down = dispatch.down or (connection.down.words if connection.down else None)
    _close_finished(context)
    return dispatch


def _approved(context: Context) -> list[editions.EditionRow]:
    """List approved editions that are on disk, of publications that are there: a missing one may come back."""
    slugs = {settings.slug for settings in context.publications}
    with context.ledger.reading() as connection:
        rows = editions.in_state(connection, EditionState.APPROVED)
    return [row for row in rows if row.published_at is not None and row.slug in slugs]


def _waiting(context: Context) -> list[int]:
    with context.ledger.reading() as connection:
        return deliveries.waiting(connection, context.clock())


def _plan(context: Context, row: editions.EditionRow) -> None:
    """Plan one delivery per reader and begin sending, in one transaction."""
    domain = sender_of(context)[1].domain
    readers = context.readers.get(row.slug, {}).values()
    planned = [(str(address), message.message_id(row.uid, str(address), domain)) for address in readers]
    with context.ledger.writing() as connection:
        if editions.move(connection, row.id, EditionState.SENDING):
            deliveries.plan(connection, row.id, planned, context.clock())


@cache
def _helo() -> str:
    return socket.getfqdn()


def _access(context: Context, relay: RelaySettings) -> RelayAccess:
    return RelayAccess(
        name=relay.name, host=relay.host, port=relay.effective_port, helo=_helo(), security=relay.security,
        username=relay.username or "", password=relay.secret or "", timeout=relay.timeout,
        per_connection=relay.per_connection,
        ca_file=None if relay.ca_file is None else context.configuration.folder / relay.ca_file,
    )  # fmt: skip


def _lease(relay: RelaySettings) -> timedelta:
    """Hold a message longer than all of its waits together can take."""
    return max(LEASE, timedelta(seconds=15 * relay.timeout))


@dataclass(slots=True)
class _Sending:
    """The sending of one edition through one open relay."""

    context: Context
    relay: SmtpRelay
    dispatch: Dispatch
    lease: timedelta
    refusals: int = 0

    def send(self, edition_id: int, stopping: Callable[[], bool]) -> None:
        """Send what is due, a message at a time, until nothing is left or the relay wants no more."""
        mail = self._compiled(edition_id)
        envelope = str(sender_of(self.context)[1])
        while not stopping() and self.relay.down is None and self.dispatch.down is None:
            item = self._begin(edition_id)
            if item is None:
                return
            if item.state is DeliveryState.SENDING:
                self._convey(mail, envelope, item)

    def _compiled(self, edition_id: int) -> CompiledMail:
        with self.context.ledger.reading() as connection:
            edition = editions.read(connection, edition_id)
            row = editions.row(connection, edition_id)
        mail = edition_mail(edition, self.context.templates)
        return compiled(self.context, edition, mail, row.released_at or edition.made_at)

    def _begin(self, edition_id: int) -> Delivery | None:
        """Claim the next delivery; one whose reader has left, or that is no news any more, is left undone."""
        now = self.context.clock()
        with self.context.ledger.writing() as connection:
            item = deliveries.next_of(connection, edition_id, now)
            if item is None:
                return None
            undone = _left_undone(item, self.context.readers, now)
            if undone is None:
                deliveries.begin(connection, item, self.context.owner, now, now + self.lease)
                return replace(item, state=DeliveryState.SENDING)
            state, reason = undone
            deliveries.leave(connection, item.id, state, word(reason), now)
        self.dispatch.add(state)
        return replace(item, state=state)

    def _convey(self, mail: CompiledMail, envelope: str, item: Delivery) -> None:
        """Hand a message over and journal what became of it."""
        self.context.reached("deliver.begun")
        try:
            outcome = self.relay.send(envelope, item.address, mail.message(item.address, item.message_id))
        except Exception as error:
            logger.exception("delivery.bug")
            told = f"a bug in digest met while it was sent: {type(error).__name__}"
            outcome = Outcome(DeliveryState.UNCERTAIN, told)
        self.context.reached("deliver.answered")
        self.dispatch.add(self._settle(item, outcome))
        self.context.reached("deliver.settled")
        about_us = outcome.state is DeliveryState.DEFERRED and (outcome.code or 0) >= 500
        self.refusals = self.refusals + 1 if about_us else 0
        if self.refusals >= REFUSALS:
            self.dispatch.down = outcome.words

    def _settle(self, item: Delivery, outcome: Outcome) -> DeliveryState:
        """Journal an outcome; a message that was put off for too long has failed."""
        now = self.context.clock()
        next_at = now
        if outcome.state is DeliveryState.DEFERRED:
            again = pacing.next_attempt(item.attempts + 1, item.first_tried or now, now)
            if again is None:
                outcome = replace(outcome, state=DeliveryState.FAILED, words=GAVE_UP + outcome.words)
            else:
                next_at = again
        with self.context.ledger.writing() as connection:
            if not deliveries.settle(
                connection, item, outcome, owner=self.context.owner, now=now, next_attempt=next_at
            ):
                logger.warning("delivery.settled_elsewhere delivery=%d outcome=%s", item.id, outcome.state.value)
        return outcome.state


def _left_undone(item: Delivery, readers: Readers, now: datetime) -> tuple[DeliveryState, Reason] | None:
    """Decide that a waiting message shall not be sent, and why."""
    if item.address.lower() not in readers.get(item.slug, {}):
        return DeliveryState.SUPPRESSED, Reason("delivery.left")
    if now - item.planned > TOO_OLD:
        return DeliveryState.FAILED, Reason("delivery.too_old", {"days": TOO_OLD.days})
    return None


def settle_abandoned(context: Context) -> int:
    """Move deliveries whose sender is gone from `sending` to `uncertain`; answer how many."""
    now = context.clock()
    with context.ledger.reading() as connection:
        gone = [owner for owner, until in deliveries.holders(connection) if may_doubt(owner, until, now)]
    if not gone:
        return 0
    with context.ledger.writing() as connection:
        return sum(deliveries.doubt(connection, owner, word(Reason("delivery.doubt")), now) for owner in gone)


_OPEN = {DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.DEFERRED}


def _close_finished(context: Context) -> None:
    """Move editions without open deliveries to `sent`."""
    with context.ledger.reading() as connection:
        if not editions.in_state(connection, EditionState.SENDING):
            return
    with context.ledger.writing() as connection:
        for row in editions.in_state(connection, EditionState.SENDING):
            counts = deliveries.counts(connection, row.id)
            if _OPEN.isdisjoint(counts):
                editions.move(connection, row.id, EditionState.SENT)
                told = ", ".join(f"{number} {state.value}" for state, number in counts.items()) or "nobody to send to"
                events.record(
                    connection, context.clock(), f"edition:{row.id}", Reason("edition.sent", {"counts": told})
                )
