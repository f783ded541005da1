import email
import email.header
import email.policy
import email.utils
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.deliver import headers

ENCODED_WORD = re.compile(rb"=\?utf-8\?[qb]\?[^ ?]*\?=")
ANY_TEXT = st.text(max_size=300) | st.text(st.sampled_from('ab ü=?_\r\n\t\0"\\<>@日😀é\u0301'), max_size=300)


def read(line, name):
    """Parse a header alone, as a mail program would."""
    message = email.message_from_bytes(line + b"\r\n", policy=email.policy.default)
    assert message.keys() == [name]
    return message[name]


@pytest.mark.parametrize(
    ("subject", "line"),
    [
        ("Morning Paper", b"Subject: Morning Paper\r\n"),
        ("", b"Subject: \r\n"),
        ("Grüße", b"Subject: =?utf-8?b?R3LDvMOfZQ==?=\r\n"),
        ("日本語", b"Subject: =?utf-8?b?5pel5pys6Kqe?=\r\n"),
        ("so =?utf-8?q?no?=", b"Subject: =?utf-8?b?c28gPT91dGYtOD9xP25vPz0=?=\r\n"),
        ("a\r\nBcc: everyone@example.org", b"Subject: a Bcc: everyone@example.org\r\n"),
        ("Every Cafe\u0301", b"Subject: =?utf-8?q?Every_Caf=C3=A9?=\r\n"),
        ("word " * 20, b"Subject: " + b"word " * 12 + b"word\r\n word word word word word word word\r\n"),
    ],
)
def test_a_text_is_written_so(subject, line):
    assert headers.text("Subject", subject) == line


def decode(value):
    """Decode as RFC 2047 §6.2 says; the newer parser of the standard library leaves blanks in long names."""
    return str(email.header.make_header(email.header.decode_header(value)))


@given(ANY_TEXT)
@example("x" * 200)
@example("=" * 200)
@example("😀" * 100)
def test_any_text_is_one_header_and_reads_back(subject):
    line = headers.text("Subject", subject)
    assert read(line, "Subject") == headers.clean(subject)
    assert decode(line.decode()[len("Subject: ") : -2].replace("\r\n", "")) == headers.clean(subject)


@given(ANY_TEXT)
@example("x" * 200)
@example("😀" * 100)
def test_lines_and_encoded_words_keep_to_their_lengths(subject):
    written = headers.text("Subject", subject)
    assert written.endswith(b"\r\n")
    for line in written[:-2].split(b"\r\n"):
        assert len(line) <= 76
        assert line.strip()
        assert b"\n" not in line
        assert b"\r" not in line
    for word in ENCODED_WORD.findall(written):
        assert len(word) <= 75


@pytest.mark.parametrize(
    ("display", "line"),
    [
        ("", b"From: news@example.org\r\n"),
        ("Morning Paper", b"From: Morning Paper <news@example.org>\r\n"),
        ('The "Morning" Paper, Inc.', b'From: "The \\"Morning\\" Paper, Inc." <news@example.org>\r\n'),
        ("Neues aus Köln", b"From: =?utf-8?q?Neues_aus_K=C3=B6ln?= <news@example.org>\r\n"),
        ("a\nb@evil.example, c", b'From: "a b@evil.example, c" <news@example.org>\r\n'),
    ],
)
def test_a_mailbox_is_written_so(display, line):
    assert headers.mailbox("From", display, "news@example.org") == line


@given(ANY_TEXT)
@example("A long name, " * 12)
def test_any_name_shows_before_the_one_address(display):
    line = headers.mailbox("From", display, "news@example.org")
    (mailbox,) = read(line, "From").addresses
    assert mailbox.addr_spec == "news@example.org"
    name, address = email.utils.parseaddr(line.decode()[len("From: ") : -2].replace("\r\n", ""))
    assert (decode(name), address) == (headers.clean(display), "news@example.org")
    assert all(len(part) <= 76 for part in line.split(b"\r\n"))


@given(ANY_TEXT)
def test_what_machines_read_is_one_line_of_ascii(value):
    line = headers.plain("List-Id", value)
    assert line.endswith(b"\r\n")
    assert re.fullmatch(rb"List-Id: [\x20-\x7e]*", line[:-2])


def test_a_long_value_for_machines_is_neither_folded_nor_encoded():
    url = "<https://example.org/" + "a" * 300 + ">"
    assert headers.plain("List-Archive", url) == f"List-Archive: {url}\r\n".encode()
