import errno
import fcntl
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from digest.deliver import files
from digest.deliver.files import publish
from digest.errors import PublishError
from digest.model import Document

OLD = (Document("daily/rss.xml", b"old rss"), Document("daily/atom.xml", b"old atom"))
NEW = (Document("daily/rss.xml", b"new rss"), Document("daily/atom.xml", b"new atom"), Document("index.html", b"hi"))


@pytest.fixture
def root(tmp_path):
    publish(tmp_path / "feeds", OLD)
    return tmp_path / "feeds"


def tree(root):
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def as_tree(documents):
    return {document.path: document.data for document in documents}


def test_documents_are_written_where_they_belong(tmp_path):
    changed = publish(tmp_path / "not" / "yet", NEW)
    assert changed == ("daily/rss.xml", "daily/atom.xml", "index.html")
    assert tree(tmp_path / "not" / "yet") == as_tree(NEW)


def test_only_what_differs_is_written(root):
    for document in OLD:
        os.utime(root / document.path, ns=(1, 1))
    assert publish(root, [OLD[0], Document("daily/atom.xml", b"new atom")]) == ("daily/atom.xml",)
    assert (root / "daily/rss.xml").stat().st_mtime_ns == 1
    assert (root / "daily/atom.xml").stat().st_mtime_ns != 1


def test_a_file_of_the_same_length_is_compared_by_its_bytes(root):
    assert publish(root, [Document("daily/rss.xml", b"OLD RSS")]) == ("daily/rss.xml",)


def test_a_reader_of_the_old_file_keeps_it_whole(root):
    with (root / "daily/rss.xml").open("rb") as reading:
        publish(root, NEW)
        assert reading.read() == b"old rss"


@pytest.mark.parametrize(
    ("umask", "file", "directory"), [(0o000, 0o644, 0o777), (0o022, 0o644, 0o755), (0o027, 0o640, 0o750)]
)
def test_rights_follow_the_umask(tmp_path, umask, file, directory):
    before = os.umask(umask)
    try:
        publish(tmp_path / "feeds", OLD)
    finally:
        os.umask(before)
    assert (tmp_path / "feeds/daily/rss.xml").stat().st_mode & 0o777 == file
    assert (tmp_path / "feeds/daily").stat().st_mode & 0o777 == directory


@pytest.mark.parametrize(
    "path",
    [
        "../evil",
        "/etc/evil",
        "daily/../../evil",
        "..",
        ".",
        "",
        "daily/",
        "daily//rss.xml",
        "./rss.xml",
        "a\\..\\b",
        "a\0b",
    ],
)
def test_a_path_out_of_the_root_is_refused(root, path):
    with pytest.raises(PublishError, match="stays below its root"):
        publish(root, [*NEW, Document(path, b"evil")])
    assert tree(root) == as_tree(OLD)


def test_a_link_out_of_the_root_is_refused(root, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (root / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PublishError, match="symbolic link leads out"):
        publish(root, [*NEW, Document("link/evil", b"evil")])
    assert not any((tmp_path / "elsewhere").iterdir())
    assert (root / "daily/rss.xml").read_bytes() == b"old rss"


def test_a_root_that_is_itself_a_link_is_fine(root, tmp_path):
    (tmp_path / "www").symlink_to(root)
    publish(tmp_path / "www", NEW)
    assert tree(root) == as_tree(NEW)


def test_a_link_in_the_place_of_a_file_is_replaced_and_what_it_led_to_is_left_alone(root, tmp_path):
    precious = tmp_path / "precious"
    precious.write_bytes(b"new rss")
    (root / "daily/rss.xml").unlink()
    (root / "daily/rss.xml").symlink_to(precious)
    assert publish(root, [Document("daily/rss.xml", b"new rss")]) == ("daily/rss.xml",)
    assert not (root / "daily/rss.xml").is_symlink()
    publish(root, [Document("daily/rss.xml", b"newer")])
    assert precious.read_bytes() == b"new rss"


def test_a_link_that_leads_to_itself_is_an_error_in_one_sentence(root):
    (root / "loop").symlink_to(root / "loop")
    with pytest.raises(PublishError, match=r"Cannot write .*loop/x: "):
        publish(root, [Document("loop/x", b"")])


def test_a_directory_in_the_place_of_a_file_is_told_and_nothing_is_changed(root):
    (root / "index.html").mkdir()
    with pytest.raises(PublishError, match=r"index\.html: a directory bears its name; move that away"):
        publish(root, NEW)
    assert tree(root) == as_tree(OLD)


def test_a_file_in_the_place_of_a_directory_is_told_and_nothing_is_changed(root):
    with pytest.raises(PublishError, match="a file stands where a directory is needed; move it away"):
        publish(root, [NEW[0], Document("daily/atom.xml/deeper", b"")])
    assert tree(root) == as_tree(OLD)


def test_a_root_that_is_a_file_is_told(tmp_path):
    (tmp_path / "feeds").write_bytes(b"mine")
    with pytest.raises(PublishError, match="a file stands where a directory is needed"):
        publish(tmp_path / "feeds", NEW)
    assert (tmp_path / "feeds").read_bytes() == b"mine"


def test_a_name_too_long_is_told(root):
    with pytest.raises(PublishError, match="the name is too long"):
        publish(root, [*NEW, Document("x" * 300, b"")])
    assert tree(root) == as_tree(OLD)


@contextmanager
def file_size_limit(size):
    """Let the system refuse to write more than `size` bytes into any file, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


def test_a_write_that_breaks_off_in_the_middle_changes_nothing(root):
    with file_size_limit(4096), pytest.raises(PublishError, match=r"index\.html: the file is larger"):
        publish(root, [NEW[0], Document("index.html", b"x" * 100_000)])
    assert tree(root) == as_tree(OLD)


@pytest.mark.parametrize("when", [1, 2, 3])
def test_a_full_disk_changes_nothing_whenever_it_is_met(root, monkeypatch, when):
    flushed = []

    def full(descriptor):
        flushed.append(descriptor)
        if len(flushed) == when:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(PublishError, match="the disk is full; free some space and run again"):
        publish(root, NEW)
    assert tree(root) == as_tree(OLD)


@pytest.fixture
def nobody():
    """A folder that an ordinary user can reach, and that user to be while it lasts."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    publish(folder, OLD)
    (folder / "daily").chmod(0o555)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    yield folder
    if is_root:
        os.seteuid(0)
    (folder / "daily").chmod(0o755)
    shutil.rmtree(folder)


def test_a_folder_that_may_not_be_written_is_told_and_nothing_is_changed(nobody):
    with pytest.raises(PublishError, match="this user may not write there; give it the right to"):
        publish(nobody, NEW)
    assert tree(nobody) == as_tree(OLD)


def test_what_a_killed_publisher_left_is_removed_even_if_nothing_is_to_be_written(root):
    for name in (".rss.xml.digest-tmp", ".gone.xml.digest-tmp"):
        (root / "daily" / name).write_bytes(b"half")
    assert publish(root, OLD) == ()
    assert tree(root) == as_tree(OLD)


KILLED_AT_THE_SECOND_RENAME = """
import os, sys
from pathlib import Path
from digest.deliver.files import publish
from digest.model import Document

renamed = []

def replace(self, target):
    renamed.append(target)
    if len(renamed) == 2:
        os._exit(9)
    os.replace(self, target)

Path.replace = replace
publish(Path(sys.argv[1]), [Document(path, b"new") for path in sys.argv[2:]])
"""


def test_a_publisher_killed_between_two_files_leaves_each_whole_and_the_next_one_finishes(root):
    paths = ["daily/rss.xml", "daily/atom.xml", "index.html"]
    killed = subprocess.run([sys.executable, "-c", KILLED_AT_THE_SECOND_RENAME, root, *paths], check=False)
    assert killed.returncode == 9
    assert (root / "daily/rss.xml").read_bytes() == b"new"
    assert (root / "daily/atom.xml").read_bytes() == b"old atom"
    again = [Document(path, b"new") for path in paths]
    assert publish(root, again) == ("daily/atom.xml", "index.html")
    assert tree(root) == as_tree(again)


def test_hidden_files_of_others_are_left_alone(root):
    (root / "daily/.htaccess").write_bytes(b"theirs")
    (root / "daily/.rss.xml.tmp").write_bytes(b"theirs")
    publish(root, NEW)
    assert tree(root).keys() - as_tree(NEW).keys() == {"daily/.htaccess", "daily/.rss.xml.tmp"}


def test_a_second_publisher_waits_for_the_first(root):
    held = os.open(root, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    waiting = threading.Thread(target=publish, args=(root, NEW))
    try:
        waiting.start()
        assert tree(root) == as_tree(OLD)
    finally:
        os.close(held)
    waiting.join()
    assert tree(root) == as_tree(NEW)


def test_many_publishers_of_the_same_files_leave_one_of_their_versions(root):
    editions = [[Document(f"daily/{name}", b"%d" % turn * 1000) for name in ("a", "b", "c")] for turn in range(8)]
    threads = [threading.Thread(target=publish, args=(root, edition)) for edition in editions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    left = {path: data for path, data in tree(root).items() if path[-1] in "abc"}
    assert left in [as_tree(edition) for edition in editions]


@pytest.mark.parametrize("told", [errno.EBADF, errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_written_all_the_same(root, monkeypatch, told):
    def refuse(descriptor, operation):
        raise OSError(told, os.strerror(told))

    monkeypatch.setattr(files.fcntl, "flock", refuse)
    publish(root, NEW)
    assert tree(root) == as_tree(NEW)


def test_two_documents_of_one_name_are_a_bug(root):
    with pytest.raises(ValueError, match="two documents claim"):
        publish(root, [NEW[0], NEW[0]])
    assert tree(root) == as_tree(OLD)
