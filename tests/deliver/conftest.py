"""What the tests of delivering share: relays on loopback, and an edition's mail."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

import world_smtp
from digest.deliver.address import Address
from digest.deliver.message import Letterhead, compile_mail, list_id
from digest.deliver.relay import RelayAccess
from digest.model import EditionMail


@pytest.fixture
def smtp_server(certificate):
    with world_smtp.good_relay(certificate) as relay:
        yield relay


@pytest.fixture
def settings():
    """Return a function: the settings of a relay on loopback, in clear unless told otherwise."""

    def make(port, **changes):
        known = {"name": "main", "host": world_smtp.HOST, "port": port, "helo": "news.example.org", "security": "none"}
        return RelayAccess(**(known | {"timeout": 10.0} | changes))

    return make


@pytest.fixture
def letterhead():
    return Letterhead(
        sender=Address("news", "example.org"),
        sender_name="Die Morgenzeitung für Köln",
        date=datetime(2026, 3, 2, 7, 30, tzinfo=ZoneInfo("Europe/Berlin")),
        language="de",
        list_id=list_id("morgen", "example.org", "Morning Paper"),
        archive_url="https://example.org/feeds/morgen/editions/7/",
        reply_to=Address("editor", "example.org"),
    )


@pytest.fixture
def compiled(letterhead):
    mail = EditionMail(
        subject="Grüße aus Köln: was diese Woche geschah, und warum es nächste Woche wieder geschieht",
        html="<!doctype html>\n<p>Guten Morgen, liebe Leser!</p>\n" + "<p>" + "Straße – " * 200 + "</p>\n",
        text=".Ein Punkt am Anfang\n\nFrom hier an geht es weiter,\n" + "lange Zeile " * 100 + "\nEnde.\n",
    )
    return compile_mail(mail, letterhead=letterhead)
