"""Deliver: each reader gets an edition once; what cannot be known is listed as uncertain, never sent again unasked.

The journal of design §7: `sending` is committed before the first byte, the outcome after the server's answer.
A sender that vanished in between leaves `sending` behind, which becomes `uncertain`. Whoever has left since the
edition was made is asked for again just before their message goes.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from digest.config import RelaySettings
from digest.deliver import message, pacing
from digest.deliver.address import Address, parse_address
from digest.deliver.message import CompiledMail
from digest.deliver.relay import RelayAccess, SmtpRelay
from digest.flows.context import LEASE, Context, may_take
from digest.flows.publish import compiled, sender_of
from digest.model import DeliveryState, EditionState, Outcome, Reason
from digest.reasons import word
from digest.render.email import edition_mail
from digest.store import deliveries, editions, events
from digest.store.deliveries import Delivery

GAVE_UP = "no longer tried after 48 hours; the last answer was: "


@dataclass(slots=True)
class Dispatch:
    """What a run delivered, by outcome."""

    counts: dict[DeliveryState, int] = field(default_factory=dict)

    def add(self, state: DeliveryState, number: int = 1) -> None:
        """Count deliveries that came to a state."""
        if number:
            self.counts[state] = self.counts.get(state, 0) + number

    @property
    def in_part(self) -> bool:
        """Tell whether something did not reach its reader."""
        bad = {DeliveryState.DEFERRED, DeliveryState.FAILED, DeliveryState.UNCERTAIN}
        return any(state in bad for state in self.counts)


def deliver_due(context: Context, stopping: Callable[[], bool] = lambda: False, only: int | None = None) -> Dispatch:
    """Plan the deliveries of approved editions, send what is due, and close editions that are through.

    `stopping` is asked between two messages; True leaves the rest for later. `only` is the row of one edition.
    """
    dispatch = Dispatch()
    dispatch.add(DeliveryState.UNCERTAIN, settle_abandoned(context))
    for row in _approved(context):
        if only in (None, row.id):
            _plan(context, row.id)
        context.reached("deliver.planned")
    relay = next(iter(context.configuration.settings.relay), None)
    if relay is not None:
        with SmtpRelay(_access(context, relay)) as connection:
            for edition_id in _waiting(context):
                if only in (None, edition_id):
                    _send_edition(context, connection, edition_id, dispatch, stopping)
    _close_finished(context)
    return dispatch


def _approved(context: Context) -> list[editions.EditionRow]:
    with context.ledger.reading() as connection:
        rows = editions.in_state(connection, EditionState.APPROVED)
    return [row for row in rows if row.published_at is not None]


def _waiting(context: Context) -> list[int]:
    with context.ledger.reading() as connection:
        return deliveries.waiting(connection, context.clock())


def _plan(context: Context, edition_id: int) -> None:
    """Plan one delivery per reader and begin sending, in one transaction."""
    now = context.clock()
    with context.ledger.writing() as connection:
        edition = editions.read(connection, edition_id)
        domain = sender_of(context)[1].domain
        planned = [
            (str(address), message.message_id(edition.uid, str(address), domain))
            for address in _recipients(context, edition.publication.slug)
        ]
        if editions.move(connection, edition_id, EditionState.SENDING):
            deliveries.plan(connection, edition_id, planned, now)


def _recipients(context: Context, slug: str) -> list[Address]:
    """List who gets a publication now, each once."""
    found: dict[str, Address] = {}
    for settings in context.publications:
        if settings.slug == slug:
            for text in settings.recipients:
                address = parse_address(text)
                assert isinstance(address, Address), "the configuration has checked the recipients"
                found.setdefault(str(address), address)
    return list(found.values())


def _access(context: Context, relay: RelaySettings) -> RelayAccess:
    return RelayAccess(
        name=relay.name, host=relay.host, port=relay.effective_port, helo=socket.getfqdn(), security=relay.security,
        username=relay.username or "", password=relay.secret or "", timeout=relay.timeout,
        per_connection=relay.per_connection,
        ca_file=None if relay.ca_file is None else context.configuration.folder / relay.ca_file,
    )  # fmt: skip


def _send_edition(
    context: Context, relay: SmtpRelay, edition_id: int, dispatch: Dispatch, stopping: Callable[[], bool]
) -> None:
    """Send what is due of one edition, a message at a time, until nothing is left or the relay is down."""
    mail: CompiledMail | None = None
    envelope = str(sender_of(context)[1])
    while not stopping() and relay.down is None:
        item = _begin(context, edition_id, dispatch)
        if item is None:
            return
        if item.state is DeliveryState.SUPPRESSED:
            continue
        if mail is None:
            mail = _compiled(context, edition_id)
        context.reached("deliver.begun")
        outcome = relay.send(envelope, item.address, mail.message(item.address, item.message_id))
        context.reached("deliver.answered")
        dispatch.add(_settle(context, item, outcome))
        context.reached("deliver.settled")


def _compiled(context: Context, edition_id: int) -> CompiledMail:
    with context.ledger.reading() as connection:
        edition = editions.read(connection, edition_id)
    return compiled(context, edition, edition_mail(edition, context.templates))


def _begin(context: Context, edition_id: int, dispatch: Dispatch) -> Delivery | None:
    """Claim the next delivery; one whose reader has left is suppressed instead."""
    now = context.clock()
    with context.ledger.writing() as connection:
        item = deliveries.next_of(connection, edition_id, now)
        if item is None:
            return None
        if item.address not in {str(address) for address in _recipients(context, item.slug)}:
            deliveries.suppress(connection, item.id, word(Reason("delivery.left")), now)
            dispatch.add(DeliveryState.SUPPRESSED)
            return replace(item, state=DeliveryState.SUPPRESSED)
        begun = deliveries.begin(connection, item, context.owner, now, now + LEASE)
    return item if begun else None


def _settle(context: Context, item: Delivery, outcome: Outcome) -> DeliveryState:
    """Journal an outcome; a message that was put off for too long has failed."""
    now = context.clock()
    next_at = now
    if outcome.state is DeliveryState.DEFERRED:
        again = pacing.next_attempt(item.attempts + 1, item.first_tried or now, now)
        if again is None:
            outcome = replace(outcome, state=DeliveryState.FAILED, words=GAVE_UP + outcome.words)
        else:
            next_at = again
    with context.ledger.writing() as connection:
        deliveries.settle(connection, item.id, outcome, now, next_at)
    return outcome.state


def settle_abandoned(context: Context) -> int:
    """Move deliveries whose sender is gone from `sending` to `uncertain`; answer how many."""
    now = context.clock()
    with context.ledger.reading() as connection:
        gone = [owner for owner, until in deliveries.holders(connection) if may_take(owner, until, now)]
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
                told = {state.value: number for state, number in counts.items()}
                events.record(
                    connection, context.clock(), f"edition:{row.id}", Reason("edition.sent", {"counts": str(told)})
                )
