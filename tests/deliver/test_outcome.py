import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.outcome import Phase, from_loss, from_reply
from digest.model import DeliveryState, Outcome

SENT, DEFERRED, FAILED, UNCERTAIN = (
    DeliveryState.SENT, DeliveryState.DEFERRED, DeliveryState.FAILED, DeliveryState.UNCERTAIN
)  # fmt: skip
ABOUT_THE_MESSAGE = [Phase.RCPT, Phase.DATA, Phase.DOT]
ABOUT_US = [Phase.CONNECT, Phase.EHLO, Phase.TLS, Phase.AUTH, Phase.MAIL]


def test_a_receipt_is_kept_with_the_words_and_codes_of_the_relay():
    outcome = from_reply(Phase.DOT, 250, "2.0.0 Ok: queued as 4F2A")
    assert outcome == Outcome(SENT, "2.0.0 Ok: queued as 4F2A", 250, "2.0.0")


@pytest.mark.parametrize("code", [200, 250, 251, 252, 299])
def test_any_2xx_after_the_dot_is_sent(code):
    assert from_reply(Phase.DOT, code, "ok").state is SENT


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("code", [421, 450, 451, 452, 454, 499])
def test_any_4xx_is_deferred_wherever_it_is_said(phase, code):
    assert from_reply(phase, code, "later").state is DEFERRED


@pytest.mark.parametrize("phase", ABOUT_THE_MESSAGE)
@pytest.mark.parametrize("code", [500, 550, 551, 552, 553, 554])
def test_a_5xx_about_the_reader_or_the_message_fails(phase, code):
    assert from_reply(phase, code, "no").state is FAILED


@pytest.mark.parametrize("phase", ABOUT_US)
@pytest.mark.parametrize("code", [500, 502, 530, 535, 550, 554])
def test_a_5xx_about_us_or_the_relay_costs_no_reader(phase, code):
    outcome = from_reply(phase, code, "5.7.1 we do not like you")
    assert (outcome.state, outcome.words) == (DEFERRED, "5.7.1 we do not like you")


@pytest.mark.parametrize("phase", ABOUT_THE_MESSAGE)
@pytest.mark.parametrize("code", [503, 530, 534, 535, 538])
def test_a_demand_for_a_login_is_about_us_even_when_it_comes_late(phase, code):
    assert from_reply(phase, code, "log in first").state is DEFERRED


@pytest.mark.parametrize("code", [0, 99, 100, 199, 300, 354, 399, 600, 999])
@pytest.mark.parametrize("phase", Phase)
def test_what_is_unknown_is_temporary(phase, code):
    assert from_reply(phase, code, "?").state is DEFERRED


@pytest.mark.parametrize("phase", [*ABOUT_US, Phase.RCPT, Phase.DATA])
def test_a_loss_before_the_final_dot_is_deferred(phase):
    outcome = from_loss(phase, ConnectionResetError(104, "Connection reset by peer"))
    assert outcome.state is DEFERRED
    assert outcome.code is None
    assert "Connection reset by peer" in outcome.words
    assert outcome.words.startswith(phase.value)


def test_a_loss_after_the_final_dot_is_uncertain():
    assert from_loss(Phase.DOT, TimeoutError()) == Outcome(UNCERTAIN, "waiting for the receipt: TimeoutError")


@pytest.mark.parametrize(
    ("code", "words", "enhanced"),
    [
        (550, "5.1.1 <a@b>: unknown", "5.1.1"),
        (550, "  5.1.10 unknown", "5.1.10"),
        (250, "2.0.0", "2.0.0"),
        (550, "5.1.1: unknown", None),
        (550, "4.1.1 not of this class", None),
        (550, "mailbox 5.1.1 unknown", None),
        (550, "5.1.1.1 is no code", None),
        (550, "", None),
    ],
)
def test_the_enhanced_code_is_read_where_rfc_3463_puts_it(code, words, enhanced):
    assert from_reply(Phase.RCPT, code, words).enhanced == enhanced


@given(st.sampled_from(Phase), st.integers(-1, 1000), st.text(max_size=2000))
def test_words_are_one_clean_line_of_bounded_length(phase, code, words):
    for outcome in (from_reply(phase, code, words), from_loss(phase, words)):
        assert len(outcome.words) <= 500
        assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in outcome.words)
        assert len(outcome.words.splitlines()) <= 1


def test_several_lines_become_one():
    assert from_reply(Phase.RCPT, 550, "5.1.1 first\n5.1.1 second\x1b[31m").words == "5.1.1 first 5.1.1 second [31m"


def test_a_policy_refusal_of_a_recipient_is_about_us_and_costs_no_reader():
    assert from_reply(Phase.RCPT, 554, "5.7.1 <anna@example.org>: Relay access denied").state is DEFERRED
    assert from_reply(Phase.RCPT, 550, "5.1.1 no such user").state is DeliveryState.FAILED
