"""The ledger as a file that is surely ours, of a version we know, written by one at a time.

SQLite in WAL mode; a writing transaction begins with BEGIN IMMEDIATE, so that two writers queue instead of
failing halfway. `application_id` marks the file; a newer schema is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from digest.errors import LedgerError
from digest.store.tables import metadata

APPLICATION_ID = 0x44494753  # "DIGS"
HEAD = "0001"
"""The newest migration in `migrations/versions`; a test holds the two together."""

BUSY_TIMEOUT_MS = 30_000


@dataclass(frozen=True, slots=True)
class Ledger:
    """An open ledger. Rows are read and written through the functions of this package's modules."""

    engine: Engine

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Hold the write lock from the first moment; commit at the end, undo on any exception.

        Raises:
            LedgerError: another process holds the lock too long, or the disk is full.
        """
        with _told(), self._begun("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """See one unmoving state of all rows.

        Raises:
            LedgerError: the file cannot be read.
        """
        with _told(), self._begun("BEGIN") as connection:
            yield connection

    @contextmanager
    def _begun(self, how: str) -> Iterator[Connection]:
        with self.engine.connect().execution_options(digest_begin=how) as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Let go of the file."""
        self.engine.dispose()


def open_ledger(url: str, folder: Path) -> Ledger:
    """Open the ledger at `url` (`sqlite:///FILE`, relative to `folder`), creating it where there is none.

    Raises:
        LedgerError: not a database, not ours, newer than this program, or waiting for `digest db upgrade`.
    """
    ledger = Ledger(_engine(url, folder))
    try:
        version = version_of(ledger)
        if version is None:
            _create(ledger)
        elif version != HEAD:
            raise LedgerError(_of_another_version(version))  # noqa: TRY301 - closed below like every other end
    except DatabaseError as error:
        ledger.close()
        raise LedgerError(f"The ledger {url} cannot be opened: {error.orig}. Check the file and its folder.") from error
    except LedgerError:
        ledger.close()
        raise
    return ledger


def _of_another_version(version: str) -> str:
    if version > HEAD:
        return f"The ledger is of version {version}, this program knows {HEAD}. Install a newer digest."
    return f"The ledger is of version {version}, this program wants {HEAD}. Run `digest db upgrade`."


def open_for_upgrade(url: str, folder: Path) -> Ledger:
    """Open a ledger whose version is not looked at, for `digest db upgrade`."""
    return Ledger(_engine(url, folder))


def version_of(ledger: Ledger) -> str | None:
    """Tell which migration the ledger stands at; None for an empty file.

    Raises:
        LedgerError: the file holds tables that are not ours.
    """
    with ledger.engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        ours = connection.exec_driver_sql("PRAGMA application_id").scalar() == APPLICATION_ID
        if not tables:
            return None
        if not ours or "alembic_version" not in tables:
            raise LedgerError("The database file belongs to another program. Give another [database] url.")
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _create(ledger: Ledger) -> None:
    """Make a new ledger at once as the migrations would; a test holds the two together, and a start is quicker."""
    with ledger.writing() as connection:
        if inspect(connection).get_table_names():
            return  # another process was first, between the look and the lock
        metadata.create_all(connection)
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (HEAD,))
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")


def upgrade(ledger: Ledger) -> None:
    """Run all migrations that the ledger lacks, in one transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with ledger.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")


def _engine(url: str, folder: Path) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise LedgerError(f'"{url}" is not a database URL. Write for example "sqlite:///digest.db".') from None
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise LedgerError('Only SQLite files are supported so far. Write for example "sqlite:///digest.db".')
    path = folder / parsed.database
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LedgerError(f"The folder {path.parent} cannot be made: {error.strerror}.") from error
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where `_begin` says, not where the driver guesses
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    # FULL: a delivery that is journalled as sent must survive a power cut too.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("digest_begin", "BEGIN"))


@contextmanager
def _told() -> Iterator[None]:
    """Turn what SQLite says of locks and disks into a sentence with the fix."""
    try:
        yield
    except OperationalError as error:
        told = str(error.orig)
        fix = next((fix for sign, fix in _FIXES.items() if sign in told), "Check the file and its folder.")
        raise LedgerError(f"The ledger cannot be used: {told}. {fix}") from error


_FIXES = {
    "locked": "Another process holds it; wait for it to end and try again.",
    "full": "Free some space and try again.",
    "readonly": "Give this user the right to write it and its folder.",
}
