"""Rows of sources: what is collected from, when next, and how the last time went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, RowMapping, func, insert, select, update

from digest.model import Hints, Kind, Reason, Role, SourceRef
from digest.store import frozen
from digest.store.tables import entry, source

LONGEST_WAIT = timedelta(days=8)
"""No wait but an operator's own `every` is longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSpec:
    """A source as its operator wants it. `every` is in seconds, None where its rhythm is to be learnt."""

    name: str
    url: str
    kind: Kind
    topics: tuple[str, ...] = ()
    language: str | None = None
    weight: float = 1.0
    every: int | None = None
    origin: str = "config"


@dataclass(frozen=True, slots=True)
class LearntList:
    """The list of a page that is collected: where it stands, what heads it, its usual length and share of dates."""

    selector: str
    heading: str
    role: Role
    count: float
    dated: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A source as the ledger knows it."""

    id: int
    spec: SourceSpec
    state: str
    title: str
    link: str | None
    route: str | None
    found: str | None
    route_url: str | None
    learnt_list: LearntList | None
    mail_validity: int | None
    mail_uid: int | None
    etag: str | None
    last_modified: str | None
    validators_since: datetime | None
    moved_to: str | None
    moved_since: datetime | None
    rhythm: Mapping[str, Any] | None
    hints: Hints
    first_collected: datetime | None
    checked: datetime | None
    succeeded: datetime | None
    failures: int
    reason: Reason | None
    next_check: datetime | None
    next_check_reason: Reason | None
    entries: int

    @property
    def ref(self) -> SourceRef:
        """The part that its entries carry along."""
        spec = self.spec
        return SourceRef(
            id=self.id, name=spec.name, title=self.title or spec.name, url=spec.url, link=self.link,
            language=spec.language, topics=spec.topics, weight=spec.weight,
        )  # fmt: skip


def _reason(code: str | None, args: dict[str, object] | None) -> Reason | None:
    return None if code is None else Reason(code, args or {})


def _learnt_list(r: RowMapping) -> LearntList | None:
    if r["list_selector"] is None:
        return None
    return LearntList(r["list_selector"], r["list_heading"], Role(r["list_role"]), r["list_count"], r["list_dated"])


def _source(row: Row[tuple[object, ...]]) -> Source:
    r = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for the row as a mapping
    return Source(
        id=r["id"],
        spec=SourceSpec(
            name=r["name"], url=r["url"], kind=Kind(r["kind"]), topics=tuple(r["topics"]),
            language=r["language"] or r["spoken"], weight=r["weight"], every=r["every"], origin=r["origin"],
        ),
        state=r["state"], title=r["title"], link=r["link"], route=r["route"],
        found=r["found"], route_url=r["route_url"], learnt_list=_learnt_list(r),
        mail_validity=r["mail_validity"], mail_uid=r["mail_uid"],
        etag=r["etag"], last_modified=r["last_modified"],
        validators_since=r["validators_since"], moved_to=r["moved_to"], moved_since=r["moved_since"],
        rhythm=r["rhythm"], hints=frozen.from_json(Hints, r["hints"] or {}), first_collected=r["first_collected_at"],
        checked=r["checked_at"], succeeded=r["succeeded_at"], failures=r["failures"],
        reason=_reason(r["reason_code"], r["reason_args"]), next_check=r["next_check_at"],
        next_check_reason=_reason(r["next_check_code"], r["next_check_args"]), entries=r["entries"],
    )  # fmt: skip


_COUNT = select(func.count()).where(entry.c.source_id == source.c.id).scalar_subquery().label("entries")
_SOURCES = select(source, _COUNT).order_by(source.c.id)


def sync(connection: Connection, specs: Sequence[SourceSpec]) -> None:
    """Make the configured sources those of the file: new ones in, changed ones changed, missing ones gone.

    Their entries stay. A changed URL or kind forgets what was learnt of the old one.
    """
    known = {row.name: row for row in connection.execute(select(source))}
    _rename(connection, known, specs)
    for spec in specs:
        row = known.pop(spec.name, None)
        values = _wishes(spec)
        if row is None:
            connection.execute(insert(source).values(name=spec.name, state="active", **values))
            continue
        if row.state == "gone":
            values |= {"state": "active", "next_check_at": None}
        if (row.url, row.kind) != (spec.url, spec.kind.value):
            values |= _FORGOTTEN
        if any(row._mapping[key] != value for key, value in values.items()):  # noqa: SLF001 - as above
            connection.execute(update(source).where(source.c.id == row.id).values(values))
    for row in known.values():
        if row.origin == "config" and row.state != "gone":
            connection.execute(update(source).where(source.c.id == row.id).values(state="gone"))


def _rename(connection: Connection, known: dict[str, Row[Any]], specs: Sequence[SourceSpec]) -> None:
    """Recognise a source that only got another name by its URL, so that its entries go on being its own."""
    wanted = {spec.name for spec in specs}
    for spec in specs:
        if spec.name in known:
            continue
        same = (
            row for row in known.values() if row.url == spec.url and row.name not in wanted and row.origin == "config"
        )
        if (row := next(same, None)) is not None:
            connection.execute(update(source).where(source.c.id == row.id).values(name=spec.name))
            known[spec.name] = known.pop(row.name)


def every(connection: Connection) -> list[Source]:
    """Read all sources that are not gone."""
    return [_source(row) for row in connection.execute(_SOURCES.where(source.c.state != "gone"))]


def by_name(connection: Connection, name: str) -> Source | None:
    """Find a source by its name, gone or not."""
    row = connection.execute(_SOURCES.where(source.c.name == name)).one_or_none()
    return None if row is None else _source(row)


def due(connection: Connection, now: datetime) -> list[int]:
    """List the active sources whose time has come and that nobody is collecting, longest waiting first.

    A time further ahead than any wait was set by a clock that was wrong, and counts as come.
    """
    horizon = now + LONGEST_WAIT
    rows = connection.execute(
        select(source.c.id, source.c.next_check_at, source.c.every)
        .where(
            source.c.state == "active",
            (source.c.next_check_at.is_(None)) | (source.c.next_check_at <= now) | (source.c.next_check_at > horizon),
            (source.c.lease_until.is_(None)) | (source.c.lease_until <= now),
        )
        .order_by(source.c.next_check_at, source.c.id)
    ).all()
    return [
        row.id
        for row in rows
        if row.next_check_at is None
        or row.next_check_at <= now
        or row.next_check_at > horizon + timedelta(seconds=row.every or 0)
    ]


def told_to_wait(connection: Connection, now: datetime) -> frozenset[int]:
    """List the sources whose servers said to slow down (429, 503), and whose next look is still ahead."""
    rows = connection.execute(
        select(source.c.id, source.c.reason_args, source.c.next_check_code).where(
            source.c.next_check_at > now, source.c.failures > 0
        )
    )
    return frozenset(
        row.id
        for row in rows
        if row.next_check_code == "poll.retry_after" or (row.reason_args or {}).get("status") in (429, 503)
    )


def at_address(connection: Connection, url: str, but: int) -> str | None:
    """Name an active source that is asked at `url`, other than the source `but`."""
    asked = func.coalesce(source.c.route_url, source.c.url)
    row = connection.execute(
        select(source.c.name).where(asked == url, source.c.id != but, source.c.state == "active").limit(1)
    ).one_or_none()
    return None if row is None else row.name


def rename(connection: Connection, source_id: int, name: str) -> bool:
    """Give a source another name; False where it is taken."""
    if connection.execute(select(source.c.id).where(source.c.name == name)).first() is not None:
        return False
    connection.execute(update(source).where(source.c.id == source_id).values(name=name))
    return True


def holders(connection: Connection) -> list[tuple[str, datetime]]:
    """List who holds sources, and until when at the latest."""
    rows = connection.execute(
        select(source.c.lease_owner, func.max(source.c.lease_until))
        .where(source.c.lease_owner.is_not(None))
        .group_by(source.c.lease_owner)
    )
    return [(row[0], row[1]) for row in rows]


def free(connection: Connection, owner: str) -> None:
    """Take the leases of an owner that is gone away from it."""
    connection.execute(update(source).where(source.c.lease_owner == owner).values(lease_owner=None, lease_until=None))


def claim(
    connection: Connection, source_ids: Sequence[int], owner: str, now: datetime, until: datetime
) -> list[Source]:
    """Lease those of the sources that are free, and read them."""
    connection.execute(
        update(source)
        .where(source.c.id.in_(source_ids), (source.c.lease_until.is_(None)) | (source.c.lease_until <= now))
        .values(lease_owner=owner, lease_until=until)
    )
    rows = connection.execute(_SOURCES.where(source.c.id.in_(source_ids), source.c.lease_owner == owner))
    return [_source(row) for row in rows]


def put_back(connection: Connection, source_id: int, **values: object) -> None:
    """Write down how a collection went and give the lease back."""
    connection.execute(
        update(source).where(source.c.id == source_id).values(lease_owner=None, lease_until=None, **values)
    )


def add(connection: Connection, spec: SourceSpec) -> None:
    """Add a source that stands in the ledger alone."""
    connection.execute(insert(source).values(name=spec.name, state="active", **_wishes(spec)))


def revive(connection: Connection, source_id: int, spec: SourceSpec) -> None:
    """Take a source that was gone up again, under a new specification."""
    connection.execute(
        update(source).where(source.c.id == source_id).values(state="active", **_wishes(spec), **_FORGOTTEN)
    )


def _wishes(spec: SourceSpec) -> dict[str, Any]:
    return {
        "url": spec.url, "kind": spec.kind.value, "origin": spec.origin, "topics": list(spec.topics),
        "language": spec.language, "weight": spec.weight, "every": spec.every,
    }  # fmt: skip


_FORGOTTEN: dict[str, Any] = {
    **dict.fromkeys(
        (
            "etag",
            "last_modified",
            "validators_since",
            "moved_to",
            "moved_since",
            "rhythm",
            "hints",
            "route",
            "route_url",
        )
    ),
    **dict.fromkeys(("list_selector", "list_heading", "list_role", "list_count", "list_dated")),
    **dict.fromkeys(("mail_validity", "mail_uid", "next_check_at", "first_collected_at")),
    "failures": 0,
}
"""What was learnt of an old URL, taken back."""


def set_state(connection: Connection, source_id: int, state: str) -> None:
    """Pause a source, let it go on, or let it go."""
    connection.execute(update(source).where(source.c.id == source_id).values(state=state, next_check_at=None))
