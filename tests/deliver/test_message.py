import email
import email.policy
import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from digest.deliver.headers import clean
from digest.deliver.message import Slot, compile_mail, list_id, message_id
from digest.model import EditionMail

TO = "reader@example.net"
ID = message_id("e1", TO, "example.org")
HEADERS = [
    "From", "To", "Subject", "Date", "Message-ID", "Reply-To", "List-Id", "List-Archive", "Precedence",
    "Auto-Submitted", "X-Auto-Response-Suppress", "Content-Language", "MIME-Version", "Content-Type",
]  # fmt: skip
HOSTILE = st.text(st.sampled_from('ab ü=?_-.:\r\n\t\0"\\<>@日😀\x1b\x85\u2028\ud800'), max_size=120) | st.text(
    max_size=120
)
BODY = st.text(st.sampled_from("ab .=ü\r\n\tFrom 日\0-_"), max_size=400) | st.text(max_size=400)


def parse(data):
    return email.message_from_bytes(data, policy=email.policy.default)


def bodies(data):
    return [part.get_payload(decode=True).decode() for part in parse(data).iter_parts()]


def crlf(text):
    return re.sub(r"\r\n|\r|\n", "\r\n", text.encode("utf-8", "replace").decode())


def test_an_edition_makes_exactly_these_bytes(letterhead):
    mail = EditionMail(subject="Guten Tag", html="<p>ä</p>\n", text="ä\n.\n")
    boundary = "=_5e2f9a7f5c4b3d1e"
    made = compile_mail(mail, letterhead=letterhead).message(TO, "<1@example.org>").decode()
    found = re.search(r'boundary="(=_[0-9a-f]{24})"', made)
    assert found is not None
    assert made.replace(found[1], boundary) == (
        "From: =?utf-8?q?Die_Morgenzeitung_f=C3=BCr_K=C3=B6ln?= <news@example.org>\r\n"
        "To: reader@example.net\r\n"
        "Subject: Guten Tag\r\n"
        "Date: Mon, 02 Mar 2026 07:30:00 +0100\r\n"
        "Message-ID: <1@example.org>\r\n"
        "Reply-To: editor@example.org\r\n"
        "List-Id: Morning Paper <morgen.example.org>\r\n"
        "List-Archive: <https://example.org/feeds/morgen/editions/7/>\r\n"
        "Precedence: list\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "X-Auto-Response-Suppress: All\r\n"
        "Content-Language: de\r\n"
        "MIME-Version: 1.0\r\n"
        f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n'
        "\r\n"
        f"--{boundary}\r\n"
        'Content-Type: text/plain; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: base64\r\n"
        "\r\n"
        "w6QNCi4NCg==\r\n"
        f"--{boundary}\r\n"
        'Content-Type: text/html; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "\r\n"
        "<p>=C3=A4</p>\r\n"
        "\r\n"
        f"--{boundary}--\r\n"
    )


@given(
    subject=HOSTILE,
    name=HOSTILE,
    to=HOSTILE,
    identity=HOSTILE,
    language=HOSTILE,
    url=HOSTILE,
    title=HOSTILE,
    slug=HOSTILE,
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_from_outside_adds_a_header_or_loses_one(
    letterhead, subject, name, to, identity, language, url, title, slug
):
    head = replace(
        letterhead,
        sender_name=name,
        language=language,
        archive_url="https://example.org/" + url,
        list_id=list_id(slug, slug, title),
    )
    compiled = compile_mail(EditionMail(subject, "<p>html</p>", "text"), letterhead=head)
    ascii_to = to.encode("ascii", "ignore").decode()
    made = compiled.message(ascii_to, f"<{identity.encode('ascii', 'ignore').decode()}@example.org>")
    message = email.message_from_bytes(made, policy=email.policy.default)
    assert message.keys() == HEADERS
    assert message["Subject"] == clean(subject)
    assert message["From"].addresses[0].addr_spec == "news@example.org"
    assert bodies(made) == ["text", "<p>html</p>"]
    assert re.search(rb"\r\nTo: [\x20-\x7e]*\r\nSubject: ", made)


@given(html=BODY, text=BODY)
@example(html="." * 200, text="From " * 50)
@example(html="=" * 200, text="a" * 72 + " \n" + "a" * 75 + "\t\n" + "b" * 76 + "\n" + "c" * 77)
@example(html="x" * 75 + "ü", text="x" * 74 + "ü" + "x" * 80)
@example(html="a" * 75 + "." + "a" * 200, text="a" * 75 + "From " + "a" * 200)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_body_arrives_as_it_was_in_short_seven_bit_lines(letterhead, html, text):
    made = compile_mail(EditionMail("s", html, text), letterhead=letterhead).message(TO, ID)
    assert bodies(made) == [crlf(text), crlf(html)]
    assert made.isascii()
    assert made.endswith(b"--\r\n")
    for line in made[:-2].split(b"\r\n"):
        assert len(line) <= 76
        assert b"\r" not in line
        assert b"\n" not in line
        assert not line.startswith((b".", b"From "))
    for encoded in made.split(b"\r\n\r\n", 1)[1].split(b"\r\n"):
        assert not encoded.endswith((b" ", b"\t"))


@given(html=BODY, text=BODY)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_boundary_stands_where_parts_meet_and_nowhere_else(letterhead, html, text):
    made = compile_mail(EditionMail("s", html, text), letterhead=letterhead).message(TO, ID)
    boundary = parse(made).get_boundary()
    lines = made.split(b"\r\n\r\n", 1)[1].split(b"\r\n")
    assert sum(boundary.encode() in line for line in lines) == 3


def test_a_boundary_from_another_edition_may_be_quoted_in_a_body(letterhead):
    first = compile_mail(EditionMail("s", "<p>h</p>", "t"), letterhead=letterhead).message(TO, ID)
    quoting = first.decode()
    second = compile_mail(EditionMail("s", quoting, quoting), letterhead=letterhead).message(TO, ID)
    assert bodies(second) == [quoting, quoting]


def test_each_part_takes_its_shorter_encoding_and_the_text_comes_first(letterhead):
    mail = EditionMail("s", html="<p>日本語のニュース</p>" * 20, text="plain words\n" * 20)
    parts = list(parse(compile_mail(mail, letterhead=letterhead).message(TO, ID)).iter_parts())
    assert [(part.get_content_type(), part["Content-Transfer-Encoding"]) for part in parts] == [
        ("text/plain", "quoted-printable"),
        ("text/html", "base64"),
    ]


def test_the_same_edition_makes_the_same_bytes(letterhead):
    mail = EditionMail("s", "<p>h</p>", "t")
    assert compile_mail(mail, letterhead=letterhead) == compile_mail(mail, letterhead=letterhead)


def test_two_readers_differ_in_nothing_but_the_slots(compiled):
    one, other = compiled.message("a@example.net", "<1@x>"), compiled.message("b@example.net", "<2@x>")
    assert one.replace(b"a@example.net", b"b@example.net").replace(b"<1@x>", b"<2@x>") == other
    assert [part for part in compiled.fragments if isinstance(part, Slot)] == [Slot.TO, Slot.MESSAGE_ID]


def test_an_address_that_was_not_parsed_is_a_bug(compiled):
    with pytest.raises(UnicodeEncodeError):
        compiled.message("leser@bücher.example", ID)


def test_what_a_letterhead_leaves_out_leaves_no_header(letterhead):
    head = replace(letterhead, archive_url=None, reply_to=None, sender_name="")
    message = parse(compile_mail(EditionMail("s", "h", "t"), letterhead=head).message(TO, ID))
    assert message.keys() == [name for name in HEADERS if name not in {"List-Archive", "Reply-To"}]
    assert message["From"] == "news@example.org"


def test_a_long_archive_address_is_neither_folded_nor_encoded(letterhead):
    url = "https://example.org/" + "a" * 200 + "/ü <b>"
    made = compile_mail(EditionMail("s", "h", "t"), letterhead=replace(letterhead, archive_url=url)).message(TO, ID)
    assert b"\r\nList-Archive: <https://example.org/" + b"a" * 200 + b"/%C3%BC%20%3Cb%3E>\r\n" in made


def test_a_message_id_is_stable_and_different_for_each_edition_and_reader():
    assert message_id("e1", TO, "example.org") == ID
    others = {message_id("e2", TO, "example.org"), message_id("e1", "other@example.net", "example.org"), ID}
    assert len(others) == 3


@given(st.text(), st.emails(), st.text())
def test_a_message_id_is_well_formed_and_does_not_tell_the_address(uid, address, domain):
    identity = message_id(uid, address, domain)
    assert re.fullmatch(r"<[0-9a-f]{32}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*>", identity)
    assert address.encode().hex() not in identity


def test_a_domain_of_other_letters_is_named_in_ascii():
    assert message_id("e1", TO, "bücher.example").endswith("@xn--bcher-kva.example>")


@pytest.mark.parametrize(
    ("slug", "domain", "title", "value"),
    [
        ("morgen", "example.org", "Morning Paper", "Morning Paper <morgen.example.org>"),
        ("morgen", "example.org", "Paper, Morning", '"Paper, Morning" <morgen.example.org>'),
        ("morgen", "example.org", "Die Zeitung für Köln", "<morgen.example.org>"),
        ("morgen", "example.org", "=?utf-8?q?x?=", "<morgen.example.org>"),
        ("morgen", "example.org", "", "<morgen.example.org>"),
        ("новини", "bücher.example", "News", "News <xn--b1amarcd.xn--bcher-kva.example>"),
        ("a_b c", "localhost", "\r\nBcc: x", '"Bcc: x" <a-b-c.localhost>'),
        ("😀", "::1", "", "<unnamed.1>"),
    ],
)
def test_a_list_id_is_ascii_with_an_ascii_title_at_most(slug, domain, title, value):
    assert list_id(slug, domain, title) == value
