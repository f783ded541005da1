import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.address import Address, ascii_domain, parse_address
from digest.model import Reason


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("reader@example.org", Address("reader", "example.org")),
        ("  First.Last+tag@Example.ORG ", Address("First.Last+tag", "example.org")),
        ("o'neil@mail.example.co.uk", Address("o'neil", "mail.example.co.uk")),
        ("root@localhost", Address("root", "localhost")),
        ("leser@bücher.example", Address("leser", "xn--bcher-kva.example")),
        ("читатель@пример.рф".replace("читатель", "reader"), Address("reader", "xn--e1afmkfd.xn--p1ai")),
    ],
)
def test_an_address_is_read_into_ascii(text, address):
    assert parse_address(text) == address


def test_a_sharp_s_is_not_two_of_them():
    assert ascii_domain("straße.example") == "xn--strae-oqa.example"
    assert ascii_domain("strasse.example") == "strasse.example"


@pytest.mark.parametrize(
    "text",
    [
        "", "@", "reader", "reader@", "@example.org", "a b@example.org", "a@b@example.org", "a..b@example.org",
        ".a@example.org", "a.@example.org", '"a b"@example.org', "reader@-example.org", "reader@example..org",
        "reader@exam ple.org", "reader@example.org>", "reader\r\nRCPT TO:<x@example.org>@example.org", "<a@example.org>",
        "reader@[127.0.0.1]", "reader@" + "a" * 64 + ".org", "r" * 65 + "@example.org", "a@" + "b." * 127 + "org",
    ],
)  # fmt: skip
def test_what_cannot_be_mailed_to_is_told(text):
    assert parse_address(text) == Reason("address.malformed", {"address": text})


def test_a_local_part_beyond_ascii_needs_what_we_do_not_speak():
    assert parse_address("jürgen@example.org") == Reason("address.smtputf8", {"address": "jürgen@example.org"})


@given(st.text())
def test_whatever_is_read_is_ascii_and_reads_back_as_itself(text):
    for candidate in (text, f"{text}@example.org", f"reader@{text}"):
        address = parse_address(candidate)
        if isinstance(address, Address):
            assert str(address).isascii()
            assert str(address).isprintable()
            assert not set(' <>()[]\\,;:"') & set(str(address))
            assert parse_address(str(address)) == address
