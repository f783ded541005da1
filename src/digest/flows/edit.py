"""Edit: what an operator decides about an edition that was made: let it go out, leave it out, send it again."""

from __future__ import annotations

from digest.deliver.address import parse_address
from digest.errors import UsageError
from digest.flows.context import Context
from digest.model import DeliveryState, EditionState, Reason
from digest.reasons import word
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
        editions.publish_again(connection, row.id)
        events.record(connection, context.clock(), f"edition:{row.id}", Reason("edition.approved"))


def skip(context: Context, row: EditionRow) -> None:
    """Leave an edition out; its stories wait for the next one.

    Raises:
        UsageError: it has been published or sent already.
    """
    with context.ledger.writing() as connection:
        if not editions.skip(connection, row.id, Reason("edition.skipped_by_hand")):
            raise UsageError(f"Edition {row.slug}/{row.number} is published already; it can no longer be skipped.")


def resend(context: Context, row: EditionRow, states: frozenset[DeliveryState], address: str | None) -> int:
    """Plan failed or uncertain deliveries anew, under the same Message-ID; answer how many.

    Raises:
        UsageError: `address` is none.
    """
    parsed = None if address is None else parse_address(address)
    if isinstance(parsed, Reason):
        raise UsageError(f"{word(parsed)}.")
    now = context.clock()
    with context.ledger.writing() as connection:
        number = deliveries.again(connection, row.id, states, None if parsed is None else str(parsed), now)
        if number:
            editions.move(connection, row.id, EditionState.SENDING)
            events.record(connection, now, f"edition:{row.id}", Reason("edition.resent", {"number": number}))
    return number
