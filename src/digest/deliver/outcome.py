"""Outcomes: what an SMTP reply, or its absence, means for one message.

Three rules. What is unknown is temporary. What concerns us or the relay (greeting, TLS, login, sender) never fails
a reader: it is deferred with the relay's words. A connection lost once the final dot may have gone out is uncertain,
because the relay may have taken the message.
"""

from __future__ import annotations

import re
from enum import Enum

from digest.model import DeliveryState, Outcome

_WORDS_LIMIT = 500  # characters of a relay's words worth keeping
_CONTROLS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?!\S)")
# Not about the reader wherever they are said: bad sequence (503) and authentication (RFC 4954 §4, §6).
_ABOUT_US = frozenset({503, 530, 534, 535, 538})


_POLICY = ("5.7.", "5.4.5")


class Phase(Enum):
    """How far a conversation has come; the value says what was being done."""

    CONNECT = "connecting"
    EHLO = "saying EHLO"
    TLS = "starting TLS"
    AUTH = "logging in"
    MAIL = "naming the sender"
    RCPT = "naming the recipient"
    DATA = "handing over the message"
    DOT = "waiting for the receipt"


_ABOUT_THE_MESSAGE = frozenset({Phase.RCPT, Phase.DATA, Phase.DOT})


def from_reply(phase: Phase, code: int, words: str) -> Outcome:
    """Judge the reply that ended a message's conversation (RFC 5321 §4.2); `DOT` is the reply to the final dot."""
    enhanced = _enhanced(code, words)
    return Outcome(_judge(phase, code, enhanced), clean_words(words), code, enhanced)


def from_loss(phase: Phase, error: BaseException | str) -> Outcome:
    """Judge a connection that was lost, timed out or could not be understood; in `DOT` the final dot may be out."""
    state = DeliveryState.UNCERTAIN if phase is Phase.DOT else DeliveryState.DEFERRED
    told = error if isinstance(error, str) else str(error) or type(error).__name__
    return Outcome(state, clean_words(f"{phase.value}: {told}"))


def clean_words(words: str) -> str:
    """Make a server's words one line without controls, of at most 500 characters."""
    line = _CONTROLS.sub(" ", words).strip()
    return line if len(line) <= _WORDS_LIMIT else line[: _WORDS_LIMIT - 1] + "…"


def _judge(phase: Phase, code: int, enhanced: str | None) -> DeliveryState:
    if 200 <= code <= 299 and phase is Phase.DOT:
        return DeliveryState.SENT
    if phase in _ABOUT_THE_MESSAGE and (enhanced or "").startswith(_POLICY):
        return DeliveryState.DEFERRED  # RFC 3463 §3.8, §3.5: policy and quotas of the sender are rarely about a reader
    if 500 <= code <= 599 and phase in _ABOUT_THE_MESSAGE and code not in _ABOUT_US:
        return DeliveryState.FAILED
    return DeliveryState.DEFERRED


def _enhanced(code: int, words: str) -> str | None:
    """Find the RFC 3463 code at the head of the words; one of another class than the reply's is a mistake."""
    found = _ENHANCED.match(words.lstrip())
    return found[1] if found and found[1][0] == str(code)[0] else None
