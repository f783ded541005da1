"""What one unit cannot do must not cost the next one: its trouble is kept, told, and the work goes on."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from digest.errors import DigestError, LedgerError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that could not be done for `subject` (a publication, an edition); `told` is a sentence."""

    subject: str
    told: str


@contextmanager
def contained(troubles: list[Trouble], subject: str) -> Iterator[None]:
    """Do a unit of work; what stops it becomes a trouble, and a bug is logged with its traceback.

    A ledger that cannot be used stops everything: without it nothing can be journalled.
    """
    try:
        yield
    except LedgerError:
        raise
    except DigestError as error:
        troubles.append(Trouble(subject, str(error)))
    except Exception as error:
        logger.exception("unit.bug subject=%s", subject)
        troubles.append(Trouble(subject, f"This is a bug in digest: {type(error).__name__}: {error}."))
