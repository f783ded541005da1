"""The error tree: what stops a command. Expected failures of the outside world are values (`Failed`, `Outcome`).

DigestError               exit 1 unless a subclass says otherwise
├── UsageError            exit 2   the command line asks for something that is not there
├── ConfigError           exit 2   config.toml cannot be used; holds every problem found
├── LedgerError           exit 2   the database is newer, foreign, locked or damaged
└── PublishError          exit 3   a file could not be written; the old files are whole
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class DigestError(Exception):
    """Say in one sentence what is wrong and how to mend it."""

    exit_code: ClassVar[int] = 1


class UsageError(DigestError):
    """The command line names something that does not exist or does not fit together."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a configuration file.

    `line` counts from 1, or is None where the value came from the environment. `key` is dotted
    (`publication[0].schedule`), `hint` is the fix as a full sentence or empty.
    """

    file: str
    line: int | None
    key: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return " ".join(part for part in (f"{place}: {self.key}:", self.message, self.hint) if part)


class ConfigError(DigestError):
    """The configuration has mistakes; all of them are in `problems`, in file order."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class LedgerError(DigestError):
    """The ledger cannot be used as it is: newer than this program, not ours, or held by another."""

    exit_code = 2


class PublishError(DigestError):
    """A file could not be written; what was published before is untouched."""

    exit_code = 3
