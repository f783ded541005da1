"""A source on the web is looked at by its best route, found once and found again when it fails."""

import json

from digest.reasons import word
from world import Answer

HTML = {"Content-Type": "text/html; charset=utf-8"}


def site(world, path, body, **headers):
    world.server.answers[path] = Answer(body=body.encode(), headers={**HTML, **headers})


def source_at(world, path, **settings):
    """Configure a source `site` at a path of the fake web."""
    world.source("site", **settings)
    world.source("site").path = path
    return world


def article(title, day, link):
    return {"id": day, "link": link, "title": {"rendered": title}, "date_gmt": f"2026-03-{day:02}T08:00:00",
            "modified_gmt": f"2026-03-{day:02}T08:00:00", "excerpt": {"rendered": f"<p>About {title}.</p>"},
            "content": {"rendered": f"<p>All about {title}.</p>"}, "guid": {"rendered": link}}  # fmt: skip


def test_a_site_that_announces_its_wordpress_api_is_collected_through_it(world):
    site(
        world,
        "/",
        f'<html><head><link rel="https://api.w.org/" href="{world.server.url}/wp-json/"></head><body><p>Hello</p></body></html>',
    )
    posts = json.dumps(
        [article("First", 1, "https://site.example/first"), article("Second", 2, "https://site.example/second")]
    )

    def api(request):
        body = posts.encode() if request.path.startswith("/wp-json/wp/v2/posts") else b"{}"
        request.send_response(200)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    class Anything(dict):
        def get(self, path, default=None):
            return Answer(behave=api) if path.startswith("/wp-json") else super().get(path, default)

    world.server.answers = Anything(world.server.answers)
    source_at(world, "/").runs()
    assert sorted(world.entries("site")) == ["First", "Second"]
    known = world.known("site")
    assert known.found == "wordpress"
    world.server.seen.clear()
    world.later(days=1).runs()
    assert len(world.server.seen) == 1


def test_a_news_sitemap_serves_where_nothing_else_does(world):
    site(world, "/", "<html><body><p>Welcome to our news.</p></body></html>")
    world.server.answers["/robots.txt"] = Answer(
        body=f"Sitemap: {world.server.url}/news.xml\n".encode(), headers={"Content-Type": "text/plain"}
    )
    urls = "".join(
        f"<url><loc>{world.server.url}/{n}</loc><news:news><news:publication><news:name>N</news:name><news:language>en</news:language></news:publication>"
        f"<news:publication_date>2026-03-0{n}T08:00:00Z</news:publication_date><news:title>Story number {n}</news:title></news:news></url>"
        for n in (1, 2)
    )
    world.server.answers["/news.xml"] = Answer(
        body=f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{urls}</urlset>'.encode(),
        headers={"Content-Type": "application/xml"},
    )
    source_at(world, "/").runs()
    assert sorted(world.entries("site")) == ["Story number 1", "Story number 2"]
    assert world.known("site").found == "sitemap"
    world.later(days=1).runs()
    assert len(world.entries("site")) == 2


def test_where_nothing_leads_to_entries_the_reason_says_so_and_no_path_is_guessed(world):
    site(world, "/", "<html><body><p>Nothing here.</p></body></html>")
    (item,) = source_at(world, "/").runs().collected
    assert item.failed.code == "route.nowhere"
    assert {seen.path for seen in world.server.seen} <= {"/", "/robots.txt", "/sitemap.xml"}


def test_a_source_is_held_to_the_kind_its_operator_named(world):
    feed = world.source("alpha", kind="wordpress").publishes("One")
    (item,) = world.runs().collected
    assert item.failed.code == "route.other_kind"
    assert "announced feed" in word(item.failed) or "document" in word(item.failed)
    assert feed.items


def test_letters_in_a_maildir_become_entries_and_stay_where_they_are(world):
    box = world.folder / "letters"
    for name in ("cur", "new", "tmp"):
        (box / name).mkdir(parents=True)
    letter = box / "new/1.host"
    letter.write_text(
        "From: Weekly <weekly@letters.example>\nSubject: Issue 12\nMessage-ID: <12@letters.example>\n"
        "Date: Mon, 02 Mar 2026 05:00:00 +0000\nContent-Type: text/plain\n\nDear readers, this week is quiet.\n"
    )
    configuration = world.configuration()
    configuration.write_text(
        configuration.read_text() + f'\n[[source]]\nname = "letters"\nurl = "maildir://{box}"\nkind = "mailbox"\n'
    )
    world.configuration = lambda: configuration
    world.runs()
    assert world.entries("letters") == ["Issue 12"]
    assert letter.exists()


def test_a_mailbox_password_is_shown_nowhere(world):
    configuration = world.configuration()
    configuration.write_text(
        configuration.read_text()
        + '\n[[source]]\nname = "letters"\nurl = "imaps://me@127.0.0.1:9/INBOX"\nkind = "mailbox"\npassword = "hunter2-hunter2"\n'
    )
    world.configuration = lambda: configuration
    (item,) = world.runs().collected
    assert item.failed.code.startswith("mailbox.")
    assert "hunter2" not in word(item.failed)
    assert b"hunter2" not in (world.folder / "digest.db").read_bytes()


def page_of(links, heading="Recent Posts", dated=True):
    when = '<span class="date">2 March 2026</span>' if dated else ""
    items = "".join(f'<li class="post"><a href="/{slug}">{title}</a> {when}</li>' for slug, title in links)
    text = "".join(
        f"<p>{'The council met again on the matter of the bridge, and again it rained. ' * 4}</p>" for _ in range(4)
    )
    return (
        '<html lang="en"><head><title>News</title></head><body><nav><a href="/">Home</a><a href="/about">About</a></nav>'
        f"<main><article><h1>The bridge stays closed for another winter</h1>{text}</article></main>"
        f'<aside><h2>{heading}</h2><ul class="recent">{items}</ul></aside></body></html>'
    )


STORIES = [(f"story-{n}", f"A long enough headline about the harbour, number {n}") for n in range(1, 8)]


def test_a_pages_list_is_learnt_and_rubbish_in_its_place_is_not_collected(world):
    site(world, "/bridge", page_of(STORIES[:6]))
    source_at(world, "/bridge", kind="page").runs()
    before = set(world.entries("site"))
    assert len(before) >= 6
    assert world.known("site").learnt_list is not None
    site(world, "/bridge", page_of([("x", "Buy now"), ("y", "Sale ends today")], heading="Offers", dated=False))
    world.later(days=1).runs()
    assert set(world.entries("site")) == before
    site(world, "/bridge", page_of(STORIES[1:7]))
    world.later(days=1).runs()
    assert set(world.entries("site")) - before == {STORIES[6][1]}


def test_undated_entries_of_a_first_look_keep_the_order_of_their_page(world):
    site(world, "/bridge", page_of(STORIES[:6], dated=False))
    source_at(world, "/bridge", kind="page").runs()
    with world.context() as context, context.ledger.reading() as connection:
        from digest.store import entries

        kept = entries.newest(connection, world.known("site").id, 50)
    listed = sorted(
        (entry for entry in kept if entry.data.title.startswith("A long")), key=lambda entry: entry.when, reverse=True
    )
    assert [entry.data.title for entry in listed] == [title for _, title in STORIES[:6]]
