"""A folder of writings becomes entries; a file stands or falls alone."""

import os
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.collect.folder import read_folder
from digest.model import Collected, Failed, Kind, Precision

NOW = datetime(2024, 4, 26, 10, 0, tzinfo=UTC)
WRITTEN = datetime(2024, 2, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def write(tmp_path):
    def put(name, text, root=tmp_path):
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        os.utime(file, (WRITTEN.timestamp(), WRITTEN.timestamp()))
        return file

    return put


def read(path, site_url=None, zone=UTC):
    return read_folder(path, now=NOW, zone=zone, site_url=site_url)


def only(path, **circumstances):
    (entry,) = read(path, **circumstances).entries
    return entry


def test_front_matter_tells_all_it_knows(tmp_path, write):
    write(
        "posts/harbour.md",
        """---
title: "The empty harbour"
date: 2024-03-12 14:30
updated: 2024-03-13
authors: [Ana, Bo]
tags: [sea, towns]
category: notes
summary: A clerk waits.
url: /notes/harbour/
image: cover.jpg
language: fr
---
# Another heading

Some *prose*.
""",
    )
    entry = only(tmp_path, site_url="https://blog.example/", zone=ZoneInfo("Europe/Paris"))
    assert (entry.uid, entry.title) == ("posts/harbour.md", "The empty harbour")
    assert (entry.dating.at, entry.dating.source) == (datetime(2024, 3, 12, 13, 30, tzinfo=UTC), "front-matter")
    assert entry.updated == datetime(2024, 3, 12, 23, tzinfo=UTC)
    assert (entry.authors, entry.categories) == (("Ana", "Bo"), ("sea", "towns", "notes"))
    assert (entry.summary, entry.language) == ("A clerk waits.", "fr")
    assert entry.url == "https://blog.example/notes/harbour/"
    assert entry.image == "https://blog.example/notes/harbour/cover.jpg"
    assert "<em>prose</em>" in entry.content


def test_toml_front_matter_is_as_good(tmp_path, write):
    write("a.md", '+++\ntitle = "T"\ndate = 2024-03-12T10:00:00Z\ntags = ["x"]\n+++\nBody\n')
    entry = only(tmp_path)
    assert (entry.title, entry.dating.at, entry.categories) == ("T", datetime(2024, 3, 12, 10, tzinfo=UTC), ("x",))


def test_what_front_matter_leaves_out_is_found_elsewhere(tmp_path, write):
    write("2024-03-05-the-old-pier.md", "Just prose about a pier.")
    write("b.md", "# A heading\n\nThe first paragraph.\n\nThe second.")
    pier, heading = read(tmp_path).entries
    assert (pier.title, pier.dating.source, pier.dating.precision) == ("The old pier", "file", Precision.DAY)
    assert pier.dating.at == datetime(2024, 3, 5, tzinfo=UTC)
    assert (heading.title, heading.summary) == ("A heading", "The first paragraph.")
    assert (heading.dating.at, heading.dating.source) == (WRITTEN, "file")
    assert "<h1>" not in heading.content


def test_the_newest_comes_first_and_subfolders_count(tmp_path, write):
    write("old.md", "---\ndate: 2020-01-01\n---\nx")
    write("deep/er/new.md", "---\ndate: 2024-01-01\n---\nx")
    write("README.md", "---\ndate: 2022-01-01\n---\nx")
    assert [entry.uid for entry in read(tmp_path).entries] == ["deep/er/new.md", "README.md", "old.md"]


def test_html_and_text_files_are_posts_too(tmp_path, write):
    prose = (
        "<p>The harbour had been empty since the winter, and nobody could say when the last ship had left it.</p>"
        "<p>What remained were the ropes, the gulls and a clerk who wrote down that nothing had come in at all.</p>"
    )
    write("short.html", "<body><nav><a href='/'>Home</a></nav><main><h1>A short page</h1><p>Soon.</p></main></body>")
    write(
        "page.html",
        f"<html><body><nav><a href='/'>Home</a></nav><article><h1>A page</h1>{prose}</article></body></html>",
    )
    write("note.txt", "A note\n\nIts prose & more.")
    found = {entry.uid: entry for entry in read(tmp_path).entries}
    assert found["page.html"].title == "A page"
    assert "ropes" in found["page.html"].content
    assert (found["short.html"].title, found["short.html"].content) == ("A short page", "<p>Soon.</p>")
    assert "Home" not in found["page.html"].content
    assert (found["note.txt"].title, found["note.txt"].content) == ("A note", "<p>Its prose &amp; more.</p>")


def test_raw_html_in_markdown_is_left_to_the_sanitiser(tmp_path, write):
    write("a.md", "# T\n\n<div class='x'>kept</div>\n\n| a |\n|---|\n| b |\n")
    content = only(tmp_path).content
    assert '<div class="x">kept</div>' in content
    assert "<table>" in content


@pytest.mark.parametrize("mark", ["draft: true", "draft: yes", "published: false", "Draft: 'True'"])
def test_drafts_are_left_out_and_counted(tmp_path, write, mark):
    write("a.md", f"---\n{mark}\n---\nsecret")
    found = read(tmp_path)
    assert found.entries == ()
    assert found.notes == ("1 file is a draft and was left out.",)


def test_a_post_from_the_future_is_kept_and_noted(tmp_path, write):
    write("a.md", "---\ndate: 2024-05-01\n---\nx")
    found = read(tmp_path)
    assert len(found.entries) == 1
    assert found.notes == ("a.md is dated in the future (2024-05-01).",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("---\ntitle: a: b: c\n---\nx", "quotes"),
        ("---\n- a\n- b\n---\nx", "title: A title"),
        ("---\ntitle: x\nnever closed", "never closes"),
        ("+++\ntitle = \n+++\nx", "TOML"),
        (b"caf\xe9", "UTF-8"),
        (b"x" * 5_000_001, "5 MB"),
        ("---\na: &a [*a, *a]\nb: !!python/object/apply:os.system ['x']\n---\nx", "YAML"),
    ],
)
def test_a_file_that_cannot_be_used_costs_only_itself_and_its_note_tells_the_fix(tmp_path, write, text, told):
    write("bad.md", text)
    write("good.md", "# Good")
    found = read(tmp_path)
    assert [entry.uid for entry in found.entries] == ["good.md"]
    (note,) = found.notes
    assert note.startswith("bad.md ")
    assert told in note


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_noted(tmp_path, write):
    write("a.md", "x").chmod(0)
    assert "permissions" in read(tmp_path).notes[0]


def test_nothing_hidden_foreign_or_outside_is_read(tmp_path, write):
    inside = tmp_path / "site"
    secret = write("secret.md", "# Secret")
    write("shared/more.md", "# More")
    write("a.md", "# A", inside)
    write(".hidden.md", "# H", inside)
    write(".git/x.md", "# G", inside)
    write("photo.jpg", b"\xff\xd8", inside)
    (inside / "link.md").symlink_to(secret)
    (inside / "folder").symlink_to(tmp_path / "shared")
    (inside / "copy.md").symlink_to(inside / "a.md")
    found = read(inside)
    assert sorted(entry.uid for entry in found.entries) == ["a.md", "copy.md"]
    assert found.notes == ("link.md leads out of the folder: copy the file into it instead.",)


def test_without_a_site_url_files_have_no_url_and_with_one_their_path_is_it(tmp_path, write):
    write("a b/ü.md", "# T")
    assert only(tmp_path).url is None
    assert only(tmp_path, site_url="https://blog.example/x").url == "https://blog.example/x/a%20b/%C3%BC.md"


def test_a_single_file_is_a_folder_of_one(tmp_path, write):
    file = write("sub/a.md", "# T")
    write("sub/b.md", "# U")
    found = read(file)
    assert (found.kind, [entry.uid for entry in found.entries]) == (Kind.FOLDER, ["a.md"])


def test_an_empty_folder_says_so_and_a_missing_one_fails(tmp_path):
    assert read(tmp_path).notes == ("There is no Markdown, HTML or text file in this folder.",)
    missing = read(tmp_path / "nowhere")
    assert isinstance(missing, Failed)
    assert missing.reason.code == "folder.missing"


@given(
    st.binary(max_size=200),
    st.sampled_from([".md", ".html", ".txt"]),
    st.sampled_from([b"", b"---\n", b"+++\n", b"<p>"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_bytes_break_the_reader(tmp_path, data, suffix, start):
    for old in tmp_path.iterdir():
        old.unlink()
    (tmp_path / f"file{suffix}").write_bytes(start + data)
    found = read(tmp_path)
    assert isinstance(found, Collected)
    assert len(found.entries) + len(found.notes) >= 1


@given(st.dictionaries(st.sampled_from(["title", "date", "tags", "authors", "url", "image", "draft", "updated", "language"]), st.one_of(
    st.none(), st.integers(), st.floats(), st.booleans(), st.text(max_size=9), st.lists(st.none() | st.integers() | st.text(max_size=5), max_size=3),
    st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2))))  # fmt: skip
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_front_matter_breaks_the_reader(tmp_path, front):
    import yaml

    (tmp_path / "a.md").write_text(f"---\n{yaml.safe_dump(front)}---\nBody", "utf-8")
    found = read(tmp_path)
    assert len(found.entries) + len(found.notes) >= 1
