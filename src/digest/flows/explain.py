"""Explain: why something is as it is, told from the reasons that rows carry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from digest.flows.context import Context
from digest.flows.status import how_it_went
from digest.model import Entry, Reason
from digest.reasons import word
from digest.store import deliveries, editions, entries, events, sources
from digest.store.sources import Source


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was asked about, in one line, and the facts about it in order. A fact is (when, what)."""

    kind: str
    name: str
    facts: tuple[tuple[datetime | None, str], ...]


def explain(context: Context, target: str) -> tuple[Explanation, ...]:
    """Explain a source (its name), an entry (number, tag, URL or words of its title), an edition
    (`slug/number`) or an address; nothing when there is no such thing.
    """  # noqa: D205 - the list of what may be asked is the summary
    with context.ledger.reading() as connection:
        if source := sources.by_name(connection, target):
            return (_of_source(connection, source),)
        if edition := re.fullmatch(r"([a-z0-9-]+)/(\d+)", target):
            row = editions.find(connection, edition[1], int(edition[2]))
            return () if row is None else (_of_edition(connection, row),)
        if re.fullmatch(r"[^\s/]+@[^\s/]+", target) and not target.startswith("tag:"):
            sent = deliveries.of_address(connection, target)
            return (_of_address(target, sent),) if sent else ()
        return tuple(_of_entry(connection, entry) for entry in entries.find(connection, target))


def _of_source(connection: Connection, source: Source) -> Explanation:
    facts: list[tuple[datetime | None, str]] = [
        (
            None,
            f"collected from {source.route_url or source.spec.url} as {source.route or source.spec.kind.value}"
            + (f", found as {source.found}" if source.found else ""),
        ),
        (source.checked, word(how_it_went(source))),
    ]
    if source.next_check and source.next_check_reason:
        facts.append((source.next_check, f"next look: {word(source.next_check_reason)}"))
    facts += [(event.at, word(event.reason)) for event in events.latest(connection, f"source:{source.id}")]
    facts += [(entry.first_seen, f"new: {entry.data.title}") for entry in entries.newest(connection, source.id, 5)]
    return Explanation("source", source.spec.name, tuple(facts))


def _of_entry(connection: Connection, entry: Entry) -> Explanation:
    dating = entry.data.dating
    told = Reason("entry.undated")
    if dating.at is not None:
        text = dating.text or dating.at.isoformat()
        told = Reason("entry.dated", {"text": text, "source": dating.source, "precision": dating.precision.value})
    facts: list[tuple[datetime | None, str]] = [
        (
            entry.first_seen,
            f"first seen at {entry.source.name}" + (", where it stood already" if entry.backlog else ""),
        ),
        (dating.at, word(told)),
    ]
    if entry.revised:
        facts.append((entry.revised, "edited by its source"))
    for item in editions.choices_of_entry(connection, entry.id):
        where = f"{item.slug}/{item.number}" if item.number else item.slug
        facts.append((item.due_at, f"{'in' if item.chosen else 'left out of'} {where}: {word(item.reason)}"))
    if len(facts) == 2 + bool(entry.revised):
        facts.append((None, "no edition has been made since; it waits for the next one"))
    return Explanation("entry", f"{entry.id} {entry.data.title}", tuple(facts))


def _of_edition(connection: Connection, row: editions.EditionRow) -> Explanation:
    facts: list[tuple[datetime | None, str]] = [
        (row.due_at, "its occurrence"),
        (row.made_at, f"frozen with {row.stories} stories; it is {row.state.value}"),
    ]
    if row.reason:
        facts.append((None, word(row.reason)))
    facts += [(event.at, word(event.reason)) for event in reversed(events.latest(connection, f"edition:{row.id}"))]
    facts += [
        (None, f"entry {entry_id} left out: {word(reason)}")
        for entry_id, reason in editions.left_out(connection, row.id)
    ]
    counts = deliveries.counts(connection, row.id)
    if counts:
        facts.append((None, "deliveries: " + ", ".join(f"{number} {state.value}" for state, number in counts.items())))
    return Explanation("edition", f"{row.slug}/{row.number}", tuple(facts))


def _of_address(address: str, sent: list[deliveries.Delivery]) -> Explanation:
    return Explanation(
        "address",
        address,
        tuple(
            (
                item.changed,
                f"{item.slug}/{item.number}: {item.state.value}" + (f" — {item.words}" if item.words else ""),
            )
            for item in sent
        ),
    )
