"""The ledger is surely ours, of a version we know, and never holds a naive instant."""

import sqlite3
import threading
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, inspect, select
from sqlalchemy.exc import StatementError

from digest.errors import LedgerError
from digest.model import Reason
from digest.store import events, ledger
from digest.store.tables import event, lease, metadata

URL = "sqlite:///digest.db"


@pytest.fixture
def opened(tmp_path):
    made = ledger.open_ledger(URL, tmp_path)
    yield made
    made.close()


def shape(opened):
    """Every table and index as SQLite tells it, without the spelling of their statements."""
    with opened.reading() as connection:
        eye = inspect(connection)
        return {
            name: (
                [(c["name"], str(c["type"]), c["nullable"], c["primary_key"]) for c in eye.get_columns(name)],
                sorted((i["name"], tuple(i["column_names"])) for i in eye.get_indexes(name)),
                sorted(tuple(u["column_names"]) for u in eye.get_unique_constraints(name)),
                sorted((tuple(f["constrained_columns"]), f["referred_table"]) for f in eye.get_foreign_keys(name)),
            )
            for name in eye.get_table_names()
            if name != "alembic_version"
        }


def test_the_migrations_make_exactly_the_tables_that_the_code_uses(opened, tmp_path):
    migrated = ledger.open_for_upgrade("sqlite:///migrated.db", tmp_path)
    ledger.upgrade(migrated)
    with migrated.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    assert shape(migrated) == shape(opened)
    assert ledger.version_of(migrated) == ledger.version_of(opened) == ledger.HEAD
    migrated.close()


def test_head_names_the_newest_migration():
    scripts = ScriptDirectory(str(ledger.Path(ledger.__file__).parent / "migrations"))
    assert scripts.get_current_head() == ledger.HEAD


def test_a_ledger_is_marked_as_ours_and_opens_again(opened, tmp_path):
    opened.close()
    with sqlite3.connect(tmp_path / "digest.db") as raw:
        assert raw.execute("PRAGMA application_id").fetchone()[0] == ledger.APPLICATION_ID
        assert raw.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    ledger.open_ledger(URL, tmp_path).close()


def test_a_newer_ledger_is_refused_with_the_fix(opened, tmp_path):
    opened.close()
    with sqlite3.connect(tmp_path / "digest.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(LedgerError, match="Install a newer digest"):
        ledger.open_ledger(URL, tmp_path)


def test_an_older_ledger_waits_for_the_upgrade_command(opened, tmp_path):
    opened.close()
    with sqlite3.connect(tmp_path / "digest.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(LedgerError, match="digest db upgrade"):
        ledger.open_ledger(URL, tmp_path)


def test_a_database_of_another_program_is_left_alone(tmp_path):
    with sqlite3.connect(tmp_path / "digest.db") as raw:
        raw.execute("CREATE TABLE precious (id INTEGER)")
    with pytest.raises(LedgerError, match="another program"):
        ledger.open_ledger(URL, tmp_path)
    with sqlite3.connect(tmp_path / "digest.db") as raw:
        assert raw.execute("SELECT name FROM sqlite_master").fetchall() == [("precious",)]


def test_a_file_that_is_no_database_is_named(tmp_path):
    (tmp_path / "digest.db").write_bytes(b"not a database" * 100)
    with pytest.raises(LedgerError, match="cannot be opened"):
        ledger.open_ledger(URL, tmp_path)


@pytest.mark.parametrize("url", ["nonsense", "postgresql://x/y", "sqlite://"])
def test_a_url_that_cannot_be_used_is_refused_with_an_example(url, tmp_path):
    with pytest.raises(LedgerError, match=r"sqlite:///digest\.db"):
        ledger.open_ledger(url, tmp_path)


def test_a_naive_instant_never_reaches_the_ledger(opened):
    with pytest.raises(StatementError, match="naive"), opened.writing() as connection:
        connection.execute(insert(event).values(at=datetime(2026, 1, 1), subject="x"))  # noqa: DTZ001 - the point


@pytest.mark.parametrize("year", [1, 1969, 2026, 9999])
def test_an_instant_comes_back_equal_and_aware(opened, year):
    at = datetime(year, 3, 29, 1, 30, tzinfo=UTC)
    with opened.writing() as connection:
        events.record(connection, at, "x", Reason("edition.approved"))
    with opened.reading() as connection:
        assert connection.execute(select(event.c.at)).scalar_one() == at


def test_two_writers_queue_instead_of_failing(opened):
    at = datetime(2026, 1, 1, tzinfo=UTC)

    def write(number):
        for step in range(20):
            with opened.writing() as connection:
                events.record(connection, at, f"{number}.{step}", Reason("edition.approved"))

    threads = [threading.Thread(target=write, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with opened.reading() as connection:
        assert len(connection.execute(select(event)).all()) == 80


def test_an_exception_undoes_the_whole_transaction(opened):
    at = datetime(2026, 1, 1, tzinfo=UTC)

    def write_and_break():
        with opened.writing() as connection:
            connection.execute(insert(lease).values(name="a", owner="o", since=at, until=at))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_break()
    with opened.reading() as connection:
        assert connection.execute(select(lease)).all() == []
