from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.clean import clean
from digest.collect.letters import read_letter

HEAD = "From: Ana Example <ana@paper.example>\r\nSubject: Issue 1\r\nDate: Tue, 05 May 2026 08:00:00 +0200\r\nMessage-ID: <one@paper.example>\r\n"
CAME = datetime(2026, 5, 6, tzinfo=UTC)


def letter(body="", *, head=HEAD, kind="text/html; charset=utf-8"):
    raw = f"{head}MIME-Version: 1.0\r\nContent-Type: {kind}\r\n\r\n".encode()
    return read_letter(raw + (body if isinstance(body, bytes) else body.encode()), received=CAME)


def parts(*inner, kind="alternative"):
    body = "".join(f"--b\r\n{head}\r\n\r\n{text}\r\n" for head, text in inner)
    return letter(body + "--b--\r\n", kind=f'multipart/{kind}; boundary="b"')


def test_a_letter_tells_its_identity_subject_sender_and_date():
    entry = letter("<p>A clerk waits.</p>")
    assert (entry.uid, entry.title, entry.authors) == ("one@paper.example", "Issue 1", ("Ana Example",))
    assert (entry.dating.at, entry.dating.source) == (datetime(2026, 5, 5, 6, tzinfo=UTC), "mail")
    assert (entry.content, entry.summary, entry.url) == ("<p>A clerk waits.</p>", "A clerk waits.", None)


@pytest.mark.parametrize(
    ("sender", "author"),
    [
        ('"Example, Ana" <ana@paper.example>', ("Example, Ana",)),
        ("=?utf-8?Q?Ren=C3=A9?= <rene@paper.example>", ("René",)),
        ("<ana@paper.example>", ("ana@paper.example",)),
        ("ana@paper.example", ("ana@paper.example",)),
        ("ana@paper.example (Ana)", ("Ana",)),
        ("", ()),
    ],
)
def test_a_sender_is_named_as_it_calls_itself(sender, author):
    assert letter("<p>x</p>", head=f"Subject: x\r\nFrom: {sender}\r\n").authors == author


def test_the_html_is_taken_and_else_the_text():
    plain, rich = ("Content-Type: text/plain", "Plain words."), ("Content-Type: text/html", "<p>Rich words.</p>")
    assert parts(plain, rich).summary == "Rich words."
    assert parts(plain).content == "<p>Plain words.</p>"


def test_attachments_and_mails_inside_are_not_read():
    found = parts(
        ('Content-Type: text/html\r\nContent-Disposition: attachment; filename="x.html"', "<p>Attached.</p>"),
        ("Content-Type: text/html\r\nContent-Disposition: attachment", "<p>Attached without a name.</p>"),
        ("Content-Type: message/rfc822", "Subject: Inner\r\nContent-Type: text/html\r\n\r\n<p>Forwarded.</p>"),
        ('Content-Type: text/plain; name="notes.txt"', "Notes."),
        ("Content-Type: text/html", "<p>Its own.</p>"),
        kind="mixed",
    )
    assert found.content == "<p>Its own.</p>"


def test_plain_text_keeps_its_paragraphs_and_loses_its_signature():
    entry = letter("One <b>\r\ntwo\r\n\r\nThree\r\n-- \r\nAna, Harbour Street 1", kind="text/plain")
    assert entry.content == "<p>One &lt;b&gt;<br>two</p><p>Three</p>"


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("Subject: =?utf-8?Q?Caf=C3=A9?= =?utf-8?Q?_noir?=\r\n", "Café noir"),
        ("Subject: =?iso-8859-1?B?Q2Fm6Q==?= and more\r\n", "Café and more"),
        ("Subject: =?nonsense-8?Q?Caf=C3=A9?=\r\n", "Café"),
        ("Subject: =?utf-8?B?%%%?=\r\n", "The first line."),
        ("Subject: a\r\n  folded\r\n line\r\n", "a folded line"),
        ("Subject:\r\n", "The first line."),
        ("", "The first line."),
    ],
)
def test_a_subject_is_decoded_as_far_as_it_can_be(head, title):
    assert letter("<p>The first line.</p>", head=head).title == title


def test_a_subject_in_raw_bytes_is_utf8_or_else_windows_1252():
    assert read_letter("Subject: Café\r\n\r\nx".encode(), received=None).title == "Café"
    assert read_letter("Subject: Café\r\n\r\nx".encode("cp1252"), received=None).title == "Café"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html; charset=iso-8859-1", "<p>Café “noir”</p>".encode("cp1252")),
        ("text/html; charset=utf-8", "<p>Café “noir”</p>".encode("cp1252")),
        ("text/html; charset=no-such-thing", "<p>Café “noir”</p>".encode()),
        ("text/html", "<p>Café “noir”</p>".encode()),
        (
            "text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable",
            b"<p>Caf=C3=A9 =E2=80=9Cnoir=E2=80=9D</p>",
        ),
        ("text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64", b"PHA+Q2Fmw6kg4oCcbm9pcuKAnTwvcD4="),
    ],
)
def test_a_wrong_charset_costs_nothing(kind, body):
    assert letter(body, kind=kind).summary == "Café “noir”"


@pytest.mark.parametrize(
    "date",
    [
        "",
        "Date: soon\r\n",
        "Date: Tue, 99 May 2026 08:00\r\n",
        "Date: Mon, 01 Jan 0001 00:00:00 +9999\r\n",
        "Date: " + "9" * 5000 + "\r\n",
    ],
)
def test_a_date_that_cannot_be_read_is_when_the_letter_came(date):
    dating = letter("<p>x</p>", head=f"Subject: x\r\n{date}").dating
    assert (dating.at, dating.source) == (CAME, "received")


def test_a_letter_without_an_id_is_known_by_what_it_says():
    first, again = letter("<p>a</p>", head="Subject: x\r\n"), letter("<p>a</p>", head="Subject: x\r\n")
    other = letter("<p>b</p>", head="Subject: x\r\n")
    assert first.uid == again.uid != other.uid


# ── links ────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "words",
    ["View this email in your browser", "View in browser", "Read online", "Voir ce message en ligne", "Version en ligne",
     "Im Browser ansehen", "Webversion", "Ver en el navegador", "Versione web", "In je browser bekijken", "ブラウザで見る"],
)  # fmt: skip
def test_the_public_copy_is_linked_in_many_languages(words):
    entry = letter(f'<a href="https://paper.example/issues/1">{words}</a><p>Text.</p>')
    assert entry.url == "https://paper.example/issues/1"
    assert words not in entry.content


@pytest.mark.parametrize(
    "href",
    [
        "https://click.paper.example/x",
        "https://paper.us1.list-manage.com/track/click?u=1&id=2",
        "https://us1.campaign-archive.com/?e=ab12&u=cd34&id=ef56",
        "https://paper.example/ls/click?upn=abc",
        "https://paper.example/issues/1?email=ana",
        "https://paper.example/issues/1?who=ana@reader.example",
        "https://paper.example/v/9f8a7b6c5d4e3f2a1b0c9d8e7f6a",
        "https://paper.example/v/123e4567-e89b-12d3-a456-426614174000",
        "https://ana:pw@paper.example/issues/1",
        "javascript:alert(1)",
        "https://[",
    ],
)
def test_a_link_that_may_name_the_reader_is_never_the_address(href):
    entry = letter(f'<a href="{href}">View in browser</a><p>Text. <a href="{href}">More</a></p>')
    assert entry.url is None
    assert "href" not in entry.content


def test_a_public_copy_without_tls_is_not_linked():
    assert letter('<a href="http://paper.example/issues/1">View in browser</a><p>x</p>').url is None


def test_a_plain_link_of_the_text_stays():
    entry = letter('<p><a href="https://paper.example/2026/05/the-harbour-is-empty-again?page=2">The harbour</a></p>')
    assert 'href="https://paper.example/2026/05/the-harbour-is-empty-again?page=2"' in entry.content


@pytest.mark.parametrize(
    ("head", "url"),
    [
        ("Archived-At: <https://lists.example/letters/4711>\r\n", "https://lists.example/letters/4711"),
        ("List-Archive: <https://lists.example/letters/4711>\r\n", "https://lists.example/letters/4711"),
        (
            "List-Archive: <https://lists.example/letters/the-empty-harbour>\r\n",
            "https://lists.example/letters/the-empty-harbour",
        ),
        ("List-Archive: <https://lists.example/archives/>\r\n", None),
        ("List-Archive: <mailto:archive@lists.example>\r\n", None),
        ("Archived-At: nonsense\r\n", None),
    ],
)
def test_an_archive_is_the_address_where_it_names_this_letter(head, url):
    assert letter("<p>x</p>", head=HEAD + head).url == url


@pytest.mark.parametrize(
    "words",
    ["Unsubscribe", "Manage your preferences", "Se désabonner", "Newsletter abbestellen", "Darse de baja", "Leave"],
)
def test_nobody_can_unsubscribe_the_operator_from_what_is_published(words):
    head = HEAD + "List-Unsubscribe: <https://paper.example/leave/ana>\r\n"
    entry = letter(f'<p>Text. <a href="https://paper.example/leave/ana">{words}</a></p>', head=head)
    assert "leave" not in entry.content
    assert words not in entry.content


# ── hostile ──────────────────────────────────────────────────────────────────────────────────────
def nested(depth):
    head = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(depth))
    return f"Subject: deep\r\n{head}Content-Type: text/plain\r\n\r\nDown here.".encode()


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\x00" * 1000, b"\xff\xfe\xfd" * 1000, b"\r\n\r\n", b":\r\n:\r\n", nested(50), nested(3_000),
        b"Content-Type: multipart/mixed\r\n\r\nno boundary", b'Content-Type: multipart/mixed; boundary=""\r\n\r\n--\r\n',
        b'Subject: x\r\nContent-Type: text/html; charset="=?x?="\r\n\r\n<p>x', b"Subject: " + b"=?utf-8?Q?" * 20_000,
        b"Subject: x\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!", b"From: " + b"(" * 20_000 + b"\r\nSubject: x\r\n\r\n",
        b"Subject: x\r\nContent-Type: text/html\r\n\r\n" + b"<div>" * 50_000, b"Subject: x\r\nContent-Type: text/html\r\n\r\n",
        b"Subject: x\r\nContent-Type: text/html; charset=utf-7\r\n\r\n+ADw-script", b"Subject: x\r\nContent-Type: text/html; charset=rot13\r\n\r\nx",
    ],
)  # fmt: skip
def test_a_hostile_mail_costs_only_itself(raw):
    entry = read_letter(raw, received=CAME)
    assert entry is None or clean(entry, None).title is not None


def test_scripts_do_not_survive():
    assert "alert" not in letter("<style>p{}</style><p>Text</p><script>alert(1)</script>").content


WORDS = [
    b"Subject: ",
    b"From: ",
    b"Date: ",
    b"Content-Type: ",
    b"multipart/mixed; boundary=b",
    b"text/html; charset=",
    b"utf-8",
    b"--b",
    b"\r\n",
    b"\r\n\r\n",
    b"=?utf-8?B?",
    b"?=",
    b"\xe9",
    b"\x00",
    b"<a href=https://x.example/",
    b">x</a>",
    b"Content-Transfer-Encoding: base64",
    b"a" * 60,
]


@given(st.lists(st.sampled_from(WORDS) | st.binary(max_size=8), max_size=25))
def test_no_bytes_break_it(pieces):
    entry = read_letter(b"".join(pieces), received=CAME)
    assert entry is None or entry.title
