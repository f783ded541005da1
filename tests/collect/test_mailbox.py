import base64
import os
import re
import socket
import ssl
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.collect import mailbox
from digest.collect.mailbox import Account, Mark, mailbox_place, read_imap, read_maildir
from digest.model import Failed, Kind
from digest.reasons import word

PASSWORD = 'geheim "wörd" \\'


def mail(subject="Issue 1", *, uid="1@paper.example", date="Tue, 05 May 2026 08:00:00 +0200", text="A clerk waits."):
    return f"From: Ana <ana@paper.example>\r\nSubject: {subject}\r\nDate: {date}\r\nMessage-ID: <{uid}>\r\n\r\n{text}\r\n".encode()


# ── places ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("imaps://ana@mail.example", Account("mail.example", 993, "ana", "INBOX")),
        (
            "imaps://ana%40paper.example@mail.example:1993/Lists/News",
            Account("mail.example", 1993, "ana@paper.example", "Lists/News"),
        ),
        ("imaps://ana@mail.example/Entw%C3%BCrfe/", Account("mail.example", 993, "ana", "Entwürfe")),
        ("maildir:///home/ana/My%20Mail", Path("/home/ana/My Mail")),
    ],
)
def test_a_mailbox_has_an_address(url, place):
    assert mailbox_place(url) == place


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("imap://ana@mail.example/INBOX", "mailbox.not_tls"),
        ("imaps://ana:tops3cret@mail.example/INBOX", "mailbox.password_in_url"),
        ("imap://ana:tops3cret@mail.example/INBOX", "mailbox.password_in_url"),
        ("imaps://ana:tops3cret@mail.example:port/INBOX", "mailbox.bad_url"),
        ("imaps://mail.example/INBOX", "mailbox.bad_url"),
        ("imaps://ana@/INBOX", "mailbox.bad_url"),
        ("imaps://ana@mail.example/INBOX%0D%0AA1%20LOGOUT", "mailbox.bad_url"),
        ("imaps://ana%0Dx@mail.example/", "mailbox.bad_url"),
        ("maildir://host/home", "mailbox.bad_url"),
        ("maildir:home", "mailbox.bad_url"),
        ("pop3://ana@mail.example/", "mailbox.bad_url"),
    ],
)
def test_an_address_that_is_none_is_refused_without_repeating_a_password(url, code):
    failed = mailbox_place(url)
    assert failed.reason.code == code
    assert "tops3cret" not in word(failed.reason)


# ── Maildir ──────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def maildir(tmp_path):
    for name in ("cur", "new", "tmp"):
        (tmp_path / name).mkdir()
    return tmp_path


def put(maildir, name, raw, *, folder="cur", at=1_778_000_000):
    file = maildir / folder / name
    file.write_bytes(raw)
    os.utime(file, (at, at))
    return file


def test_a_maildir_gives_its_newest_mails_first_read_or_not(maildir):
    put(maildir, "1.a:2,S", mail("Old", uid="1"), at=1_000)
    put(maildir, "2.b", mail("New", uid="2"), folder="new", at=3_000)
    put(maildir, "3.c:2,", mail("Middle", uid="3"), at=2_000)
    put(maildir, "4.d", mail("Half written", uid="4"), folder="tmp")
    found = read_maildir(maildir)
    assert (found.kind, [entry.title for entry in found.entries]) == (Kind.MAILBOX, ["New", "Middle", "Old"])


def test_looking_at_a_maildir_moves_and_changes_nothing(maildir):
    put(maildir, "1.a", mail(), folder="new")
    before = [(str(file), file.stat().st_mtime_ns) for file in sorted(maildir.rglob("*"))]
    read_maildir(maildir)
    assert [(str(file), file.stat().st_mtime_ns) for file in sorted(maildir.rglob("*"))] == before


def test_one_broken_mail_costs_a_note(maildir):
    put(maildir, "1.a", mail("Fine"))
    put(maildir, "2.b", b"")
    (maildir / "cur" / "3.c").symlink_to("/etc/hostname")
    (maildir / "cur" / ".hidden").write_bytes(mail("Hidden"))
    (maildir / "cur" / "folder").mkdir()
    os.mkfifo(maildir / "new" / "pipe")
    found = read_maildir(maildir)
    assert [entry.title for entry in found.entries] == ["Fine"]
    assert found.notes == ("this mail cannot be read: 2.b",)


def test_only_the_newest_are_read_and_of_each_only_its_beginning(maildir, monkeypatch):
    monkeypatch.setattr(mailbox, "MAX_LETTERS", 2)
    monkeypatch.setattr(mailbox, "MAX_BYTES", 2_000)
    for n in range(4):
        put(maildir, f"{n}.a", mail(f"Issue {n}", uid=str(n), text="word " * 100_000), at=1_000 + n)
    found = read_maildir(maildir)
    assert [entry.title for entry in found.entries] == ["Issue 3", "Issue 2"]
    assert len(found.entries[0].content) < 2_000


def test_a_mail_without_a_date_counts_from_when_it_came(maildir):
    put(maildir, "1.a", mail(date="when the tide is out"), at=1_778_000_000)
    dating = read_maildir(maildir).entries[0].dating
    assert (dating.at, dating.source) == (datetime.fromtimestamp(1_778_000_000, UTC), "received")


def test_what_is_no_maildir_is_refused(tmp_path):
    assert read_maildir(tmp_path / "none").reason.code == "mailbox.missing"


# ── IMAP ─────────────────────────────────────────────────────────────────────────────────────────
class ImapServer:
    """A small IMAP server over TLS on loopback; it takes one client after the other and keeps what it heard."""

    def __init__(self, certificate, mails, *, validity=7, plain=True, manners=None, folder="INBOX"):
        self.mails, self.validity, self.plain, self.folder = dict(mails), validity, plain, folder
        self.manners = manners or {}
        self.heard = []
        self._context = certificate.server_context()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _serve(self):
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            with suppress(OSError), client, self._context.wrap_socket(client, server_side=True) as secure:
                self._talk(secure, secure.makefile("rwb"))

    def _talk(self, secure, stream):
        def say(*lines):
            stream.write(b"".join(line.encode() + b"\r\n" if isinstance(line, str) else line for line in lines))
            stream.flush()

        say("* OK ready")
        while line := stream.readline().decode("utf-8", "replace").rstrip("\r\n"):
            tag, _, command = line.partition(" ")
            self.heard.append(command)
            verb = (
                " ".join(command.split()[:2]).upper()
                if command.upper().startswith("UID")
                else command.split()[0].upper()
            )
            if verb in self.manners:
                if self.manners[verb] is None:
                    return
                say(self.manners[verb].replace("TAG", tag))
            elif verb == "CAPABILITY":
                say("* CAPABILITY IMAP4rev1" + (" AUTH=PLAIN" if self.plain else ""), f"{tag} OK done")
            elif verb == "AUTHENTICATE":
                say("+ ")
                _, user, password = base64.b64decode(stream.readline()).decode().split("\0")
                say(f"{tag} OK in" if (user, password) == ("ana", PASSWORD) else f"{tag} NO wrong {password}")
            elif verb == "LOGIN":
                say(f"{tag} OK in" if command == 'LOGIN "ana" "simple"' else f"{tag} NO wrong")
            elif verb == "EXAMINE":
                known = command == f'EXAMINE "{self.folder}"'
                say(
                    *[
                        f"* {len(self.mails)} EXISTS",
                        f"* OK [UIDVALIDITY {self.validity}] valid",
                        f"{tag} OK [READ-ONLY] done",
                    ]
                    if known
                    else [f"{tag} NO no such folder"]
                )
            elif verb == "UID SEARCH":
                say("* SEARCH " + " ".join(map(str, self._found(command))), f"{tag} OK done")
            elif verb == "UID FETCH":
                uid, limit = int(command.split()[2]), int(re.search(r"<0\.(\d+)>", command)[1])
                raw = self.mails[uid][:limit]
                say(
                    f'* 1 FETCH (UID {uid} INTERNALDATE " 6-May-2026 09:00:00 +0200" BODY[]<0> {{{len(raw)}}}',
                    raw + b")\r\n",
                    f"{tag} OK done",
                )
            else:
                say(f"{tag} BAD what")

    def _found(self, command):
        """Answer as a real server does: a range whose end is below its beginning holds the last mail."""
        uids = sorted(self.mails)
        by_uid = re.search(r"UID (\d+):\*", command)
        if by_uid:
            return [uid for uid in uids if uid >= int(by_uid[1])] or uids[-1:]
        return uids[int(re.search(r"(\d+):\*", command)[1]) - 1 :]


@pytest.fixture
def trust(certificate):
    return ssl.create_default_context(cafile=str(certificate.certificate))


def look(server, trust, *, after=None, password=PASSWORD, folder="INBOX", user="ana"):
    return read_imap(Account("localhost", server.port, user, folder), password, after=after, context=trust, timeout=5)


THREE = {4: mail("Four", uid="4"), 9: mail("Nine", uid="9"), 12: mail("Twelve", uid="12")}


def test_at_first_the_newest_are_read_and_the_next_time_what_came_since(certificate, trust):
    with ImapServer(certificate, THREE) as server:
        first = look(server, trust)
        assert [entry.title for entry in first.collected.entries] == ["Twelve", "Nine", "Four"]
        assert first.mark == Mark(7, 12)
        assert look(server, trust, after=first.mark).collected.entries == ()
        server.mails[13] = mail("Thirteen", uid="13")
        later = look(server, trust, after=first.mark)
        assert ([entry.title for entry in later.collected.entries], later.mark) == (["Thirteen"], Mark(7, 13))


def test_a_folder_is_only_looked_at(certificate, trust):
    with ImapServer(certificate, THREE) as server:
        look(server, trust)
        verbs = {
            " ".join(command.split()[:2]) if command.startswith("UID") else command.split()[0]
            for command in server.heard
        }
        assert verbs == {"CAPABILITY", "AUTHENTICATE", "EXAMINE", "UID SEARCH", "UID FETCH"}
        assert all("BODY.PEEK[]<0." in command for command in server.heard if command.startswith("UID FETCH"))


def test_a_folder_that_was_made_anew_is_read_anew(certificate, trust):
    with ImapServer(certificate, THREE, validity=8) as server:
        assert len(look(server, trust, after=Mark(7, 12)).collected.entries) == 3


def test_many_new_mails_are_taken_in_portions_without_a_gap(certificate, trust, monkeypatch):
    monkeypatch.setattr(mailbox, "MAX_LETTERS", 2)
    with ImapServer(certificate, {n: mail(f"Issue {n}", uid=str(n)) for n in range(1, 7)}) as server:
        titles, mark = [], None
        for _ in range(3):
            post = look(server, trust, after=mark or Mark(7, 1))
            titles += [entry.title for entry in reversed(post.collected.entries)]
            mark = post.mark
        assert titles == [f"Issue {n}" for n in range(2, 7)]


def test_an_empty_folder_is_no_failure(certificate, trust):
    with ImapServer(certificate, {}) as server:
        assert look(server, trust).mark == Mark(7, 0)


def test_a_folder_beyond_ascii_is_named_as_imap_wants_it(certificate, trust):
    with ImapServer(certificate, THREE, folder='Entw&APw-rfe &- \\"x\\"') as server:
        assert len(look(server, trust, folder='Entwürfe & "x"').collected.entries) == 3


def test_a_server_without_plain_is_given_an_ascii_password_by_login(certificate, trust):
    with ImapServer(certificate, THREE, plain=False) as server:
        assert len(look(server, trust, password="simple").collected.entries) == 3
        assert look(server, trust).reason.code == "mailbox.refused"
        assert look(server, trust, password="a\r\nb").reason.code == "mailbox.refused"


def test_a_refused_password_is_never_repeated(certificate, trust):
    with ImapServer(certificate, THREE) as server:
        failed = look(server, trust, password="tops3cret")
    assert failed.reason.code == "mailbox.refused"
    assert "tops3cret" not in word(failed.reason)


def test_a_certificate_of_nobody_is_not_spoken_to(certificate):
    with ImapServer(certificate, THREE) as server:
        failed = look(server, None)
        assert failed.reason.code == "mailbox.tls"
        assert server.heard == []


def test_a_server_that_speaks_no_tls_is_refused(trust):
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def greet():
            with suppress(OSError):
                client, _ = listening.accept()
                with client:
                    client.sendall(b"* OK plain words\r\n")
                    client.recv(1000)

        thread = threading.Thread(target=greet)
        thread.start()
        failed = read_imap(
            Account("localhost", listening.getsockname()[1], "ana", "INBOX"), "x", after=None, context=trust, timeout=5
        )
        thread.join()
    assert failed.reason.code == "mailbox.tls"


def test_a_server_that_is_not_there_is_a_reason(trust):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    failed = read_imap(Account("localhost", port, "ana", "INBOX"), "x", after=None, context=trust, timeout=5)
    assert failed.reason.code == "mailbox.unreachable"


@pytest.mark.parametrize(
    ("manners", "code"),
    [
        ({"EXAMINE": "TAG NO gone"}, "mailbox.refused"),
        ({"EXAMINE": None}, "mailbox.broken"),
        ({"EXAMINE": "* 3 EXISTS\r\n* OK [UIDVALIDITY many]\r\nTAG OK done"}, "mailbox.broken"),
        ({"UID SEARCH": "* SEARCH 1 two\r\nTAG OK done"}, "mailbox.broken"),
        ({"UID SEARCH": "TAG BAD what"}, "mailbox.refused"),
        ({"UID FETCH": "* 1 FETCH (UID 4 BODY[]<0> {99999999999}"}, "mailbox.broken"),
        ({"UID FETCH": None}, "mailbox.broken"),
        ({"CAPABILITY": "nonsense"}, "mailbox.unreachable"),
    ],
)
def test_a_server_with_bad_manners_is_a_reason(certificate, trust, manners, code):
    with ImapServer(certificate, THREE, manners=manners) as server:
        failed = look(server, trust)
    assert isinstance(failed, Failed)
    assert failed.reason.code == code


def test_a_mail_that_the_server_will_not_give_costs_only_itself(certificate, trust):
    with ImapServer(certificate, THREE, manners={"UID FETCH": "TAG NO lost"}) as server:
        post = look(server, trust)
    assert (post.collected.entries, len(post.collected.notes), post.mark) == ((), 3, Mark(7, 12))
