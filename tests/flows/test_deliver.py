"""Each reader gets an edition once; what went wrong has the server's words; what is unknown is uncertain."""

import pytest

from digest.flows import edit
from digest.model import DeliveryState, EditionState
from world_smtp import DROP, Manners, ScriptedRelay

ANNA, BERT = "anna@example.org", "bert@example.org"


@pytest.fixture
def site(world):
    world.source("alpha").publishes("One")
    world.publication("daily", recipients=[ANNA, BERT])
    return world


def test_every_reader_gets_the_edition_once(site):
    with ScriptedRelay() as relay:
        site.relay(relay.port)
        cycle = site.runs(now=True)
        site.later(minutes=1).runs(now=True)
        assert cycle.dispatch.counts == {DeliveryState.SENT: 2}
        assert len(relay.bodies) == 2
    assert site.deliveries("daily/1") == {ANNA: "sent", BERT: "sent"}
    assert site.editions("daily")[0].state is EditionState.SENT


def test_a_reader_listed_twice_gets_it_once(site):
    site._publications.clear()
    site.publication("daily", recipients=[ANNA, ANNA, "anna@EXAMPLE.org"])
    with ScriptedRelay() as relay:
        site.relay(relay.port).runs(now=True)
        assert len(relay.bodies) == 1


def test_a_deferred_message_is_tried_again_later_and_not_before(site):
    with ScriptedRelay(Manners(rcpt=("451 4.3.0 later", "250 ok")), Manners()) as relay:
        site.relay(relay.port).runs(now=True)
        assert site.deliveries("daily/1") == {ANNA: "deferred", BERT: "sent"}
        site.later(minutes=1).runs()
        assert site.deliveries("daily/1")[ANNA] == "deferred"
        site.later(minutes=30).runs()
        assert site.deliveries("daily/1") == {ANNA: "sent", BERT: "sent"}
        assert len(relay.bodies) == 2


def test_a_message_that_is_always_put_off_fails_in_the_end_with_the_servers_words(site):
    site._publications.clear()
    site.publication("daily", recipients=[ANNA])
    with ScriptedRelay(Manners(rcpt="451 4.3.0 the queue is full")) as relay:
        site.relay(relay.port).runs(now=True)
        for _ in range(30):
            site.later(hours=2).runs()
    assert site.deliveries("daily/1") == {ANNA: "failed"}
    with site.context() as context:
        from digest.flows.explain import explain

        (told,) = explain(context, ANNA)
    assert "the queue is full" in told.facts[0][1]


def test_a_refused_reader_has_failed_and_is_not_tried_again(site):
    with ScriptedRelay(Manners(rcpt=("550 5.1.1 no such user", "250 ok"))) as relay:
        site.relay(relay.port)
        cycle = site.runs(now=True)
        assert cycle.in_part
        site.later(days=1).runs()
        assert len(relay.bodies) == 1
    assert site.deliveries("daily/1") == {ANNA: "failed", BERT: "sent"}


def test_a_connection_lost_after_the_dot_is_uncertain_and_not_repeated(site):
    with ScriptedRelay(Manners(dot=DROP), Manners()) as relay:
        site.relay(relay.port).runs(now=True)
        site.later(days=1).runs()
        assert site.deliveries("daily/1") == {ANNA: "uncertain", BERT: "sent"}
        assert len(relay.bodies) == 2


def test_an_uncertain_message_goes_again_under_the_same_message_id_when_its_operator_says_so(site):
    with ScriptedRelay(Manners(dot=DROP), Manners()) as relay:
        site.relay(relay.port).runs(now=True)
        with site.context() as context:
            number = edit.resend(context, edit.find(context, "daily/1"), frozenset({DeliveryState.UNCERTAIN}), None)
        assert number == 1
        site.later(minutes=1).runs()
        ids = [next(line for line in body.splitlines() if line.startswith(b"Message-ID:")) for body in relay.bodies]
        assert len(ids) == 3
        assert ids[0] == ids[2] != ids[1]
    assert site.deliveries("daily/1") == {ANNA: "sent", BERT: "sent"}


def test_whoever_left_before_their_turn_gets_nothing(site):
    with ScriptedRelay(Manners(rcpt=("451 later", "250 ok")), Manners()) as relay:
        site.relay(relay.port).runs(now=True)
        site._publications.clear()
        site.publication("daily", recipients=[BERT])
        site.later(hours=1).runs()
        assert len(relay.bodies) == 1
    assert site.deliveries("daily/1") == {ANNA: "suppressed", BERT: "sent"}


def test_a_relay_that_is_down_costs_nobody_the_edition(site):
    site.relay(1)
    assert site.runs(now=True).in_part
    assert site.deliveries("daily/1") == {ANNA: "deferred", BERT: "pending"}
    site._more = ""
    with ScriptedRelay() as relay:
        site.relay(relay.port).later(hours=1).runs()
        assert len(relay.bodies) == 2


ELSEWHERE = "another-machine/7/ab"


class Killed(BaseException):
    pass


def kill_at(point):
    def reached(at):
        if at == point:
            raise Killed

    return reached


def test_a_sender_on_another_machine_that_vanished_leaves_uncertain_when_its_lease_ends(site):
    with ScriptedRelay() as relay:
        site.relay(relay.port)
        with pytest.raises(Killed):
            site.runs(now=True, reached=kill_at("deliver.answered"), owner=ELSEWHERE)
        site.later(minutes=1).runs()
        assert site.deliveries("daily/1") == {ANNA: "sending", BERT: "sent"}
        site.later(minutes=11).runs()
        assert site.deliveries("daily/1") == {ANNA: "uncertain", BERT: "sent"}
        assert len(relay.bodies) == 2


def test_a_sender_that_was_only_slow_still_tells_what_became_of_its_message(site):
    with ScriptedRelay() as relay:
        site.relay(relay.port)
        raced = []

        def race(point):
            if point == "deliver.answered" and not raced:
                raced.append(point)
                site.later(minutes=30).runs()
                assert site.deliveries("daily/1")[ANNA] == "uncertain"

        site.runs(now=True, reached=race, owner=ELSEWHERE)
        assert len(relay.bodies) == 2
    assert site.deliveries("daily/1") == {ANNA: "sent", BERT: "sent"}


def test_a_living_sender_on_this_machine_is_never_doubted_however_long_it_takes(site):
    with ScriptedRelay() as relay:
        site.relay(relay.port)
        with pytest.raises(Killed):
            site.runs(now=True, reached=kill_at("deliver.answered"))
        site.later(hours=5).runs()
        assert site.deliveries("daily/1")[ANNA] == "sending"


def test_a_broken_template_costs_no_reader_their_edition(site):
    with ScriptedRelay(Manners(rcpt="451 later"), Manners()) as relay:
        site.relay(relay.port).runs(now=True)
        template = site.folder / "templates/email/digest.html"
        template.parent.mkdir(parents=True)
        template.write_text("{{ nothing.here }}")
        cycle = site.later(hours=1).runs()
        assert cycle.in_part
        assert set(site.deliveries("daily/1").values()) == {"deferred"}
        template.unlink()
        site.later(minutes=1).runs()
        assert site.deliveries("daily/1") == {ANNA: "sent", BERT: "sent"}


def test_two_spellings_of_an_address_are_one_reader(site):
    site._publications.clear()
    site.publication("daily", recipients=["Anna@example.org", "anna@example.org"])
    with ScriptedRelay() as relay:
        site.relay(relay.port).runs(now=True)
        assert len(relay.bodies) == 1


def test_a_respelt_address_keeps_its_waiting_mail(site):
    with ScriptedRelay(Manners(rcpt=("451 later", "250 ok")), Manners()) as relay:
        site.relay(relay.port).runs(now=True)
        site._publications.clear()
        site.publication("daily", recipients=["Anna@Example.org", BERT])
        site.later(hours=1).runs()
        assert len(relay.bodies) == 2
    assert site.deliveries("daily/1") == {ANNA: "sent", BERT: "sent"}


def test_an_edition_whose_publication_is_briefly_gone_is_sent_when_it_is_back(world):
    from digest.flows import edit as desk

    world.source("alpha").publishes("One")
    world.publication("daily", approval="manual", recipients=[ANNA])
    with ScriptedRelay() as relay:
        world.relay(relay.port).runs(now=True)
        with world.context() as context:
            desk.approve(context, desk.find(context, "daily/1"))
        kept, world._publications = world._publications, []
        world.later(minutes=1).runs()
        world._publications = kept
        world.later(minutes=1).runs()
        assert len(relay.bodies) == 1


def test_a_message_that_waited_for_a_week_is_no_news_any_more(site):
    with ScriptedRelay(Manners(rcpt="451 later"), Manners()) as relay:
        site.relay(relay.port).runs(now=True)
        site.later(days=120).runs()
        assert relay.bodies == []
    assert set(site.deliveries("daily/1").values()) == {"failed"}


def test_a_relay_that_refuses_us_again_and_again_is_left_alone(site):
    site._publications.clear()
    site.publication("daily", recipients=[f"reader{n}@example.org" for n in range(20)])
    with ScriptedRelay(Manners(rcpt="554 5.7.1 Relay access denied")) as relay:
        cycle = site.relay(relay.port).runs(now=True)
        assert cycle.dispatch.down
    states = list(site.deliveries("daily/1").values())
    assert states.count("deferred") == 5
    assert states.count("pending") == 15


def test_a_clock_that_was_wrong_does_not_hold_mail_back(site):
    with ScriptedRelay(Manners(rcpt="451 later"), Manners()) as relay:
        site.at("2027-03-02T06:00+00:00").relay(relay.port).runs(now=True)
        site.at("2026-03-02T07:00+00:00").runs()
        assert len(relay.bodies) == 2


def test_without_a_relay_the_edition_is_on_disk_and_done(world):
    world.source("alpha").publishes("One")
    world.publication("daily").runs(now=True)
    assert world.editions("daily")[0].state is EditionState.SENT


def test_a_message_bears_what_mail_programs_need(site):
    from email import message_from_bytes, policy

    with ScriptedRelay() as relay:
        site.relay(relay.port).runs(now=True)
        message = message_from_bytes(relay.bodies[0].removesuffix(b".\r\n"), policy=policy.SMTP)
    assert message["To"] == ANNA
    assert message["List-Id"].endswith("<daily.digest.example>")
    assert message["From"] == "Digest <digest@digest.example>"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert "https://alpha.example/one" in message.get_body(("plain",)).get_content()
