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
    # ── collect: why a document could not be had or read
    "fetch.status": "the server answered with status {status}",
    "fetch.timeout": "no complete answer within {seconds} seconds",
    "fetch.too_large": "the document is larger than {limit} bytes (fetch.max_bytes)",
    "fetch.bad_encoding": "the answer is compressed in a way that cannot be undone",
    "fetch.bad_url": "{url} is not a web address that can be asked",
    "fetch.redirects": "more than {limit} redirects",
    "fetch.private": "{error}; list its network in fetch.allow_private if that is wanted",
    "fetch.no_such_host": "there is no host {host}",
    "fetch.tls": "the connection is not secure: {error}",
    "fetch.unreachable": "the host cannot be reached: {error}",
    "fetch.broken": "the connection broke: {error}",
    "fetch.file": "{path} cannot be read: {error}",
    "fetch.empty": "the document is empty",
    "feed.empty": "the feed is empty",
    "feed.is_html": "an HTML page came where a feed was expected; set kind to auto or page if it is one",
    "feed.malformed": "the feed cannot be read: {error}",
    "page.not_html": "{url} is not an HTML page",
    "folder.missing": "there is no folder {path}",
    "collect.bug": "a bug in digest: {error}",
    # ── how a source stands
    "source.unseen": "not looked at yet",
    "source.paused": "paused",
    "source.fine": "fine, {entries} entries",
    "source.recovered": "fine again after {failures} failures",
    "poll.local": "files are looked at whenever something runs",
    "entry.dated": "dated “{text}”, read from {source}, known to the {precision}",
    "entry.undated": "without a date, so it counts from when it was first seen",
    "address.malformed": "“{address}” is not a mail address such as reader@example.org",
    "address.smtputf8": "“{address}” has letters beyond ASCII before the @, which is not supported yet",
    "story.no_identity": "entry {entry} has no usable permanent id ({tag}), so no document shows it",
    "story.no_words": "entry {entry} has neither title nor text ({tag}), so no document shows it",
    # ── what became of an edition and its deliveries
    "edition.made": "made with {stories} stories",
    "edition.approved": "approved",
    "edition.skipped_by_hand": "skipped by its editor; its stories wait for the next one",
    "edition.just_made": "another process has just made it",
    "edition.sent": "all deliveries came to an end: {counts}",
    "edition.resent": "{number} deliveries planned again by its operator",
    "delivery.left": "no longer among the recipients when its turn came",
    "delivery.doubt": "the sending process ended before the answer of the server was written down; it may have arrived",
}
"""Code to English sentence, in `str.format` syntax, without a full stop at the end."""


def word(reason: Reason) -> str:
    """Put a reason into words; a code from a newer version is shown as it is, with its arguments."""
    sentence = SENTENCES.get(reason.code)
    if sentence is None:
        return " ".join([reason.code, *(f"{key}={value}" for key, value in sorted(reason.args.items()))])
    return sentence.format_map(reason.args)
