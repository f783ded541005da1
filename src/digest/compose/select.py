"""Which entries an edition holds, and in which order. Rule: every candidate is decided once, with its reason.

Candidates are all entries the publication has not decided on yet, whatever their date. Either the edition
is made, and each candidate leaves a choice, so that none comes back and none is lost; or there are too few
stories, and nothing is decided: all of them wait for the next edition.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.compose.excerpt import SUMMARY_LENGTH, excerpt, text_of
from digest.compose.fold import Folded, Telling, Told, already_told, fold
from digest.model import AlsoIn, Choice, Entry, Precision, Reason, Story

WEIGHT_CREDIT = timedelta(days=1)
"""How much newer a story counts for each unit of its source's weight above 1 (or older, below it)."""

TELLER_CREDIT = timedelta(hours=12)
"""How much newer a story counts for each further source that tells it."""

SUMMARY_CREDIT = timedelta(hours=6)
"""How much newer a story counts when its source gave it a summary."""

_TITLE_LENGTH = 80
_REASON_WORDS = 5


_FOLDED = {
    "link": "choice.folded_link",
    "title": "choice.folded_title",
    "text": "choice.folded_text",
    "words": "choice.folded_words",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a publication wants in an edition.

    `sources` are names and say which entries are candidates at all (empty: those of every source); `topics`
    both filter and order (empty: every topic, in alphabetical order). `include` and `exclude` hold words, which
    match whole words, or /regular expressions/, without regard to case. `max_items` and `per_source` count stories.
    """

    sources: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    min_items: int = 1
    max_items: int = 30
    per_source: int | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """The stories of an edition, the lead first, and a choice for each candidate in the candidates' order.

    When `skipped` is given there are neither: nothing was decided.
    """

    stories: tuple[Story, ...] = ()
    choices: tuple[Choice, ...] = ()
    skipped: Reason | None = None


def select(
    candidates: Sequence[Entry], rules: Rules, *, since: datetime | None, now: datetime, told: Sequence[Told] = ()
) -> Selection:
    """Choose among the candidates, which are already those of the publication's sources.

    `since` is when the latest edition that was not skipped was frozen, None before the first one: the first
    edition welcomes what stood at a source before, later ones do not. `now` is the instant of freezing. `told` are
    the stories of the latest editions: another source's late copy of one is left out.

    Raises:
        re.error: a pattern between slashes is no regular expression (the settings refuse those).
    """
    verdict = _gate(rules, since)
    left_out = {entry.id: reason for entry in candidates if (reason := verdict(entry))}
    left_out |= _late_copies([entry for entry in candidates if entry.id not in left_out], told)
    ranked = sorted(fold([entry for entry in candidates if entry.id not in left_out]), key=_rank)
    fitting = list(_within_source(ranked, rules.per_source, left_out))
    if len(fitting) < rules.min_items:
        return Selection(skipped=Reason("edition.too_few", {"stories": len(fitting), "min_items": rules.min_items}))
    for telling in fitting[rules.max_items :]:
        _leave_out(telling, Reason("choice.max_items", {"max_items": rules.max_items}), left_out)
    ordered = _ordered(fitting[: rules.max_items], rules.topics)
    reasons = left_out | {
        entry_id: reason
        for number, telling in enumerate(ordered, start=1)
        for entry_id, reason in _chosen_reasons(number, telling)
    }
    return Selection(
        stories=tuple(_story(telling, rules.topics, now) for telling in ordered),
        choices=tuple(Choice(entry.id, entry.id not in left_out, reasons[entry.id]) for entry in candidates),
    )


# ── which entries may come in ────────────────────────────────────────────────────────────────────
def _gate(rules: Rules, since: datetime | None) -> Callable[[Entry], Reason | None]:
    """Prepare the question why an entry must stay out; the first rule that says so is named."""
    topics = {topic.casefold() for topic in rules.topics}
    exclude = [(pattern, _compiled(pattern)) for pattern in rules.exclude]
    include = [_compiled(pattern) for pattern in rules.include]

    def verdict(entry: Entry) -> Reason | None:
        if topics and topics.isdisjoint(topic.casefold() for topic in entry.source.topics):
            return Reason("choice.off_topic", {"topics": ", ".join(entry.source.topics) or "none"})
        words = "\n".join((entry.data.title, entry.data.summary, *entry.data.categories))
        for pattern, expression in exclude:
            if expression.search(words):
                return Reason("choice.excluded", {"pattern": pattern})
        if include and not any(expression.search(words) for expression in include):
            return Reason("choice.not_included", {"patterns": ", ".join(rules.include)})
        if since is not None and entry.backlog and _stood_before(entry, since):
            return Reason("choice.backlog", {"source": entry.source.name})
        return None

    return verdict


def _stood_before(entry: Entry, since: datetime) -> bool:
    dating = entry.data.dating
    if dating.at is None:
        return True
    # A day without an hour may still have been to come when the last edition was made.
    return (dating.at + timedelta(days=1) if dating.precision is Precision.DAY else dating.at) < since


def _compiled(pattern: str) -> re.Pattern[str]:
    if len(pattern) > 2 and pattern.startswith("/") and pattern.endswith("/"):
        return re.compile(pattern[1:-1], re.IGNORECASE)
    words = r"\s+".join(re.escape(word) for word in pattern.split())
    return re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)


def _late_copies(candidates: Sequence[Entry], told: Sequence[Told]) -> dict[int, Reason]:
    return {
        entry_id: Reason(
            "choice.already_told",
            {"title": _title(folded.teller), "source": folded.teller.source.name, "number": story.number},
        )
        for entry_id, (story, folded) in already_told(candidates, told).items()
    }


# ── which stories find room ──────────────────────────────────────────────────────────────────────
def _rank(telling: Telling) -> tuple[float, int]:
    """Order the best first: the newest, after its credits. Seconds since 1970, so no weight overflows."""
    lead = telling.lead
    score = lead.when.timestamp() + (lead.source.weight - 1) * WEIGHT_CREDIT.total_seconds()
    score += len(telling.folded) * TELLER_CREDIT.total_seconds()
    score += bool(lead.data.summary) * SUMMARY_CREDIT.total_seconds()
    return -score, lead.id


def _within_source(ranked: Sequence[Telling], cap: int | None, left_out: dict[int, Reason]) -> Iterator[Telling]:
    """Pass on the best of each source, up to its cap; a story counts for the source that leads it."""
    taken: dict[int, int] = {}
    for telling in ranked:
        source = telling.lead.source
        taken[source.id] = taken.get(source.id, 0) + 1
        if cap is not None and taken[source.id] > cap:
            _leave_out(telling, Reason("choice.per_source", {"source": source.name, "per_source": cap}), left_out)
        else:
            yield telling


def _leave_out(telling: Telling, reason: Reason, left_out: dict[int, Reason]) -> None:
    left_out.update((entry.id, reason) for entry in telling.entries)


# ── in which order ───────────────────────────────────────────────────────────────────────────────
def _ordered(ranked: Sequence[Telling], topics: Sequence[str]) -> list[Telling]:
    """Put the best first, as the lead; the others by topic, the newest first within one."""
    order = {topic.casefold(): place for place, topic in enumerate(topics)}

    def place(telling: Telling) -> tuple[bool, int, str, float, int]:
        topic = _topic(telling.lead, topics)
        folded = topic.casefold()
        return not topic, order.get(folded, len(order)), folded, -telling.lead.when.timestamp(), telling.lead.id

    return [*ranked[:1], *sorted(ranked[1:], key=place)]


def _topic(entry: Entry, topics: Sequence[str]) -> str:
    """Answer the first of the publication's topics that the source has, else the source's first."""
    of_source = {topic.casefold() for topic in entry.source.topics}
    return next((topic for topic in topics if topic.casefold() in of_source), next(iter(entry.source.topics), ""))


def _chosen_reasons(number: int, telling: Telling) -> Iterator[tuple[int, Reason]]:
    lead = telling.lead
    if number == 1:
        yield lead.id, Reason("choice.lead", {"weight": lead.source.weight, "also_in": len(telling.folded)})
    else:
        yield lead.id, Reason("choice.taken", {"number": number})
    for folded in telling.folded:
        yield folded.entry.id, _folded_reason(number, folded)


def _folded_reason(number: int, folded: Folded) -> Reason:
    """Name the telling it is most like, which need not be the one that leads, and what the two share."""
    args = {"title": _title(folded.teller), "source": folded.teller.source.name, "number": number}
    if folded.tie.evidence == "words":
        args |= {"words": ", ".join(folded.tie.words[:_REASON_WORDS]), "score": folded.tie.score}
    return Reason(_FOLDED[folded.tie.evidence], args)


# ── frozen into a story ──────────────────────────────────────────────────────────────────────────
def _story(telling: Telling, topics: Sequence[str], now: datetime) -> Story:
    """Freeze a telling. `updated` is never before it was published, nor in the future."""
    entry, data = telling.lead, telling.lead.data
    return Story(
        tag=entry.tag,
        entry_id=entry.id,
        title=_title(entry),
        url=data.url,
        summary=data.summary or excerpt(text_of(data.content), SUMMARY_LENGTH),
        content=data.content,
        authors=data.authors,
        published=entry.when,
        precision=data.dating.precision,
        updated=max(entry.when, min(data.updated or entry.when, now)),
        source=entry.source,
        image=data.image,
        categories=data.categories,
        language=data.language or entry.source.language,
        enclosures=data.enclosures,
        topic=_topic(entry, topics),
        also_in=tuple(
            AlsoIn(
                source=folded.entry.source.title or folded.entry.source.name,
                title=_title(folded.entry),
                url=folded.entry.data.url,
            )
            for folded in telling.folded
        ),
    )


def _title(entry: Entry) -> str:
    """Answer the title; short posts have none, so their first words stand in."""
    data = entry.data
    return data.title or excerpt(data.summary or text_of(data.content), _TITLE_LENGTH) or entry.source.title
