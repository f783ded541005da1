"""Edit: what an operator decides about an edition that was made: let it go out, leave it out, send it again."""

from __future__ import annotations

from digest.errors import UsageError
from digest.flows.context import Context
from digest.model import DeliveryState, EditionState, Reason
from digest.store import deliveries, editions, events
from digest.store.editions import EditionRow


def find(context: Context, name: str) -> EditionRow:
    """Find an edition by `slug/number`.

    Raises:
        UsageError: there is none.
    """
    slug, _, number = name.partition("/")
    with context.ledger.reading() as connection:
        row = editions.find(connection, slug, int(number)) if number.isdigit() else None
    if row is None:
        raise UsageError(
            f'There is no edition "{name}". Write it as PUBLICATION/NUMBER; `digest editions list` shows them.'
        )
    return row


def approve(context: Context, row: EditionRow) -> None:
    """Let a draft go out.

    Raises:
        UsageError: it is not a draft.
    """
    with context.ledger.writing() as connection:
        if not editions.move(connection, row.id, EditionState.APPROVED):
            raise UsageError(f"Edition {row.slug}/{row.number} is {row.state.value}; only a draft can be approved.")
        editions.mark_published(connection, row.id, None)
        events.record(connection, context.clock(), f"edition:{row.id}", Reason("edition.approved"))


def skip(context: Context, row: EditionRow) -> None:
    """Leave an edition out; its stories wait for the next one.

    Raises:
        UsageError: it has been published or sent already.
    """
    with context.ledger.writing() as connection:
        published = row.state is EditionState.APPROVED and row.published_at is not None
        if published or not editions.move(connection, row.id, EditionState.SKIPPED, Reason("edition.skipped_by_hand")):
            raise UsageError(f"Edition {row.slug}/{row.number} is published already; it can no longer be skipped.")
        editions.let_go(connection, row.id)


def resend(context: Context, row: EditionRow, states: frozenset[DeliveryState], address: str | None) -> int:
    """Plan failed or uncertain deliveries anew, under the same Message-ID; answer how many."""
    now = context.clock()
    with context.ledger.writing() as connection:
        number = deliveries.again(connection, row.id, states, address, now)
        if number:
            editions.move(connection, row.id, EditionState.SENDING)
            events.record(connection, now, f"edition:{row.id}", Reason("edition.resent", {"number": number}))
    return number
