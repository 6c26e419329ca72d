"""A real SMTP server on loopback, which keeps what it takes and can be told to misbehave."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope, Session

from crm.mail.types import Letter

STRICT = SMTP.clone(raise_on_defect=True)
Answer = Callable[[Envelope], str | None]


def parsed(letter: Letter) -> EmailMessage:
    """Return a letter as those who receive it read it, parsed strictly."""
    return parsed_bytes(letter.content)


def parsed_bytes(content: bytes) -> EmailMessage:
    """Return an e-mail, parsed strictly."""
    return BytesParser(EmailMessage, policy=STRICT).parsebytes(content)


class Sink:
    """What was taken; `answers` maps MAIL, RCPT or DATA to what is said instead of 250."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.answers: dict[str, Answer] = {}
        self.sessions = 0

    @property
    def messages(self) -> list[EmailMessage]:
        """Return the messages taken, parsed strictly."""
        return [parsed_bytes(bytes(each.content or b"")) for each in self.envelopes]

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's own names
        self, _server: object, session: Session, _envelope: Envelope, hostname: str,
        responses: list[str],
    ) -> list[str]:  # fmt: skip
        """Count the connections."""
        session.host_name = hostname
        self.sessions += 1
        return responses

    async def handle_MAIL(  # noqa: N802
        self, _server: object, _session: Session, envelope: Envelope, address: str,
        _options: list[str],
    ) -> str:  # fmt: skip
        """Take a sender, or say what the test wants."""
        envelope.mail_from = address
        answer = self.answers.get("MAIL")
        return (answer(envelope) if answer else None) or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: object, _session: Session, envelope: Envelope, address: str,
        _options: list[str],
    ) -> str:  # fmt: skip
        """Take a recipient, or say what the test wants."""
        envelope.rcpt_tos.append(address)
        answer = self.answers.get("RCPT")
        return (answer(envelope) if answer else None) or "250 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: object, _session: Session, envelope: Envelope
    ) -> str:
        """Keep a message, or say what the test wants."""
        answer = self.answers.get("DATA")
        said = (answer(envelope) if answer else None) or "250 taken"
        if said.startswith("250"):
            self.envelopes.append(envelope)
        return said


@contextmanager
def running_sink(sink: Sink | None = None) -> Iterator[tuple[Sink, int]]:
    """Give a sink and the port of loopback it listens on."""
    sink = sink or Sink()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield sink, port
    finally:
        controller.stop()
