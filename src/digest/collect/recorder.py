"""Keep what the web answered, and answer with it again: what went wrong once can be seen again, anywhere, offline.

An exchange is one question (an address and the validators sent along) and its `Answer`. It stands in a JSON file named
by its question, its body in a file named by its bytes. The same question asked twice keeps the later answer.

Whoever sends a recording gives no secrets away with it: neither the user and password in an address nor the value of a
query parameter that is named like a secret is written, in the question or in the answer. The replay leaves out the
same, so it finds what it is asked for. A secret in a path or in a body cannot be told from other text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from digest.clock import Clock
from digest.collect.fetch import Answer, Fetched, HttpFetcher, Unchanged, Validators
from digest.errors import UsageError
from digest.model import Failed, Reason

_NONE = Validators()


class Fetcher(Protocol):
    """Whoever is asked for documents: the web (`HttpFetcher`) or a recording of it (`ReplayFetcher`)."""

    async def __aenter__(self) -> Self:
        """Make ready."""

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of what was held."""

    async def fetch(self, url: str, validators: Validators = _NONE) -> Answer:
        """Ask for `url`, unless it is still what `validators` recognise. What fails is a `Failed`."""


@dataclass(frozen=True, slots=True)
class Exchanges:
    """Where exchanges are kept and where they are taken from; with neither, the web is asked and forgotten."""

    record: Path | None = None
    replay: Path | None = None

    def fetcher(self, http: HttpFetcher) -> Fetcher:
        """Answer who is to be asked. `http` is not entered, so opens nothing, where a recording stands in for it."""
        fetcher: Fetcher = http if self.replay is None else ReplayFetcher(self.replay)
        return fetcher if self.record is None else RecordingFetcher(fetcher, self.record, http.clock)


LIVE = Exchanges()
"""The web is asked, and nothing kept."""


@dataclass(frozen=True, slots=True)
class RecordingFetcher:
    """Ask `fetcher`, and keep each exchange in `folder`, with the instant of its answer."""

    fetcher: Fetcher
    folder: Path
    clock: Clock

    async def __aenter__(self) -> Self:
        """Make the folder.

        Raises:
            UsageError: it cannot be made.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            told = f"Nothing can be recorded in {self.folder}: {error.strerror}. Give another DIR."
            raise UsageError(told) from error
        await self.fetcher.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.fetcher.__aexit__(kind, error, trace)

    async def fetch(self, url: str, validators: Validators = _NONE) -> Answer:
        """Ask for `url` and keep what comes back."""
        answer = await self.fetcher.fetch(url, validators)
        # Not in a thread: two answers to one question must not be written at once.
        _keep(self.folder, _question(url, validators), answer, self.clock())
        return answer


@dataclass(frozen=True, slots=True)
class ReplayFetcher:
    """Answer from what a `RecordingFetcher` kept in `folder`, whatever the time; nothing is asked of the network.

    A question that was not recorded is `Failed` with `replay.missing`, unless another one to the same address brought
    a document or a failure: a server may always send the whole document, a 304 only to who sends what it confirms.
    """

    folder: Path

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    async def fetch(self, url: str, validators: Validators = _NONE) -> Answer:
        """Answer as the web once did."""
        question = _question(url, validators)
        same = self.folder / _name(question)
        for path in _recorded(self.folder, same, question):
            try:
                answer = _read(path)
            except (OSError, ValueError, TypeError, KeyError) as error:
                damage = f"{type(error).__name__}: {error}"
                return Failed(Reason("replay.damaged", {"path": str(path), "error": damage}))
            if path == same or not isinstance(answer, Unchanged):
                return answer
        return Failed(Reason("replay.missing", {"url": question["url"]}))


# ── questions ────────────────────────────────────────────────────────────────────────────────────
def _question(url: str, validators: Validators) -> dict[str, Any]:
    asked: dict[str, Any] = _without_secrets(
        {"url": url, "etag": validators.etag, "last_modified": validators.last_modified}
    )
    return asked


def _name(question: Mapping[str, Any]) -> str:
    """Name the file of an exchange: those of one address begin alike."""
    return f"{_hash(question['url'])}-{_hash(json.dumps([question['etag'], question['last_modified']]))}.json"


def _hash(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()


def _recorded(folder: Path, same: Path, question: Mapping[str, Any]) -> Iterator[Path]:
    """Name what was recorded of an address: the exchange of the `same` question, then the others."""
    if same.exists():
        yield same
        return
    yield from sorted(folder.glob(f"{_hash(question['url'])}-*.json"))


# ── exchanges as files ───────────────────────────────────────────────────────────────────────────
_KINDS: Mapping[str, type[Fetched | Unchanged | Failed]] = {
    "fetched": Fetched,
    "unchanged": Unchanged,
    "failed": Failed,
}


def _keep(folder: Path, question: Mapping[str, Any], answer: Answer, now: datetime) -> None:
    told = {item.name: getattr(answer, item.name) for item in fields(answer)}
    if isinstance(answer, Fetched):
        body = told.pop("body")
        told["body_in"] = f"{blake2b(body, digest_size=16).hexdigest()}.body"
        (folder / told["body_in"]).write_bytes(body)
    kind = next(name for name, kind in _KINDS.items() if isinstance(answer, kind))
    exchange = {"at": now.isoformat(), "asked": question, "kind": kind, "answer": _without_secrets(_plain(told))}
    # In ASCII: a header's value may hold bytes that are no text, which only an escape can carry.
    (folder / _name(question)).write_text(json.dumps(exchange, indent=1, sort_keys=True) + "\n", encoding="ascii")


def _read(path: Path) -> Answer:
    """Read an exchange's answer; what a newer version knows of it is left out.

    Raises:
        OSError, ValueError, TypeError, KeyError: the files are not what was written.
    """
    exchange = json.loads(path.read_text(encoding="ascii"))
    kind, told = _KINDS[exchange["kind"]], exchange["answer"]
    values = {item.name: told[item.name] for item in fields(kind) if item.name in told}
    if "validators" in values:
        values["validators"] = Validators(**values["validators"])
    if values.get("expires") is not None:
        values["expires"] = datetime.fromisoformat(values["expires"])
    if "reason" in values:
        values["reason"] = Reason(**values["reason"])
    if kind is Fetched:
        values["body"] = (path.parent / told["body_in"]).read_bytes()
    return kind(**values)


def _plain(value: Any) -> Any:
    """Turn what an answer holds into what JSON holds."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Validators | Reason):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return value


# ── secrets ──────────────────────────────────────────────────────────────────────────────────────
_USER = re.compile(r"(?<=//)[^/?#\s]+@")
_SECRET_VALUE = re.compile(
    r"([?&;](?:(?:access|auth|id|session)[_-]?)?(?:token|key|auth|secret|sig|signature|password|passwd|pwd|api[_-]?key)=)"
    r"[^&;#\s\"'<>]+",
    re.IGNORECASE,
)


def _without_secrets(value: Any) -> Any:
    """Leave out of every text, however deep, what an address may hold of secrets."""
    if isinstance(value, str):
        return _SECRET_VALUE.sub(r"\1hidden", _USER.sub("", value))
    if isinstance(value, dict):
        return {name: _without_secrets(item) for name, item in value.items()}
    return value
