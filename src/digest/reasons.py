"""Every reason code and its sentence. A row keeps code and arguments; only people need the words.

A code is `subject.what`; it never changes once released. Arguments are named in the sentence.
"""

from __future__ import annotations

from digest.model import Reason

SENTENCES: dict[str, str] = {
    # ── compose: what became of a candidate, an edition, a poll
    "choice.lead": "leads the edition: the newest story, counting a day per unit of its source's weight ({weight}), "
    "half a day per other source that tells it ({also_in}) and a quarter day for having a summary",
    "choice.taken": "story {number} of the edition",
    "choice.folded": "the same story as “{title}” from {source}, told with it as story {number} of the edition",
    "choice.off_topic": "its source has none of the publication's topics (its own: {topics})",
    "choice.excluded": "matches the excluded pattern {pattern}",
    "choice.not_included": "matches none of the included patterns: {patterns}",
    "choice.backlog": "already stood at {source} when it was first collected, and the publication had begun before",
    "choice.per_source": "{source} had better stories for its {per_source} places in an edition",
    "choice.max_items": "better stories took all {max_items} places of the edition",
    "edition.too_few": "only {stories} of the {min_items} stories an edition needs; they wait for the next one",
    "poll.every": "checked every {minutes} minutes",
    "poll.backoff": "failed {failures} times in a row, so checked again after {minutes} minutes",
    "poll.max_age": "the server says that what it sent stays fresh for {minutes} minutes (max-age)",
    "poll.ttl": "the feed asks to be read every {minutes} minutes at most (ttl)",
    "poll.retry_after": "the server asks to be left alone for {minutes} minutes (Retry-After)",
}
"""Code to English sentence, in `str.format` syntax, without a full stop at the end."""


def word(reason: Reason) -> str:
    """Put a reason into words; a code from a newer version is shown as it is, with its arguments."""
    sentence = SENTENCES.get(reason.code)
    if sentence is None:
        return " ".join([reason.code, *(f"{key}={value}" for key, value in sorted(reason.args.items()))])
    return sentence.format_map(reason.args)
