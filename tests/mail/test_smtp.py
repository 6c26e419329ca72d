"""The relay by SMTP, against a real server on loopback: what each answer proves."""

import os
import signal
import smtplib
import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crm.config import ConfigurationError, MailSettings
from crm.mail.gateways.choice import choose_gateway
from crm.mail.gateways.file import FileGateway
from crm.mail.gateways.smtp import IDLE_SECONDS, MOST_MESSAGES, SmtpGateway
from crm.mail.letters import compose
from crm.mail.models import Delivery
from crm.mail.rules import check_html
from crm.mail.types import Accepted, Letter, NotSent, Outcome, Refused, Uncertain
from crm.mail.writers import Written
from tests.support.sinks import Sink, parsed, running_sink

SENDER = "contact@reseau.fr"


def _settings(port: int = 25, **more: str) -> MailSettings:
    environ = {
        "CRM_MAIL_SENDER": SENDER,
        "CRM_MAIL_SMTP_HOST": "127.0.0.1",
        "CRM_MAIL_SMTP_PORT": str(port),
        "CRM_MAIL_SMTP_SECURITY": "none",
        "CRM_MAIL_TIMEOUT_SECONDS": "1",
    }
    return MailSettings.read(environ | more, "test")


def _letter(
    number: int = 1, settings: MailSettings | None = None, recipient: str = "a@b.example"
) -> Letter:
    delivery = Delivery(
        token=f"{number:032x}", recipient=recipient, created_at=datetime(2026, 3, 2, tzinfo=UTC)
    )
    written = Written("Été « prévu »", "Bonjour,\n.\n..fin é\n", "<p>Été</p>")
    return compose(settings or _settings(), "Réseau d’essai", delivery, written)


@pytest.fixture
def relay() -> Iterator[tuple[Sink, SmtpGateway]]:
    """Return a sink and a gateway that sends to it."""
    with running_sink() as (sink, port):
        # Long enough for a machine that is busy: no test here waits for it.
        gateway = SmtpGateway(_settings(port, CRM_MAIL_TIMEOUT_SECONDS="20"))
        yield sink, gateway
        gateway.close()


def test_a_message_arrives_as_it_was_written(relay: tuple[Sink, SmtpGateway]) -> None:
    sink, gateway = relay
    outcome = gateway.send(_letter())
    assert isinstance(outcome, Accepted)
    (message,) = sink.messages
    text, html = message.iter_parts()
    assert text.get_content().replace("\r\n", "\n") == "Bonjour,\n.\n..fin é\n"
    assert "<p>Été</p>" in html.get_content()
    assert message["Subject"] == "Été « prévu »"
    assert str(message["From"]) == f"Réseau d’essai <{SENDER}>"
    assert message["Message-ID"] == f"<{1:032x}@reseau.fr>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == datetime(2026, 3, 2, tzinfo=UTC)
    assert "Reply-To" not in message
    assert sink.envelopes[0].mail_from == SENDER


def test_one_connection_carries_many_messages(relay: tuple[Sink, SmtpGateway]) -> None:
    sink, gateway = relay
    for number in range(MOST_MESSAGES + 1):
        assert isinstance(gateway.send(_letter(number)), Accepted)
    assert len(sink.envelopes) == MOST_MESSAGES + 1
    assert sink.sessions == 2


def test_after_a_long_silence_the_connection_is_made_again() -> None:
    now = [0.0]
    with running_sink() as (sink, port):
        gateway = SmtpGateway(_settings(port), monotonic=lambda: now[0])
        for _ in range(2):
            gateway.send(_letter())
        assert sink.sessions == 1
        now[0] = 2 * IDLE_SECONDS
        assert isinstance(gateway.send(_letter()), Accepted)
        assert sink.sessions == 2
        gateway.close()


@pytest.mark.parametrize(
    ("stage", "said", "kind"),
    [
        ("RCPT", "550 5.1.1 unknown", Refused),
        ("RCPT", "451 4.7.1 greylisted", NotSent),
        ("RCPT", "421 4.3.2 closing", NotSent),
        ("RCPT", "552 5.2.2 mailbox full", NotSent),
        ("RCPT", "552 mailbox full", NotSent),
        ("RCPT", "552 5.3.4 too big", Refused),
        ("RCPT", "550 5.5.3 too many readers", NotSent),
        ("DATA", "552 5.2.2 mailbox full", Uncertain),
        ("DATA", "451 4.3.0 try again", NotSent),
        ("DATA", "421 4.3.2 closing", NotSent),
        ("DATA", "554 5.7.1 spam", Uncertain),
    ],
)
def test_an_answer_proves_what_it_proves(
    relay: tuple[Sink, SmtpGateway], stage: str, said: str, kind: type[Outcome]
) -> None:
    sink, gateway = relay
    sink.answers[stage] = lambda _envelope: said
    outcome = gateway.send(_letter())
    assert isinstance(outcome, kind)
    assert outcome.reason == said
    assert sink.envelopes == []
    sink.answers.clear()
    assert isinstance(gateway.send(_letter()), Accepted)


@pytest.mark.parametrize(
    ("stage", "said", "is_dead"),
    [
        ("RCPT", "550 5.1.1 unknown", True),
        ("RCPT", "550 5.2.1 closed", True),
        ("RCPT", "550 5.7.1 relaying denied", False),
        ("RCPT", "550 5.1.9 a relay on the way", False),
        ("RCPT", "556 5.1.10 takes no mail", True),
        ("RCPT", "550 unknown", False),
        ("MAIL", "550 5.1.0 sender unknown", False),
    ],
)
def test_an_address_is_dead_when_the_relay_says_so_of_the_reader(
    relay: tuple[Sink, SmtpGateway], stage: str, said: str, is_dead: bool
) -> None:
    sink, gateway = relay
    sink.answers[stage] = lambda _envelope: said
    assert gateway.send(_letter()) == Refused(said, is_dead=is_dead)


def test_only_a_relay_that_is_gone_keeps_the_other_messages_waiting(
    relay: tuple[Sink, SmtpGateway],
) -> None:
    sink, gateway = relay
    for stage in ("RCPT", "DATA"):
        for said, is_down in (("451 greylisted", False), ("421 closing", True)):
            sink.answers = {stage: lambda _envelope, said=said: said}
            outcome = gateway.send(_letter())
            assert isinstance(outcome, NotSent)
            assert outcome.is_relay_down is is_down


def test_a_relay_that_is_not_there_took_nothing() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    outcome = SmtpGateway(_settings(port)).send(_letter())
    assert isinstance(outcome, NotSent)
    assert outcome.is_relay_down


def test_a_connection_closed_meanwhile_is_made_again() -> None:
    with running_sink() as (sink, port):
        gateway = SmtpGateway(_settings(port))
        gateway.send(_letter(1))
        assert gateway._lines[0]._client is not None
        assert gateway._lines[0]._client.sock is not None
        gateway._lines[0]._client.sock.shutdown(socket.SHUT_RDWR)
        assert isinstance(gateway.send(_letter(2)), Accepted)
        assert (sink.sessions, len(sink.envelopes)) == (2, 2)
        gateway.close()


@pytest.mark.parametrize("user", ["nous", "élise"])
def test_a_password_that_cannot_be_said_is_a_non_send(
    relay: tuple[Sink, SmtpGateway], monkeypatch: pytest.MonkeyPatch, user: str
) -> None:
    sink, gateway = relay
    # The relay of the tests offers no sign-in without TLS: what is asked here is what ours says.
    monkeypatch.setattr(smtplib.SMTP, "login", lambda *of: "".join(of[1:]).encode("ascii"))
    more = {"CRM_MAIL_SMTP_USER": user, "CRM_MAIL_SMTP_PASSWORD": "secrèt"}
    outcome = SmtpGateway(_settings(gateway._lines[0]._settings.smtp_port, **more)).send(_letter())
    assert isinstance(outcome, NotSent)
    assert outcome.is_relay_down
    assert "secr" not in outcome.reason
    assert sink.envelopes == []


def test_what_cannot_be_written_was_not_sent(
    relay: tuple[Sink, SmtpGateway],
) -> None:
    sink, gateway = relay
    letter = replace(_letter(), recipient="é@b.example")
    assert isinstance(gateway.send(letter), Refused)
    assert sink.envelopes == []
    assert isinstance(gateway.send(_letter()), Accepted)


class _Dumb:
    """A server that stops speaking once it has the text, or before it asks for it."""

    def __init__(self, *, last: str, closes: bool, says: bytes = b"") -> None:
        self.says = says
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.last, self.closes = last, closes
        self.child = self._fork()

    def _fork(self) -> int:
        child = os.fork()
        if child == 0:
            try:
                self._speak()
            finally:
                os._exit(0)
        return child

    def _speak(self) -> None:
        peer, _ = self.listener.accept()
        stream = peer.makefile("rwb")
        stream.write(b"220 here\r\n")
        stream.flush()
        is_text = False
        for line in stream:
            if line.upper().startswith(self.last.encode()):
                break
            if not is_text:
                is_text = line.upper() == b"DATA\r\n"
                stream.write(b"354 go\r\n" if is_text else b"250 ok\r\n")
                stream.flush()
        stream.write(self.says)
        stream.flush()
        if not self.closes:
            peer.recv(1)
        peer.close()

    def stop(self) -> None:
        """End the child."""
        os.kill(self.child, signal.SIGKILL)
        os.waitpid(self.child, 0)
        self.listener.close()


@pytest.mark.parametrize("closes", [True, False])
@pytest.mark.parametrize(("last", "kind"), [("RCPT", NotSent), (".\r\n", Uncertain)])
def test_silence_before_the_text_is_a_non_send_and_after_it_is_uncertain(
    last: str, kind: type[Outcome], closes: bool
) -> None:
    server = _Dumb(last=last, closes=closes)
    try:
        outcome = SmtpGateway(_settings(server.port)).send(_letter())
    finally:
        server.stop()
    assert isinstance(outcome, kind)


def test_a_refusal_stays_one_when_the_relay_hangs_up_after_it() -> None:
    server = _Dumb(last="RCPT", closes=True, says=b"550 5.1.1 unknown\r\n")
    try:
        outcome = SmtpGateway(_settings(server.port)).send(_letter())
    finally:
        server.stop()
    assert outcome == Refused("550 5.1.1 unknown", is_dead=True)


def test_a_relay_whose_certificate_nobody_vouches_for_gets_no_password(
    relay: tuple[Sink, SmtpGateway],
) -> None:
    sink, gateway = relay
    port = gateway._lines[0]._settings.smtp_port
    secret = {"CRM_MAIL_SMTP_USER": "nous", "CRM_MAIL_SMTP_PASSWORD": "secret"}
    for security in ("starttls", "tls"):
        settings = _settings(port, CRM_MAIL_SMTP_SECURITY=security, **secret)
        outcome = SmtpGateway(settings).send(_letter())
        assert isinstance(outcome, NotSent)
        assert outcome.is_relay_down
        assert "secret" not in outcome.reason
    assert ssl.create_default_context().verify_mode is ssl.CERT_REQUIRED
    assert sink.envelopes == []


def test_the_envelope_can_say_which_message_failed() -> None:
    settings = _settings(CRM_MAIL_ENVELOPE_SENDER="retours+{token}@reseau.fr")
    assert _letter(7, settings).envelope_sender == f"retours+{7:032x}@reseau.fr"


def test_a_letter_composed_twice_is_the_same_to_the_byte() -> None:
    assert _letter().content == _letter().content
    lines = _letter().content.split(b"\r\n")
    assert max(map(len, lines)) <= 78
    assert all(line.isascii() for line in lines)


def test_a_reply_goes_where_the_settings_say() -> None:
    settings = _settings(CRM_MAIL_REPLY_TO="equipe@reseau.fr")
    assert parsed(_letter(1, settings))["Reply-To"] == "equipe@reseau.fr"


@pytest.mark.parametrize(
    ("domain", "written"),
    [
        ("forêt.example", "xn--fort-ipa.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("FORÊT.example", "xn--fort-ipa.example"),
        ("sous_domaine.example", "sous_domaine.example"),
    ],
)
def test_a_domain_is_written_as_the_network_does(domain: str, written: str) -> None:
    assert _letter(recipient=f"a@{domain}").recipient == f"a@{written}"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("recipient", "a@b.example\r\nBcc: c@d.example"),
        ("recipient", "a@@b.example"),
        ("recipient", ""),
        ("recipient", "é@b.example"),
        ("recipient", "a@é..example"),
        ("subject", "Objet\nBcc: c@d.example"),
        ("html_body", '<p><IMG alt="" src = "https://pixel.example/1"></p>'),
        ("html_body", "<div style=\"background:url('//pixel.example/1')\">"),
        ("html_body", "<table background=//pixel.example/1>"),
        ("html_body", "<style>p { color: red } @import 'a.css';</style>"),
        ("html_body", "<STYLE media=all>p { background: url(https://pixel.example/1) }</style>"),
        ("headers", {"List-Id": "a\r\nBcc: b@c.example"}),
        ("headers", {"Bcc": "b@c.example"}),
    ],
)
def test_what_an_e_mail_may_not_hold_is_refused(field: str, value: object) -> None:
    values = {"subject": "Objet", "text_body": "Texte", "html_body": "<p>a</p>", "headers": {}}
    recipient = str(value) if field == "recipient" else "a@b.example"
    written = Written(**(values | ({field: value} if field in values else {})))  # type: ignore[arg-type]
    delivery = Delivery(token="t", recipient=recipient, created_at=datetime(2026, 3, 2, tzinfo=UTC))
    with pytest.raises(ValueError, match=r".+"):
        compose(_settings(), "Réseau", delivery, written)


@pytest.mark.parametrize(
    "typed",
    ["Répondre à contact@import-nord.fr", "background=//x", "url(//x)", "&lt;img src=//x&gt;"],
)
def test_what_people_typed_may_speak_of_anything(typed: str) -> None:
    check_html(f"<style>p {{ color: red }}</style><p title=a>{typed}</p>")


def test_a_file_is_whole_private_and_the_same_when_repeated(tmp_path: Path) -> None:
    gateway = FileGateway(tmp_path / "messages")
    for _ in range(2):
        outcome = gateway.send(_letter())
        assert isinstance(outcome, Accepted)
    (file,) = (tmp_path / "messages").iterdir()
    assert file.name == outcome.answer == f"20260302T000000-{1:032x}.eml"
    assert file.read_bytes() == _letter().content
    assert file.stat().st_mode & 0o077 == 0
    assert gateway.erase_older_than(datetime(2020, 1, 1, tzinfo=UTC)) == 0
    assert gateway.erase_older_than(datetime(2100, 1, 1, tzinfo=UTC)) == 1


def test_a_folder_that_cannot_be_written_keeps_the_messages_waiting(tmp_path: Path) -> None:
    (tmp_path / "messages").write_text("a file where the folder should be")
    outcome = FileGateway(tmp_path / "messages").send(_letter())
    assert isinstance(outcome, NotSent)
    assert outcome.is_relay_down


def test_without_a_relay_nothing_leaves(tmp_path: Path) -> None:
    chosen = choose_gateway(MailSettings.read({}, "development"), tmp_path)
    assert isinstance(chosen, FileGateway)
    assert not chosen.leaves_the_machine
    assert isinstance(choose_gateway(_settings(), tmp_path), SmtpGateway)


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"CRM_MAIL_SMTP_USER": "nous", "CRM_MAIL_SMTP_PASSWORD": "x"}, "CRM_MAIL_SMTP_HOST"),
        ({"CRM_MAIL_SMTP_HOST": "127.0.0.1", "CRM_MAIL_SMTP_USER": "nous"}, "SMTP_PASSWORD"),
        ({"CRM_MAIL_SMTP_HOST": "127.0.0.1", "CRM_MAIL_SMTP_PASSWORD": "x"}, "SMTP_USER"),
        ({"CRM_MAIL_SMTP_SECURITY": "ssl"}, "CRM_MAIL_SMTP_SECURITY"),
        ({"CRM_MAIL_SMTP_PORT": "smtp"}, "CRM_MAIL_SMTP_PORT"),
        ({"CRM_MAIL_TIMEOUT_SECONDS": "0"}, "CRM_MAIL_TIMEOUT_SECONDS"),
        ({"CRM_MAIL_SENDER": "équipe@reseau.fr"}, "CRM_MAIL_SENDER: .*without accents"),
        ({"CRM_MAIL_ENVELOPE_SENDER": "a@réseau.fr"}, "ENVELOPE_SENDER: .*without accents"),
        ({"CRM_MAIL_REPLY_TO": "Nous <nous@reseau.fr>"}, "CRM_MAIL_REPLY_TO"),
        ({"CRM_MAIL_SMTP_HOST": "smtp.reseau.fr"}, "this machine"),
    ],
)
def test_settings_by_half_say_what_to_set(environ: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        MailSettings.read(environ, "test")


def test_a_password_is_not_sent_in_the_clear() -> None:
    environ = {
        "CRM_MAIL_SMTP_HOST": "smtp.reseau.fr",
        "CRM_MAIL_SMTP_SECURITY": "none",
        "CRM_MAIL_SMTP_USER": "nous",
        "CRM_MAIL_SMTP_PASSWORD": "x",
    }
    with pytest.raises(ConfigurationError, match="CRM_MAIL_SMTP_SECURITY"):
        MailSettings.read(environ, "production")
