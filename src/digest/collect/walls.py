"""What stands in place of a document: a challenge, a question for consent, a login, a page that only scripts fill.

The rule owned here: a wall is named only where its own mark is there and nothing else is, since a page wrongly called a
wall would be lost. So a page with a feed, with data for machines, with articles or with more than a few words never is
one, whatever else stands in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from lxml import etree, html

from digest.model import Reason

LARGEST: Final = 1_000_000
"""Bytes beyond which no document is looked at: walls are small."""
_FEW_WORDS: Final = 120
_HARDLY_ANY_WORDS: Final = 25
_MANY_HEADLINES: Final = 5

_CHALLENGED: Final = frozenset({
    ("cf-mitigated", "challenge"), ("x-vercel-mitigated", "challenge"),
    ("x-amzn-waf-action", "challenge"), ("x-amzn-waf-action", "captcha"),
})  # fmt: skip
"""Headers that only a challenge bears."""
_CHALLENGES: Final = re.compile(
    rb"_cf_chl_opt|/cdn-cgi/challenge-platform/h/|<title>\s*just a moment|cf-browser-verification|"
    rb"/\.well-known/ddos-guard/|sucuri_cloudproxy_js|_incapsula_resource|px-captcha|captcha-delivery\.com|"
    rb"awswafcookiedomainlist|gokuprops|anubis_challenge|within\.website/x/cmd/anubis|bm-verify|"
    rb"vercel security checkpoint|<title>\s*(?:attention required! \| cloudflare|access denied|ddos-guard|"
    rb"checking your browser|making sure you(?:'|&#39;|\xe2\x80\x99)re not a bot|un instant|einen moment|un momento)",
    re.IGNORECASE,
)
_CONSENT_TOOLS: Final = re.compile(
    rb"consent\.(?:google|youtube|yahoo)\.|guce\.|sp_message|sourcepoint|privacy-mgmt|didomi|onetrust|cookielaw|"
    rb"usercentrics|quantcast|consentmanager|cookiebot|trustarc|axeptio|tarteaucitron|cookiefirst|iubenda",
    re.IGNORECASE,
)
_CONSENT_WORDS: Final = re.compile(
    r"before you continue|consent|cookies?\b|privacy choices|your privacy|avant de (?:continuer|poursuivre)|"
    r"vie privée|consentement|bevor (?:sie|du) fortf|einwilligung|zustimm|datenschutz|antes de continuar|privacidad|"
    r"consentimiento|prima di continuare|consenso|voordat je verder|toestemming|zanim przejdziesz|zgod[aęy]|"
    r"samtycke|同意|согласи",
    re.IGNORECASE,
)
_LOGIN_WORDS: Final = re.compile(
    r"log[ -]?in|sign[ -]?in|members only|connexion|se connecter|connectez|identifi|anmelde|einloggen|"
    r"inici(?:ar|e|o)\b.{0,5}sesión|acced(?:i|er)|inloggen|zaloguj|logga in|entrar|ログイン|登录|登入|войти|вход",
    re.IGNORECASE,
)
_SCRIPT_WORDS: Final = re.compile(
    r"java ?script|enable js|turn on js|activer js|ジャバスクリプト",
    re.IGNORECASE,
)
_MACHINE_READABLE: Final = re.compile(
    rb"application/(?:ld\+|activity\+)?json|__next_data__|__nuxt|__initial_state__|application/(?:rss|atom|feed)|"
    rb"api\.w\.org",
    re.IGNORECASE,
)
_SHELLS: Final = "root", "app", "__next", "__nuxt", "___gatsby", "react-root", "svelte", "main-app", "q-app"
_UNSEEN: Final = frozenset({"script", "style", "template", "head", "noscript", "svg", "iframe"})


def wall_of(status: int, headers: Mapping[str, str], body: bytes) -> Reason | None:
    """Name the wall that an answer is, or None where it is something else or may be.

    `headers` are asked for by their lower-case or usual names; `body` is decompressed.
    """
    told = {name.lower(): value.lower() for name, value in headers.items()}
    if not _CHALLENGED.isdisjoint(told.items()):
        return Reason("wall.challenge", {"status": status})
    if not told.get("content-type", "text/html").startswith(("text/html", "application/xhtml")) or len(body) > LARGEST:
        return None
    if not body.strip() or (status == 200 and _MACHINE_READABLE.search(body)):
        return None
    page = _parsed(body)
    if page is None or _has_articles(page):
        return None
    code = _wall(page, body)
    return None if code is None else Reason(code, {"status": status})


def _wall(page: html.HtmlElement, body: bytes) -> str | None:
    words = len(_text(page).split())
    heading = " ".join([_told(page, "//title"), _told(page, "//h1"), _told(page, "//h2")])
    if words > _FEW_WORDS:
        return None
    if _CHALLENGES.search(body):
        return "wall.challenge"
    if page.xpath("//input[@type='password']") and _LOGIN_WORDS.search(heading):
        return "wall.login"
    if _CONSENT_WORDS.search(heading) and (_CONSENT_TOOLS.search(body) or page.xpath("//form[@method]//button")):
        return "wall.consent"
    if words <= _HARDLY_ANY_WORDS and _waits_for_scripts(page):
        return "wall.script"
    return None


def _waits_for_scripts(page: html.HtmlElement) -> bool:
    """Tell a page that scripts are to fill: it has some, and says so or has nothing but a place for what they make."""
    if not page.xpath("//script[@src or string-length(.) > 20]"):
        return False
    if _SCRIPT_WORDS.search(f"{_told(page, '//noscript')} {_text(page)}"):
        return True
    shells = page.xpath("//body//div[@id] | //body//main[@id]")
    return any(shell.get("id") in _SHELLS and not _text(shell).strip() for shell in shells)


def _has_articles(page: html.HtmlElement) -> bool:
    """Tell whether there is something to collect: articles, dates, or many links that read like headlines."""
    if page.xpath("//article//a[@href] | //time[@datetime]"):
        return True
    headlines = (link for link in page.iter("a") if link.get("href") and len(_text(link).split()) >= 4)
    return sum(1 for _ in headlines) >= _MANY_HEADLINES


def _parsed(body: bytes) -> html.HtmlElement | None:
    try:
        return html.document_fromstring(body, parser=html.HTMLParser(encoding="utf-8", recover=True))
    except (etree.LxmlError, ValueError):
        return None


def _text(element: html.HtmlElement) -> str:
    """Take the words that are seen when no script runs."""
    found: list[str] = []
    waiting = [element]
    while waiting:
        one = waiting.pop()
        found += [one.text or ""] if isinstance(one.tag, str) else []
        for child in one:
            found.append(child.tail or "")
            if isinstance(child.tag, str) and child.tag not in _UNSEEN:
                waiting.append(child)
    return " ".join(found)


def _told(page: html.HtmlElement, path: str) -> str:
    return " ".join(" ".join(element.itertext()) for element in page.xpath(path)[:3])
