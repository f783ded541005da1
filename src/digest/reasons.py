"""Every reason code and its sentence. A row keeps code and arguments; only people need the words.

A code is `subject.what`; it never changes once released. Arguments are named in the sentence.
"""

from __future__ import annotations

from digest.model import Reason

SENTENCES: dict[str, str] = {}
"""Code to English sentence, in `str.format` syntax, without a full stop at the end."""


def word(reason: Reason) -> str:
    """Put a reason into words; a code from a newer version is shown as it is, with its arguments."""
    sentence = SENTENCES.get(reason.code)
    if sentence is None:
        return " ".join([reason.code, *(f"{key}={value}" for key, value in sorted(reason.args.items()))])
    return sentence.format_map(reason.args)
