"""A wall is named by its own mark, and only where there is nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.fetch import Fetched
from digest.collect.walls import wall_of
from digest.model import Failed, Reason
from digest.reasons import word

HTML = {"Content-Type": "text/html; charset=utf-8"}
SENTENCE = "The council met on Monday to speak about the new bridge over the river and its cost. "
STORIES = "".join(f'<li><a href="/{n}">The bridge over the river, part {n}</a></li>' for n in range(6))


def page(body: str, title: str = "A page", head: str = "") -> bytes:
    return f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>".encode()


CLOUDFLARE = page('<h1>Checking</h1><script>window._cf_chl_opt={cvId:"3"}</script>', "Just a moment...")
CONSENT = page(
    '<h1>Before you continue</h1><p>We use cookies.</p><form method="post" action="https://consent.google.com/save"><button>Accept all</button></form>'
)
CONSENT_FR = page(
    '<h2>Nous respectons votre vie privée</h2><button>Tout accepter</button><script src="https://sdk.privacy-center.org/didomi.js"></script>'
)
LOGIN = page('<h1>Sign in</h1><form method="post"><input name="u"><input type="password"><button>Go</button></form>')
SHELL = page('<div id="root"></div><script src="/static/main.js"></script>')
NOSCRIPT = page("<noscript>You need to enable JavaScript to run this app.</noscript><script src='/a.js'></script>")


@pytest.mark.parametrize(
    ("status", "headers", "body", "code"),
    [
        (403, HTML, CLOUDFLARE, "wall.challenge"), (503, HTML, CLOUDFLARE, "wall.challenge"),
        (200, HTML, CLOUDFLARE, "wall.challenge"), (403, {"CF-Mitigated": "challenge"}, b"", "wall.challenge"),
        (403, {**HTML, "x-amzn-waf-action": "captcha"}, b"x", "wall.challenge"),
        (429, {"X-Vercel-Mitigated": "challenge"}, b"", "wall.challenge"),
        (403, HTML, page("<p>Please wait</p>", "DDoS-Guard"), "wall.challenge"),
        (200, HTML, page("<h1>Making sure you're not a bot!</h1>", "x", '<script src="/.within.website/x/cmd/anubis/a.js"></script>'), "wall.challenge"),
        (403, HTML, page('<iframe src="https://geo.captcha-delivery.com/captcha/"></iframe>'), "wall.challenge"),
        (200, HTML, CONSENT, "wall.consent"), (200, HTML, CONSENT_FR, "wall.consent"),
        (200, HTML, LOGIN, "wall.login"), (401, HTML, LOGIN, "wall.login"), (403, HTML, LOGIN, "wall.login"),
        (200, HTML, page('<h1>Anmelden</h1><input type="password">'), "wall.login"),
        (200, HTML, SHELL, "wall.script"), (200, HTML, NOSCRIPT, "wall.script"), (403, HTML, NOSCRIPT, "wall.script"),
        (200, {}, SHELL, "wall.script"),
    ],
)  # fmt: skip
def test_a_wall_is_named(status, headers, body, code):
    reason = wall_of(status, headers, body)
    assert reason == Reason(code, {"status": status})
    assert str(status) in word(reason)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (HTML, b""), (HTML, b"x"), (HTML, b"\0\xff<"), (HTML, page("<p>Short, but a page.</p>")),
        (HTML, page(f"<ul>{STORIES}</ul><script>window._cf_chl_opt=1</script>")),  # Cloudflare's script in a well page
        (HTML, page(f"<p>{SENTENCE * 10}</p><h2>Cookies</h2><script src='/onetrust.js'></script>")),
        (HTML, page(f'<h1>Sign in</h1><input type="password"><article><a href="/1">{SENTENCE}</a></article>')),
        (HTML, page('<p>Sign in for more</p><time datetime="2026-03-01">1 March</time><input type="password">', "Sign in")),
        (HTML, page('<div id="root"></div><script src="/a.js"></script>', head='<link rel="alternate" type="application/rss+xml" href="/feed">')),
        (HTML, page('<div id="__next"></div><script id="__NEXT_DATA__" type="application/json">{}</script>')),
        (HTML, page('<div id="root"></div><script type="application/ld+json">{"@type":"Blog"}</script><script src="/a.js"></script>')),
        (HTML, page('<div id="root"></div>')),  # nothing to run
        (HTML, page("<h1>Cookies</h1><p>My best recipe: flour and sugar.</p>")),  # no tool that asks for consent
        (HTML, page("<h1>Just a moment in time</h1>", "A moment")),
        ({"Content-Type": "application/rss+xml"}, CLOUDFLARE), ({"Content-Type": "text/plain"}, SHELL),
        (HTML, CLOUDFLARE + b" " * 1_000_000), ({"CF-Mitigated": "pass"}, b""),
    ],
)  # fmt: skip
def test_what_may_be_a_document_is_no_wall(headers, body):
    assert wall_of(200, headers, body) is None


@given(st.binary(max_size=300), st.sampled_from([200, 403, 503]))
def test_no_bytes_make_it_raise(body, status):
    assert wall_of(status, HTML, body) is None or body


def ask(url, **wished):
    import asyncio
    from datetime import UTC, datetime

    from digest.collect.fetch import HttpFetcher

    async def once():
        clock = lambda: datetime(2026, 3, 1, tzinfo=UTC)  # noqa: E731
        async with HttpFetcher(user_agent="t", clock=clock, allow_private=("127.0.0.0/8",), **wished) as fetcher:
            return await fetcher.fetch(url)

    return asyncio.run(once())


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [(403, CLOUDFLARE, "wall.challenge"), (200, CLOUDFLARE, "wall.challenge"), (503, CLOUDFLARE, "wall.challenge"),
     (200, CONSENT, "wall.consent"), (401, LOGIN, "wall.login"), (403, b"no", "fetch.status"), (404, CLOUDFLARE, "fetch.status")],
)  # fmt: skip
def test_the_fetcher_names_walls_and_keeps_the_wish_for_patience(world, status, body, code):
    answer = ask(world.source("a").answers(status, body, Content_Type="text/html", Retry_After="60").url)
    assert isinstance(answer, Failed)
    assert answer.reason == Reason(code, {"status": status})
    assert answer.retry_after == (None if status == 200 else 60)


def test_a_page_for_scripts_is_a_document_yet(world):
    assert isinstance(ask(world.source("a").answers(200, SHELL, Content_Type="text/html").url), Fetched)


def test_a_refusal_whose_body_never_ends_is_a_refusal_all_the_same(world):
    from world import Answer

    def drip(request):
        request.send_response(429)
        request.send_header("Retry-After", "7200")
        request.send_header("Content-Length", "1000")
        request.end_headers()
        request.wfile.flush()
        world.released.wait(20)

    url = world.source("a").url
    world.server.answers["/a.xml"] = Answer(behave=drip)
    answer = ask(url, timeout=0.5)
    assert (answer.reason.code, answer.retry_after) == ("fetch.status", 7200)
