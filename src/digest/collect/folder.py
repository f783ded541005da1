"""A folder of writings becomes entries: Markdown, HTML and text files, with front matter or without.

The rule owned here: a file stands or falls alone. One that cannot be read, or whose front matter is broken, costs a
note with its name and the fix, and no other file. Drafts are left out; hidden files and links that lead out of the
folder are not followed. Nothing is run and nothing is fetched.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from html import escape
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from digest.collect.articles import shortened
from digest.collect.dates import read_date
from digest.collect.markup import absolute, inner_html, text_of
from digest.collect.pages import parsed, read_page
from digest.collect.plaintext import paragraphs
from digest.model import UNDATED, Collected, Dating, EntryData, Failed, Kind, Precision, Reason

_MARKDOWN: Final = frozenset({".md", ".markdown"})
_HTML: Final = frozenset({".html", ".htm"})
_TEXT: Final = frozenset({".txt", ".text"})
_LARGEST: Final = 5_000_000
"""Bytes beyond which a file is no article."""
_MOST: Final = 10_000
"""Files beyond which a folder is something else than a blog."""
_NAME_DATE: Final = re.compile(r"^(\d{4}-\d{2}-\d{2})[-_ ]*")
_FRONT: Final = re.compile(
    r"\A\ufeff?(---|\+\+\+)[ \t]*\r?\n(.*?)(?:\r?\n)?^\1[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE
)
_OPENED: Final = re.compile(r"\A\ufeff?(---|\+\+\+)[ \t]*\r?\n[A-Za-z_]+\s*[:=]")
_TRUE: Final = frozenset({"true", "yes", "on", "1"})


@dataclass(frozen=True, slots=True)
class _Place:
    """What all files of a folder share."""

    root: Path
    now: datetime
    zone: tzinfo
    site_url: str | None


class _BadFileError(Exception):
    """A file cannot be used; its text is the rest of a sentence that starts with the file's name."""


def read_folder(path: Path, *, now: datetime, zone: tzinfo, site_url: str | None = None) -> Collected | Failed:
    """Read a folder, or a single file of one, into entries, the newest first.

    `site_url` is where the files are published: a file's URL is its path below it unless its front matter tells one;
    without `site_url` files have no URL. Times without a zone are in `zone`. A file that cannot be used is named in
    `notes` with its fix. `Failed` (`folder.missing`) when there is nothing at `path`.
    """
    if not path.exists():
        return Failed(Reason("folder.missing", {"path": str(path)}))
    root = path if path.is_dir() else path.parent
    place = _Place(root, now, zone, site_url)
    entries: list[EntryData] = []
    notes: list[str] = []
    drafts = 0
    for file in [path] if path.is_file() else _files(root, notes):
        try:
            entry = _read(file, place)
        except _BadFileError as problem:
            notes.append(f"{_name(file, place)} {problem}")
            continue
        drafts += entry is None
        entries += [entry] if entry is not None else []
    notes += [f"{drafts} {'file is a draft and was' if drafts == 1 else 'files are drafts and were'} left out."] * (
        drafts > 0
    )
    notes += [f"{e.uid} is dated in the future ({e.dating.at:%Y-%m-%d})." for e in entries if _is_later(e, now)]
    entries.sort(key=lambda entry: entry.uid)
    entries.sort(key=lambda entry: entry.dating.at or now, reverse=True)
    return Collected(
        kind=Kind.FOLDER,
        route="a folder of files" if path.is_dir() else "one file",
        title=root.resolve().name,
        link=site_url,
        entries=tuple(entries),
        notes=tuple(notes) if entries or notes else ("There is no Markdown, HTML or text file in this folder.",),
    )


def _is_later(entry: EntryData, now: datetime) -> bool:
    return entry.dating.at is not None and entry.dating.at > now


def _name(file: Path, place: _Place) -> str:
    return file.relative_to(place.root).as_posix()


def _files(root: Path, notes: list[str]) -> Iterator[Path]:
    """Walk the folder in order of names, without what is hidden or leads out of it."""
    home = root.resolve()
    count = 0
    for folder, folders, names in os.walk(root, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(folder, name)
            if name.startswith(".") or file.suffix.lower() not in _MARKDOWN | _HTML | _TEXT:
                continue
            if file.is_symlink() and not file.resolve().is_relative_to(home):
                notes.append(
                    f"{file.relative_to(root).as_posix()} leads out of the folder: copy the file into it instead."
                )
                continue
            count += 1
            if count > _MOST:
                notes.append(f"The folder holds more than {_MOST} files: name a smaller one.")
                return
            yield file


# ── one file ─────────────────────────────────────────────────────────────────────────────────────
def _read(file: Path, place: _Place) -> EntryData | None:
    """Read one file; None if it is a draft. Raise `_BadFileError` where it cannot be used."""
    front, body = _parted(_text(file))
    if (
        str(front.get("draft", "")).strip().lower() in _TRUE
        or str(front.get("published", "")).strip().lower() == "false"
    ):
        return None
    told = _Told(front)
    body = body.strip("\n")
    content, title, first, found = _body(file.suffix.lower(), body, place)
    name = _NAME_DATE.sub("", file.stem) or file.stem
    uid = _name(file, place)
    url = absolute(told.text("url", "link", "permalink"), place.site_url) or _url(file, place)
    return EntryData(
        uid=uid,
        title=told.text("title") or title or name.replace("-", " ").replace("_", " ").strip().capitalize(),
        url=url,
        authors=told.list("authors", "author"),
        summary=shortened(told.text("summary", "description", "excerpt") or first),
        content=content,
        dating=_dating(file, told, found, place),
        updated=told.date(place, "updated", "lastmod", "modified", "last_modified_at").at,
        image=absolute(told.text("image", "cover", "thumbnail", "featured_image"), url or place.site_url),
        categories=told.list("tags")
        + tuple(one for one in told.list("categories", "category") if one not in told.list("tags")),
        language=told.text("language", "lang") or None,
    )


def _text(file: Path) -> str:
    try:
        size = file.stat().st_size
        if size > _LARGEST:
            raise _BadFileError(f"is {size // 1_000_000} MB: an article has at most {_LARGEST // 1_000_000} MB.")
        data = file.read_bytes()
    except OSError as error:
        raise _BadFileError(f"cannot be read ({error.strerror}): check its permissions.") from error
    try:
        return data.decode("utf-8-sig").replace("\x00", "")
    except UnicodeDecodeError as error:
        raise _BadFileError(f"is not UTF-8 (byte {error.start}): save it as UTF-8.") from error


def _parted(text: str) -> tuple[Mapping[str, Any], str]:
    """Part front matter (YAML between `---`, TOML between `+++`) from the body."""
    match = _FRONT.match(text)
    if match is None:
        if _OPENED.match(text):
            raise _BadFileError("opens its front matter but never closes it: end it with a line of --- or +++.")
        return {}, text
    return (_yaml if match[1] == "---" else _toml)(match[2]), text[match.end() :]


def _yaml(source: str) -> Mapping[str, Any]:
    import yaml

    try:
        found = yaml.safe_load(source)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 2}" if mark is not None else ""
        raise _BadFileError(
            f"has front matter that is no YAML{where}: put quotes around texts with a colon."
        ) from error
    return _named(found)


def _toml(source: str) -> Mapping[str, Any]:
    try:
        return _named(tomllib.loads(source))
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        raise _BadFileError(f"has front matter that is no TOML: {error}.") from error


def _named(found: Any) -> Mapping[str, Any]:
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise _BadFileError("has front matter without names: write lines such as `title: A title`.")
    return {str(name).strip().lower(): value for name, value in found.items()}


@dataclass(frozen=True, slots=True)
class _Told:
    """What front matter tells, under the first of several names."""

    front: Mapping[str, Any]

    def _value(self, *names: str) -> Any:
        return next((self.front[name] for name in names if self.front.get(name) not in (None, "", [])), None)

    def text(self, *names: str) -> str:
        value = self._value(*names)
        if isinstance(value, Mapping):
            value = value.get("url") or value.get("name") or value.get("src")
        if isinstance(value, list):
            value = value[0]
        return " ".join(str(value).split()) if value is not None else ""

    def list(self, *names: str) -> tuple[str, ...]:
        value = self._value(*names)
        items = value if isinstance(value, list) else re.split(r"\s*,\s*", value) if isinstance(value, str) else [value]
        named = (item.get("name") if isinstance(item, Mapping) else item for item in items)
        return tuple(dict.fromkeys(" ".join(str(item).split()) for item in named if item not in (None, "")))

    def date(self, place: _Place, *names: str) -> Dating:
        value = self._value(*names)
        if isinstance(value, datetime):
            aware = value if value.tzinfo is not None else value.replace(tzinfo=place.zone)
            return Dating(aware.astimezone(UTC), Precision.SECOND, "front-matter", value.isoformat())
        if isinstance(value, date):
            at = datetime.combine(value, time(), place.zone).astimezone(UTC)
            return Dating(at, Precision.DAY, "front-matter", value.isoformat())
        found = read_date(
            str(value or ""), now=place.now, language=self.text("language", "lang") or None, zone=place.zone
        )
        return Dating(found.at, found.precision, "front-matter", found.text) if found.at is not None else UNDATED


def _dating(file: Path, told: _Told, found: Dating, place: _Place) -> Dating:
    """Choose the date: front matter, the file's name, what an HTML file says of itself, then when it was written."""
    dating = told.date(place, "date", "published", "published_at", "pubdate", "created")
    if dating.at is not None:
        return dating
    name = _NAME_DATE.match(file.stem)
    named = read_date(name[1], now=place.now, language=None, zone=place.zone) if name is not None else UNDATED
    if named.at is not None:
        return Dating(named.at, named.precision, "file", named.text)
    if found.at is not None:
        return found
    written = datetime.fromtimestamp(int(file.stat().st_mtime), UTC)
    return Dating(written, Precision.SECOND, "file")


def _url(file: Path, place: _Place) -> str | None:
    path = quote(_name(file, place))
    return absolute(path, place.site_url.rstrip("/") + "/") if place.site_url else None


# ── bodies: content, title, first paragraph, date ────────────────────────────────────────────────
def _body(suffix: str, body: str, place: _Place) -> tuple[str, str, str, Dating]:
    if suffix in _MARKDOWN:
        return (*_headed(_rendered(body)), UNDATED)
    if suffix in _TEXT:
        return (*_plain(body), UNDATED)
    page = read_page(body.encode(), url=None, charset="utf-8", now=place.now, zone=place.zone)
    if isinstance(page, Failed):
        raise _BadFileError("holds no HTML: name it .txt if it is plain text.")
    if page.article is None:
        content, title, first = _headed(body, parts=("article", "main"))
        return content, title or page.title, first, UNDATED
    entry = page.article.entry
    return entry.content, entry.title, entry.summary, entry.dating


def _rendered(markdown: str) -> str:
    from markdown_it import MarkdownIt

    # Raw HTML passes: the sanitiser judges everything that is collected, wherever it comes from.
    html: str = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown)
    return html


def _headed(html: str, *, parts: Sequence[str] = ()) -> tuple[str, str, str]:
    """Take the first heading as the title (out of the content, if it opens it) and the first paragraph.

    Only what is inside the first of `parts` counts, where there is one.
    """
    tree = parsed(f"<html><body>{html}</body></html>") if html.strip() else None
    body = next(tree.iter("body"), None) if tree is not None else None
    if tree is None or body is None:
        return html, "", ""
    body = next(tree.iter(*parts), body) if parts else body
    heading = next((one for one in body.iter("h1", "h2") if text_of(one)), None)
    title = text_of(heading) if heading is not None else ""
    if heading is not None and heading.tag == "h1" and body[0] is heading:
        heading.drop_tree()
    first = next((text for text in (text_of(one) for one in body.iter("p")) if text), "")
    return inner_html(body), title, first


def _plain(body: str) -> tuple[str, str, str]:
    parts = paragraphs(body)
    title = parts[0] if len(parts) > 1 and len(parts[0]) <= 120 and not parts[0].endswith((".", ",", ";")) else ""
    rest = parts[1:] if title else parts
    return "".join(f"<p>{escape(part, quote=False)}</p>" for part in rest), title.lstrip("# "), rest[0] if rest else ""
