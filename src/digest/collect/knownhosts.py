"""Name the feed of an address on a well-known host, from the address alone.

Only rules the hosts themselves document or have kept for years stand here. An address that does not tell enough (a
YouTube handle, whose page must say which channel it is) gives None, and nothing is ever asked to find out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import parse_qs, urlsplit

from digest.model import FeedLink

_RSS: Final = "application/rss+xml"
_ATOM: Final = "application/atom+xml"
_CHANNEL: Final = re.compile(r"UC[\w-]{22}")
_NAME: Final = re.compile(r"[\w.~%-]+")
_PLAYLISTS: Final = {"videos": "UULF", "shorts": "UUSH", "streams": "UULV"}
"""What replaces the UC of a channel in the id of the playlist of one of its tabs."""

_GITHUB_PAGES: Final = frozenset(
    {"about", "apps", "codespaces", "collections", "contact", "customer-stories", "dashboard", "enterprise", "events",
     "explore", "features", "issues", "join", "login", "logout", "marketplace", "new", "notifications", "organizations",
     "orgs", "pricing", "pulls", "readme", "search", "security", "settings", "signup", "site", "sponsors", "stars",
     "team", "topics", "trending", "users"}
)  # fmt: skip
_TUMBLR_PAGES: Final = frozenset(
    {"about", "activity", "blog", "dashboard", "docs", "explore", "help", "inbox", "join", "likes", "login", "logout",
     "new", "policy", "privacy", "register", "search", "settings", "support", "tagged"}
)  # fmt: skip
_MEDIUM_PAGES: Final = frozenset(
    {"about", "business", "creators", "explore-topics", "feed", "jobs-at-medium", "m", "me", "membership", "new-story",
     "p", "plans", "policy", "search", "tag", "topic", "topics"}
)  # fmt: skip
_DEV_PAGES: Final = frozenset(
    {"about", "challenges", "code-of-conduct", "contact", "enter", "feed", "latest", "listings", "new", "page", "pod",
     "privacy", "readinglist", "search", "settings", "t", "tags", "terms", "top", "videos"}
)  # fmt: skip
_STACK_EXCHANGE: Final = re.compile(
    r"(?:[a-z]{2}\.)?stackoverflow\.com|serverfault\.com|superuser\.com|askubuntu\.com|mathoverflow\.net"
    r"|stackapps\.com|(?:[a-z0-9-]+\.)+stackexchange\.com"
)
_MASTODON: Final = re.compile(
    r"(?:mastodon|mstdn|mamot|masto)\..+|fosstodon\.org|hachyderm\.io|infosec\.exchange|mas\.to|chaos\.social|piaille\.fr"
    r"|techhub\.social|social\.tchncs\.de|toot\.community|troet\.cafe|framapiaf\.org|indieweb\.social|mathstodon\.xyz"
)
_BLOG_HOSTS: Final = {
    "substack.com": ("/feed", _RSS),
    "wordpress.com": ("/feed/", _RSS),
    "medium.com": ("/feed", _RSS),
    "blogspot.com": ("/feeds/posts/default", _ATOM),
}
"""Hosts whose subdomains are blogs: the path of each one's feed."""
_NO_BLOGS: Final = frozenset({"www", "help", "support", "about", "on", "open", "policy", "en", "m", "status", "api"})


def known_feed(url: str) -> FeedLink | None:
    """Name the feed for `url`, or None where its host is unknown or the address does not tell enough."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https"):
        return None
    host = re.sub(r"^(?:www|m|old|new|mobile)\.", "", parts.hostname or "")
    steps = [step for step in parts.path.split("/") if step]
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    if any(not _NAME.fullmatch(step.lstrip("@")) for step in steps):
        return None
    rule = _RULES.get(host)
    if rule is not None:
        return rule(steps, query)
    if _STACK_EXCHANGE.fullmatch(host):
        return _stack_exchange(host, steps)
    if _MASTODON.fullmatch(host):
        return _mastodon(host, steps)
    return _hosted_blog(parts.hostname or "", steps)


def _youtube(steps: list[str], query: Mapping[str, str]) -> FeedLink | None:
    feed = "https://www.youtube.com/feeds/videos.xml"
    playlist = query.get("list", "") if steps[:1] in (["playlist"], ["watch"]) else ""
    if re.fullmatch(r"(?:PL|UU|FL|OL)[\w-]{10,60}", playlist):
        return FeedLink(f"{feed}?playlist_id={playlist}", _ATOM)
    if len(steps) >= 2 and steps[0] == "channel" and _CHANNEL.fullmatch(steps[1]):
        prefix = _PLAYLISTS.get(steps[2]) if len(steps) > 2 else None
        if prefix is not None:
            return FeedLink(f"{feed}?playlist_id={prefix}{steps[1][2:]}", _ATOM)
        return FeedLink(f"{feed}?channel_id={steps[1]}", _ATOM)
    if len(steps) >= 2 and steps[0] == "user":
        return FeedLink(f"{feed}?user={steps[1]}", _ATOM)
    return None


def _github(steps: list[str], _query: Mapping[str, str]) -> FeedLink | None:
    if not steps or steps[0].lower() in _GITHUB_PAGES:
        return None
    owner = f"https://github.com/{steps[0]}"
    if len(steps) == 1:
        return FeedLink(f"{owner}.atom", _ATOM)
    repository = f"{owner}/{steps[1].removesuffix('.git')}"
    if len(steps) == 2 or steps[2] == "releases":
        return FeedLink(f"{repository}/releases.atom", _ATOM)
    if steps[2] in ("tags", "wiki"):
        return FeedLink(f"{repository}/{steps[2]}.atom", _ATOM)
    if steps[2] == "commits" or (steps[2] == "tree" and len(steps) > 3):
        return FeedLink(f"{'/'.join([repository, 'commits', *steps[3:]])}.atom", _ATOM)
    return None


def _gitlab(steps: list[str], _query: Mapping[str, str]) -> FeedLink | None:
    if "-" not in steps:
        if len(steps) < 2 or steps[0] in ("explore", "help", "users", "dashboard", "groups"):
            return None
        return FeedLink(f"https://gitlab.com/{'/'.join(steps)}.atom", _ATOM)
    at = steps.index("-")
    project, inner = "/".join(steps[:at]), steps[at + 1 :]
    if at < 2 or not inner:
        return None
    if inner[0] == "releases":
        return FeedLink(f"https://gitlab.com/{project}/-/releases.atom", _ATOM)
    if inner[0] == "tags" or (inner[0] == "commits" and len(inner) > 1):
        return FeedLink(f"https://gitlab.com/{project}/-/{'/'.join(inner)}?format=atom", _ATOM)
    return None


def _reddit(steps: list[str], _query: Mapping[str, str]) -> FeedLink | None:
    if len(steps) < 2 or steps[0] not in ("r", "user", "u") or "comments" in steps:
        return None
    kind = "user" if steps[0] == "u" else steps[0]
    order = steps[2:3] if kind == "r" and steps[2:3] and steps[2] in ("new", "hot", "top", "rising") else []
    return FeedLink("https://www.reddit.com/" + "/".join([kind, steps[1], *order]) + "/.rss", _ATOM)


def _bluesky(steps: list[str], _query: Mapping[str, str]) -> FeedLink | None:
    if len(steps) >= 2 and steps[0] == "profile":
        return FeedLink(f"https://bsky.app/profile/{steps[1]}/rss", _RSS)
    return None


def _medium(steps: list[str], _query: Mapping[str, str]) -> FeedLink | None:
    feed = "https://medium.com/feed"
    if len(steps) >= 2 and steps[0] == "tag":
        return FeedLink(f"{feed}/tag/{steps[1]}", _RSS)
    if not steps or steps[0] in _MEDIUM_PAGES:
        return None
    tagged = f"/tagged/{steps[2]}" if len(steps) >= 3 and steps[1] == "tagged" else ""
    return FeedLink(f"{feed}/{steps[0]}{tagged}", _RSS)


def _tumblr(steps: list[str], _query: Mapping[str, str]) -> FeedLink | None:
    if not steps or steps[0] in _TUMBLR_PAGES or not re.fullmatch(r"@?[A-Za-z0-9-]+", steps[0]):
        return None
    return FeedLink(f"https://{steps[0].lstrip('@').lower()}.tumblr.com/rss", _RSS)


def _arxiv(steps: list[str], _query: Mapping[str, str]) -> FeedLink | None:
    if len(steps) >= 2 and steps[0] in ("list", "archive") and re.fullmatch(r"[a-z-]+(?:\.[A-Za-z-]+)?", steps[1]):
        return FeedLink(f"https://rss.arxiv.org/atom/{steps[1]}", _ATOM)
    return None


def _hacker_news(steps: list[str], _query: Mapping[str, str]) -> FeedLink | None:
    return FeedLink("https://news.ycombinator.com/rss", _RSS) if steps in ([], ["news"]) else None


def _dev(steps: list[str], _query: Mapping[str, str]) -> FeedLink | None:
    if len(steps) == 2 and steps[0] == "t":
        return FeedLink(f"https://dev.to/feed/tag/{steps[1]}", _RSS)
    if not steps or steps[0] in _DEV_PAGES:
        return None
    return FeedLink(f"https://dev.to/feed/{steps[0]}", _RSS)


_RULES: Final[Mapping[str, Callable[[list[str], Mapping[str, str]], FeedLink | None]]] = {
    "youtube.com": _youtube,
    "github.com": _github,
    "gitlab.com": _gitlab,
    "reddit.com": _reddit,
    "bsky.app": _bluesky,
    "medium.com": _medium,
    "tumblr.com": _tumblr,
    "arxiv.org": _arxiv,
    "news.ycombinator.com": _hacker_news,
    "dev.to": _dev,
}


def _stack_exchange(host: str, steps: list[str]) -> FeedLink | None:
    feeds = f"https://{host}/feeds"
    if not steps or steps == ["questions"]:
        return FeedLink(feeds, _ATOM)
    if len(steps) >= 3 and steps[:2] == ["questions", "tagged"]:
        return FeedLink(f"{feeds}/tag/{steps[2]}", _ATOM)
    if len(steps) >= 2 and steps[0] in ("questions", "users") and steps[1].isdigit():
        return FeedLink(f"{feeds}/{steps[0].removesuffix('s')}/{steps[1]}", _ATOM)
    return None


def _mastodon(host: str, steps: list[str]) -> FeedLink | None:
    """Take a profile or a tag; a host that the pattern does not hold says so itself in its pages."""
    if len(steps) in (1, 2) and re.fullmatch(r"@\w+(?:[\w.-]*\w)?", steps[0]):
        return FeedLink(f"https://{host}/{steps[0]}.rss", _RSS)
    if len(steps) == 2 and steps[0] == "tags":
        return FeedLink(f"https://{host}/tags/{steps[1]}.rss", _RSS)
    return None


def _hosted_blog(host: str, steps: list[str]) -> FeedLink | None:
    name, _, domain = host.partition(".")
    if not name or name in _NO_BLOGS:
        return None
    if domain == "tumblr.com":
        tagged = f"/tagged/{steps[1]}" if len(steps) == 2 and steps[0] == "tagged" else ""
        return FeedLink(f"https://{host}{tagged}/rss", _RSS)
    if domain in _BLOG_HOSTS:
        path, media_type = _BLOG_HOSTS[domain]
        return FeedLink(f"https://{host}{path}", media_type)
    return None
