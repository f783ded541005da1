"""From an address to the best way of collecting it: which document to ask for next, and why the others were refused.

    the address itself: a feed, a sitemap or posts by its bytes, else a page, which offers
      ├ feeds it announces (`Link:`, rel=alternate)     one request each, at most three
      ├ a known host's feed                             one
      ├ links on it that look like feeds                at most three
      ├ data in it (JSON-LD, microdata, h-feed, state)  none
      ├ the WordPress API it announces                  one
      ├ sitemaps its robots.txt names                   robots.txt, a sitemap, a child of an index
      ├ the list of posts in it                         none
      └ usual places of feeds                           only where probing is wished

The rule owned here: the first rung whose result is good enough holds, each other keeps its reason, no address is asked
twice, and a step is at most one request. Nothing here acts: `next_step` says what to ask, `learn` is told the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final
from urllib.parse import urljoin, urlsplit

from digest.collect import feeds, knownhosts, pages, sitemaps, structured, wordpress
from digest.collect.announced import Announced, is_comments, read_announced, same_site
from digest.collect.fetch import Fetched
from digest.collect.sitemaps import SitemapIndex
from digest.model import Collected, EntryData, Failed, FeedLink, Kind, Reason

MAX_REQUESTS: Final = 12
_MOST_OF_A_KIND: Final = 3
_STALE: Final = timedelta(days=730)
_GOOD_LIST: Final = 5
"""Articles in a page's own list, most of them dated, beside which a plain sitemap tells nothing more."""
_PROBED: Final = ("feed/", "feed.xml", "rss.xml", "atom.xml", "index.xml", "rss/")


class Route(StrEnum):
    """A way from an address to entries."""

    DOCUMENT = "document"
    ANNOUNCED = "announced feed"
    KNOWN_HOST = "known host"
    ANCHOR = "linked feed"
    STRUCTURED = "structured data"
    WORDPRESS = "wordpress"
    ROBOTS = "robots.txt"
    SITEMAP = "sitemap"
    PAGE = "page"
    PROBED = "probed feed"


_FEED_ROUTES: Final = frozenset({Route.ANNOUNCED, Route.KNOWN_HOST, Route.ANCHOR, Route.PROBED})


@dataclass(frozen=True, slots=True)
class Step:
    """One document to ask for. `index` is the index of sitemaps that named it."""

    route: Route
    url: str
    why: Reason
    index: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A route that was not taken, and why; `url` is empty where there was nothing to ask for."""

    route: Route
    url: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Chosen:
    """The route taken. `url` is where the entries were found, `ask` what to ask for at the next poll.

    They differ where an index of sitemaps leads to its newest child, which is another one next month.
    """

    route: Route
    url: str
    ask: str
    why: Reason
    collected: Collected
    refused: tuple[Refusal, ...]
    requests: int

    @property
    def newest(self) -> tuple[EntryData, ...]:
        """The five newest entries; those without a date come last, in the document's order."""
        dated = [entry for entry in self.collected.entries if entry.dating.at is not None]
        dated.sort(key=lambda entry: entry.dating.at or datetime.min.replace(tzinfo=UTC), reverse=True)
        return (*dated, *(entry for entry in self.collected.entries if entry.dating.at is None))[:5]


@dataclass(frozen=True, slots=True)
class Nowhere:
    """No route led to entries; each has its reason."""

    refused: tuple[Refusal, ...]
    requests: int


@dataclass(frozen=True, slots=True)
class _Ready:
    """A rung that needs no request: it was read from a document at hand."""

    route: Route
    collected: Collected
    why: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Climb:
    """How far the search has come; opaque to who drives it."""

    url: str
    now: datetime
    zone: tzinfo
    probe: bool
    section: str | None
    rungs: tuple[Step | _Ready | Refusal, ...]
    asked: frozenset[str] = frozenset()
    refused: tuple[Refusal, ...] = ()
    requests: int = 0
    page: Collected | None = None
    chosen: Chosen | None = None


def start(url: str, *, now: datetime, zone: tzinfo, probe: bool = False, section: str | None = None) -> Climb:
    """Begin at an address. `probe` allows guessing at usual places of feeds, last of all.

    `section` is a page of the site: of a sitemap, only what lies below it counts. `now` and `zone` are as in
    `dates.read_date`.
    """
    first = Step(Route.DOCUMENT, url, Reason("step.document"))
    return Climb(url=url, now=now, zone=zone, probe=probe, section=section, rungs=(first,))


def next_step(climb: Climb) -> Step | Chosen | Nowhere:
    """Say what to ask for next, or how the search ended."""
    if climb.chosen is not None:
        return climb.chosen
    first = climb.rungs[0] if climb.rungs else None
    return first if isinstance(first, Step) else Nowhere(climb.refused, climb.requests)


def learn(climb: Climb, step: Step, answer: Fetched | Failed, *, link: str = "") -> Climb:
    """Take the answer to a step into account; `link` is the `Link:` header it came with, joined by commas."""
    found = answer.url if isinstance(answer, Fetched) else None
    climb = replace(
        climb,
        rungs=tuple(rung for rung in climb.rungs if rung is not step),
        asked=climb.asked | {step.url} | ({found} if found else frozenset()),
        requests=climb.requests + 1,
    )
    if step.route is Route.DOCUMENT:
        climb = _after_document(climb, step, answer, link)
    elif step.route is Route.ROBOTS:
        climb = _after_robots(climb, step, answer)
    elif isinstance(answer, Failed):
        climb = _refuse(climb, step.route, step.url, answer.reason)
    elif step.route is Route.PROBED and found != step.url:
        climb = _refuse(climb, step.route, step.url, Reason("route.redirected", {"url": found or ""}))
    else:
        climb = _after_answer(climb, step, answer)
    return _settled(climb)


def read(route: Route, answer: Fetched, *, now: datetime, zone: tzinfo) -> Collected | SitemapIndex | Failed:
    """Read a document as the route that led to it says; for `DOCUMENT` its bytes decide."""
    body, url = answer.body, answer.url
    if route in _FEED_ROUTES or feeds.looks_like_feed(body):
        return feeds.read_feed(body, url=url, content_type=answer.content_type)
    if route is Route.SITEMAP or sitemaps.looks_like_sitemap(body):
        return sitemaps.read_sitemap(body, url=url, now=now, zone=zone)
    if route is Route.WORDPRESS or wordpress.looks_like_posts(body):
        return wordpress.read_posts(body, url=url)
    page = pages.read_page(body, url=url, charset=answer.charset, now=now, zone=zone)
    if route is not Route.STRUCTURED or isinstance(page, Failed):
        return page
    lists = structured.read_structured(
        body, url=url, charset=answer.charset, language=page.language, now=now, zone=zone
    )
    return next((one for one in lists if _poorer(one, page) is None), Failed(Reason("route.empty")))


# ── what an answer adds to the ladder ────────────────────────────────────────────────────────────
def _after_document(climb: Climb, step: Step, answer: Fetched | Failed, link: str) -> Climb:
    if isinstance(answer, Failed):
        climb = _refuse(climb, step.route, step.url, answer.reason)
        return replace(climb, rungs=_known_host(climb.url))
    found = read(Route.DOCUMENT, answer, now=climb.now, zone=climb.zone)
    if isinstance(found, SitemapIndex):
        return _after_index(climb, step, found)
    if isinstance(found, Failed):
        return _refuse(climb, step.route, step.url, found.reason)
    if found.kind is not Kind.PAGE:
        return _choose(climb, Route.DOCUMENT, answer.url or step.url, _within(found, climb.section), step.why)
    tree = pages.parsed(pages.decoded(answer.body, answer.charset))
    says = Announced() if tree is None else read_announced(tree, url=answer.url, link_header=link)
    lists = structured.read_structured(
        answer.body, url=answer.url, charset=answer.charset, language=found.language, now=climb.now, zone=climb.zone
    )
    climb = replace(climb, page=found, section=climb.section or answer.url or climb.url)
    return replace(climb, rungs=_rungs(climb, says, lists, answer.url or climb.url))


def _rungs(climb: Climb, says: Announced, lists: Sequence[Collected], here: str) -> tuple[Step | _Ready | Refusal, ...]:
    """Lay out the whole ladder of a page; what it does not offer is a refusal in its place."""
    near = _nearest(says.feeds, here)[:_MOST_OF_A_KIND]
    rungs: list[Step | _Ready | Refusal] = []
    rungs += [Refusal(Route.ANNOUNCED, feed.url, Reason("route.comments")) for feed in says.comments]
    rungs += [Step(Route.ANNOUNCED, feed.url, Reason("step.announced")) for feed in near] or [_absent(Route.ANNOUNCED)]
    rungs += _known_host(climb.url, here, says.canonical)
    rungs += [
        Step(Route.ANCHOR, feed.url, Reason("step.anchor", {"words": feed.title or feed.url}))
        for feed in says.anchors[:_MOST_OF_A_KIND]
    ] or [_absent(Route.ANCHOR)]
    rungs += [_Ready(Route.STRUCTURED, found, Reason("step.structured", {"how": found.route})) for found in lists] or [
        _absent(Route.STRUCTURED)
    ]
    posts = wordpress.posts_url(says.wordpress, about=says.about) if says.wordpress else None
    rungs.append(Step(Route.WORDPRESS, posts, Reason("step.wordpress")) if posts else _absent(Route.WORDPRESS))
    rungs.append(Step(Route.ROBOTS, urljoin(here, "/robots.txt"), Reason("step.robots")))
    if climb.page is not None:
        rungs.append(_Ready(Route.PAGE, climb.page, Reason("step.page")))
    return (*rungs, *_probes(here, probe=climb.probe))


def _absent(route: Route) -> Refusal:
    return Refusal(route, "", Reason("route.absent"))


def _nearest(found: Sequence[FeedLink], here: str) -> list[FeedLink]:
    """Put the feeds of the page's own part of the site before those of the whole."""
    path = urlsplit(here).path.rstrip("/")
    return sorted(found, key=lambda feed: not (path and urlsplit(feed.url).path.startswith(f"{path}/")))


def _known_host(*urls: str | None) -> tuple[Step, ...]:
    for url in urls:
        feed = knownhosts.known_feed(url) if url else None
        if feed is not None:
            host = urlsplit(url).hostname if url else None
            return (Step(Route.KNOWN_HOST, feed.url, Reason("step.known_host", {"host": host or ""})),)
    return ()


def _probes(here: str, *, probe: bool) -> tuple[Step | Refusal, ...]:
    if not probe:
        return (Refusal(Route.PROBED, "", Reason("route.not_probed")),)
    return tuple(Step(Route.PROBED, urljoin(here, f"/{path}"), Reason("step.probe")) for path in _PROBED)


def _after_robots(climb: Climb, step: Step, answer: Fetched | Failed) -> Climb:
    """Plan the sitemaps that robots.txt names; beside a good list of posts only those of news."""
    named = () if isinstance(answer, Failed) else sitemaps.announced_sitemaps(answer.body, url=answer.url)
    if not named:
        reason = answer.reason if isinstance(answer, Failed) else Reason("robots.no_sitemap")
        climb = _refuse(climb, Route.ROBOTS, step.url, reason)
    poorer = _good_list(climb.page)
    wanted: list[Step | Refusal] = []
    for url in named[:_MOST_OF_A_KIND]:
        if poorer is None or sitemaps.is_news(url):
            wanted.append(Step(Route.SITEMAP, url, Reason("step.sitemap")))
        else:
            wanted.append(Refusal(Route.SITEMAP, url, poorer))
    if not named and poorer is None:
        wanted.append(Step(Route.SITEMAP, urljoin(step.url, "/sitemap.xml"), Reason("step.usual_sitemap")))
    return replace(climb, rungs=(*wanted, *climb.rungs))


def _after_index(climb: Climb, step: Step, index: SitemapIndex) -> Climb:
    children = sitemaps.newest_children(index)
    if not children:
        return _refuse(climb, Route.SITEMAP, step.url, Reason("sitemap.no_articles"))
    why = Reason("step.child", {"index": step.url})
    steps = tuple(Step(Route.SITEMAP, child.url, why, step.index or step.url) for child in children)
    return replace(climb, rungs=(*steps, *climb.rungs))


def _after_answer(climb: Climb, step: Step, answer: Fetched) -> Climb:
    found = read(step.route, answer, now=climb.now, zone=climb.zone)
    if isinstance(found, SitemapIndex):
        return _after_index(climb, step, found)
    if isinstance(found, Collected) and step.route is Route.SITEMAP:
        found = _within(found, climb.section)
    reason = _fault(climb, step.route, answer.url or step.url, found)
    if reason is not None or isinstance(found, Failed):
        return _refuse(climb, step.route, step.url, reason or Reason("route.empty"))
    return _choose(climb, step.route, answer.url or step.url, found, step.why, ask=step.index or step.url)


def _within(found: Collected, section: str | None) -> Collected:
    """Keep what lies on the page's site and below the page: a sitemap is one for all parts of a site."""
    if section is None:
        return found
    folder = urlsplit(section).path
    folder = folder if folder.endswith("/") or "." not in folder.rpartition("/")[2] else folder.rpartition("/")[0]
    folder = folder.rstrip("/") + "/"
    kept = (
        one for one in found.entries if same_site(one.url, section) and urlsplit(one.url or "").path.startswith(folder)
    )
    return replace(found, entries=tuple(kept))


# ── judging ──────────────────────────────────────────────────────────────────────────────────────
def _settled(climb: Climb) -> Climb:
    """Climb on past all that needs no request."""
    while climb.chosen is None and climb.rungs:
        rung, rest = climb.rungs[0], climb.rungs[1:]
        if isinstance(rung, Step):
            if rung.url not in climb.asked and climb.requests < MAX_REQUESTS:
                return climb
            climb = replace(climb, rungs=rest)
            if rung.url not in climb.asked:
                climb = _refuse(climb, rung.route, rung.url, Reason("route.too_many", {"limit": MAX_REQUESTS}))
        elif isinstance(rung, Refusal):
            climb = replace(climb, rungs=rest, refused=(*climb.refused, rung))
        else:
            climb = replace(climb, rungs=rest)
            reason = _fault(climb, rung.route, climb.url, rung.collected)
            climb = (
                _choose(climb, rung.route, climb.url, rung.collected, rung.why)
                if reason is None
                else _refuse(climb, rung.route, "", reason)
            )
    return climb


def _choose(climb: Climb, route: Route, url: str, found: Collected, why: Reason, *, ask: str | None = None) -> Climb:
    chosen = Chosen(route, url, ask or climb.url, why, found, climb.refused, climb.requests)
    return replace(climb, chosen=chosen)


def _refuse(climb: Climb, route: Route, url: str, reason: Reason) -> Climb:
    return replace(climb, refused=(*climb.refused, Refusal(route, url, reason)))


def _fault(climb: Climb, route: Route, url: str, found: Collected | Failed) -> Reason | None:
    """Say what is wrong with a result; None where it is good enough."""
    if isinstance(found, Failed):
        return found.reason
    if route is Route.SITEMAP:
        return _sitemap_fault(climb, found)
    if not found.entries:
        return Reason("route.empty")
    if route is Route.STRUCTURED:
        return _poorer(found, climb.page)
    if route is Route.PAGE:
        return None
    if route in _FEED_ROUTES and is_comments(FeedLink(url, "", found.title)):
        return Reason("route.comments")
    newest, shown = _newest(found, climb.now), _newest(climb.page, climb.now)
    if newest is not None and shown is not None and shown - newest > _STALE:
        return Reason("route.stale", {"newest": f"{newest:%Y-%m-%d}", "shown": f"{shown:%Y-%m-%d}"})
    return None


def _sitemap_fault(climb: Climb, found: Collected) -> Reason | None:
    if not found.entries:
        return Reason("route.elsewhere", {"section": climb.section or climb.url})
    if sitemaps.sells(found):
        return Reason("route.goods")
    if not sitemaps.tells_order(found):
        return Reason("route.no_order")
    return _good_list(climb.page) if all(map(sitemaps.titled_by_address, found.entries)) else None


def _newest(found: Collected | None, now: datetime) -> datetime | None:
    """Find the newest date that is not in the future."""
    dates = [entry.dating.at for entry in found.entries if entry.dating.at is not None] if found is not None else []
    return max((at for at in dates if at <= now + timedelta(days=1)), default=None)


def _dated(found: Collected) -> int:
    return sum(entry.dating.at is not None for entry in found.entries)


def _good_list(page: Collected | None) -> Reason | None:
    """Say that the page's own list is the better one, if it is long and mostly dated."""
    if page is None or len(page.entries) < _GOOD_LIST or _dated(page) * 2 < len(page.entries):
        return None
    return Reason("route.poorer", {"shown": len(page.entries), "dated": _dated(page)})


def _poorer(found: Collected, page: Collected | None) -> Reason | None:
    """Say that the page's own list tells more than its data: twice the articles, or their dates."""
    if page is None:
        return None
    longer = len(page.entries) > 2 * len(found.entries)
    better_dated = _dated(found) * 4 < len(found.entries) and _good_list(page) is not None
    reason = Reason("route.poorer", {"shown": len(page.entries), "dated": _dated(page)})
    return reason if longer or better_dated else None
