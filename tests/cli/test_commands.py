"""The commands, as an operator types them: names, outputs, exit codes; every error one sentence with its fix."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DIGEST = Path(sys.executable).with_name("digest")


@pytest.fixture
def site(tmp_path):
    """A folder that `digest init` made, and a function that runs a command in it."""

    def run(*arguments: str, expect: int = 0, cwd: Path | None = None, **environment: str):
        done = subprocess.run(
            [DIGEST, *arguments], cwd=cwd or folder, capture_output=True, text=True, check=False, timeout=120,
            env=os.environ | environment,
        )  # fmt: skip
        assert done.returncode == expect, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    folder = tmp_path / "site"
    run("init", str(folder), cwd=tmp_path)
    run.folder = folder
    return run


def test_help_names_every_command_with_its_own_words():
    from digest.cli.main import COMMANDS, cli

    for name, (_, short) in COMMANDS.items():
        command = cli.get_command(None, name)
        assert command.get_short_help_str(200).rstrip(".") == short.rstrip("."), name


def test_every_command_and_option_has_help():
    import click

    from digest.cli.main import COMMANDS, cli

    def walk(command, path):
        assert command.help, path
        for parameter in command.params:
            assert not isinstance(parameter, click.Option) or parameter.help, f"{path} {parameter.name}"
        for name, child in getattr(command, "commands", {}).items():
            walk(child, f"{path} {name}")

    for name in COMMANDS:
        walk(cli.get_command(None, name), name)


def test_asking_for_help_imports_no_heavy_library():
    program = "import sys; sys.argv=['digest','--help']\nfrom digest.cli.main import main\ntry: main()\nexcept SystemExit: pass\nprint([m for m in ('sqlalchemy','pydantic','aiohttp','lxml','jinja2','rich') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")


def test_a_new_site_runs_as_it_is(site):
    done = site("run", "--now")
    assert "morning/1" in done.stdout
    for name in ("rss.xml", "atom.xml", "feed.json", "index.html"):
        assert (site.folder / "feeds/morning" / name).is_file()
    for name in ("digest.html", "digest.txt", "digest.eml"):
        assert (site.folder / "outbox/morning/1" / name).is_file()


def test_a_second_run_changes_no_byte_and_makes_no_edition(site):
    site("run", "--now")

    def state():
        files = [p for root in ("feeds", "outbox") for p in (site.folder / root).rglob("*") if p.is_file()]
        return {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in files}

    before = state()
    site("run", "--now")
    assert state() == before
    listed = json.loads(site("editions", "list", "--json").stdout)
    assert sorted((e["slug"], e["number"]) for e in listed) == [("gazette", 1), ("morning", 1)]


def test_the_example_shows_relative_dates_frozen_at_first_sight(site):
    site("run", "--now", "--at", "2026-11-22T12:00:00+01:00")
    edition = json.loads(site("editions", "show", "gazette/1", "--json").stdout)
    assert {story["precision"] for story in edition["stories"]} >= {"day", "week"}


def test_init_leaves_an_existing_site_alone(site):
    before = (site.folder / "config.toml").read_text()
    done = site("init", str(site.folder), expect=2)
    assert "already" in done.stderr
    assert (site.folder / "config.toml").read_text() == before


def test_status_explain_preview_and_lists_answer(site):
    site("run", "--now")
    assert "La Gazette" in site("status").stdout
    assert json.loads(site("status", "--json").stdout)["publications"][0]["slug"] == "morning"
    assert "in morning/1" in site("explain", "chat du bureau").stdout
    assert "collected from" in site("explain", "Observatory").stdout
    assert "frozen with" in site("explain", "morning/1").stdout
    assert "digest.html" in site("preview", "morning").stdout
    assert "La Gazette" in site("sources", "list").stdout
    assert "sqlite:///digest.db" in site("config", "show").stdout
    assert "3 sources" in site("config", "check").stdout
    assert json.loads(site("config", "schema").stdout)["properties"]["site"]
    assert "version" in site("db", "upgrade").stdout
    assert site("feeds").stdout == ""


def test_stages_can_be_run_one_by_one(site):
    assert "7 new" in site("collect", "La Gazette").stdout
    assert "nothing new" in site("collect", "La Gazette").stdout
    assert "gazette/1" in site("compose", "gazette", "--now").stdout
    assert "Nothing is due" in site("compose", "morning").stdout
    assert "no relay" in site("send", "gazette/1", expect=2).stderr


def test_sources_can_be_added_paused_and_removed(site):
    page = site.folder / "examples/gazette/index.html"
    assert page.exists()
    done = site("sources", "add", "examples/feeds/observatoire.xml", "--name", "Twice")
    assert "8 entries" in done.stdout
    assert "already" in site("sources", "add", "examples/feeds/observatoire.xml", "--name", "Twice", expect=2).stderr
    site("sources", "pause", "Twice")
    assert "paused" in site("sources", "list").stdout
    site("sources", "resume", "Twice")
    site("sources", "remove", "Twice")
    assert "Twice" not in site("sources", "list").stdout
    assert "config.toml" in site("sources", "remove", "La Gazette", expect=2).stderr
    assert "not added" in site("sources", "add", "examples/nothing.xml", expect=2).stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("explain", "nobody-knows-this"), "Nothing is known"),
        (("compose", "evening"), "morning, gazette"),
        (("editions", "show", "morning/99"), "digest editions list"),
        (("send", "what"), "PUBLICATION/NUMBER"),
        (("collect", "nobody"), "digest sources list"),
        (("run", "--at", "yesterday"), "ISO 8601"),
        (("run", "--at", "2026-01-01T00:00:00"), "no zone"),
        (("runn",), "Did you mean 'run'"),
        (("--config", "x"), "No such option"),
        (("run", "--config", "nowhere.toml"), "digest init"),
        (("preview", "morning"), "digest collect"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence_with_exit_2(site, arguments, told):
    done = site(*arguments, expect=2)
    assert told in done.stderr
    assert len([line for line in done.stderr.splitlines() if line and not line.startswith(("Usage:", "Try "))]) == 1


def test_a_config_with_ten_mistakes_gives_ten_messages(site):
    (site.folder / "config.toml").write_text("""
[site]
titel = "x"
url = "not a url"
timezone = "Europe/Pariss"
[fetch]
timeout = "soon"
[[source]]
name = "a"
url = "https://a.example/"
kind = "fead"
[[source]]
name = "a"
url = "https://b.example/"
[[publication]]
slug = "Bad Slug"
title = "t"
schedule = "every blue moon"
sources = ["b"]
max_items = 0
""")
    done = site("run", expect=2)
    lines = done.stderr.strip().splitlines()
    assert (
        len(lines) == 11
    )  # titel, title missing, url, timezone, timeout, kind, name twice, slug, schedule, sources, max_items
    assert all(line.startswith("config.toml:") for line in lines)
    assert any("config.toml:3: site.titel:" in line and '"title"' in line for line in lines)
    assert any('"Europe/Paris"' in line for line in lines)


def test_a_failing_source_makes_exit_3_and_status_says_why(site):
    shutil.rmtree(site.folder / "examples/carnet")
    done = site("run", "--now", expect=3)
    assert "Notebook" in done.stderr
    assert "Notebook" in site("status").stdout


def test_feeds_that_cannot_be_written_are_an_error_with_exit_3(site):
    (site.folder / "feeds").write_text("in the way")
    done = site("run", "--now", expect=3)
    assert "feeds" in done.stderr


def test_inspect_needs_no_site(tmp_path):
    page = ROOT / "examples/gazette/marche-couvert.html"
    done = subprocess.run(
        [DIGEST, "inspect", "--json", "--at", "2026-11-22T12:00:00+01:00", page],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    seen = json.loads(done.stdout)
    assert seen["kind"] == "page"
    (recent,) = [block for block in seen["blocks"] if block["role"] == "recent"]
    assert len(recent["entries"]) == 6
    assert set(seen) == {
        "target",
        "kind",
        "route",
        "title",
        "language",
        "feeds",
        "article",
        "blocks",
        "entries",
        "notes",
    }
    assert set(seen["entries"][0]) == {
        "url",
        "uid",
        "title",
        "authors",
        "published",
        "published_text",
        "precision",
        "date_source",
        "summary",
        "image",
    }
