"""Files: what is published is replaced whole or not at all, and only when its bytes differ.

All changed documents are first written beside their targets as `.<name>.digest-tmp` and flushed to disk; only when
every one of them is safe are they renamed into place. A full disk is thus met before anything visible has changed.
The root directory is locked meanwhile, so whatever bears such a name belongs to a publisher that was killed, and is
removed.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from digest.errors import PublishError
from digest.model import Document

_SUFFIX = ".digest-tmp"
_NO_LOCKS = frozenset({errno.EBADF, errno.ENOLCK, errno.EOPNOTSUPP})  # some network file systems
_FIXES = {
    errno.ENOSPC: "the disk is full; free some space and run again",
    errno.EDQUOT: "the disk quota is used up; free some space and run again",
    errno.EFBIG: "the file is larger than this system allows; raise its limit on file sizes and run again",
    errno.EACCES: "this user may not write there; give it the right to and run again",
    errno.EPERM: "this user may not write there; give it the right to and run again",
    errno.EROFS: "the file system is read-only; mount it for writing or choose another folder",
    errno.EISDIR: "a directory bears its name; move that away and run again",
    errno.ENOTDIR: "a file stands where a directory is needed; move it away and run again",
    errno.EEXIST: "a file stands where a directory is needed; move it away and run again",
    errno.ENAMETOOLONG: "the name is too long for this file system; shorten the slug it comes from",
}


def publish(root: Path, documents: Iterable[Document]) -> tuple[str, ...]:
    """Write documents under `root` and answer the paths of those that changed, in the order given.

    Unchanged files keep their modification time. New files are 0644 and new directories 0777, less the umask.
    Raises PublishError if one cannot be written or would fall outside `root`; all old files are then whole.
    """
    place = root
    changed: list[str] = []
    staged: dict[Path, Path] = {}
    try:
        _make_directory(root)
        with _locked(root), _removing(staged):
            targets: set[Path] = set()
            for document in documents:
                place = root / document.path
                target = _target(root, document.path)
                _sweep(target.parent, known=targets)
                if target in targets:
                    raise ValueError(f"two documents claim {place}")
                targets.add(target)
                if _differs(target, document.data):
                    staged[target] = _stage(target, document.data)
                    changed.append(document.path)
            for target, temporary in staged.items():
                place = target
                temporary.replace(target)
            _flush_directories({target.parent for target in staged})
    except OSError as error:
        fix = _FIXES.get(error.errno or 0) or f"{error.strerror or error}; mend that and run again"
        raise PublishError(f"Cannot write {place}: {fix}.") from error
    return tuple(changed)


def _target(root: Path, path: str) -> Path:
    """Find where a document goes, with the links on the way there followed; refuse all that is not under `root`."""
    names = path.split("/")
    if "\0" in path or "\\" in path or any(name in {"", ".", ".."} for name in names):
        raise PublishError(f"Cannot write {path!r}: a document's path is relative and stays below its root.")
    parent = Path(os.path.realpath(root.joinpath(*names[:-1])))
    if not parent.is_relative_to(os.path.realpath(root)):
        raise PublishError(f"Cannot write {root / path}: a symbolic link leads out of {root}; remove it and run again.")
    return parent / names[-1]


def _sweep(directory: Path, *, known: Iterable[Path]) -> None:
    """Remove what killed publishers left in a directory, once: not where `known` targets have been staged."""
    if all(target.parent != directory for target in known):
        _remove(directory.glob(f".*{_SUFFIX}"))


def _differs(target: Path, data: bytes) -> bool:
    """Tell whether a file must be written; a symbolic link is never read through, but replaced by the file."""
    if target.is_symlink():
        return True
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    try:
        return target.stat().st_size != len(data) or target.read_bytes() != data
    except FileNotFoundError:
        return True


def _stage(target: Path, data: bytes) -> Path:
    """Write a document beside its target, safe on disk under its temporary name."""
    _make_directory(target.parent)
    temporary = target.with_name(f".{target.name}{_SUFFIX}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        _remove([temporary])
        raise
    return temporary


def _remove(temporaries: Iterable[Path]) -> None:
    for temporary in temporaries:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextmanager
def _removing(staged: Mapping[Path, Path]) -> Iterator[None]:
    """Whatever happens, leave no temporary file behind; those renamed into place are gone already."""
    try:
        yield
    finally:
        _remove(staged.values())


def _make_directory(directory: Path) -> None:
    """Create a directory and those above it, each entered in its parent on disk."""
    if directory.is_dir():
        return
    _make_directory(directory.parent)
    directory.mkdir(exist_ok=True)
    _flush_directories({directory.parent})


def _flush_directories(directories: Iterable[Path]) -> None:
    for directory in sorted(directories):
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    """Hold `root` against other publishers; where the file system knows no locks, trust that there is only one."""
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
        yield
    finally:
        os.close(descriptor)
