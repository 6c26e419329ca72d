"""A relay by SMTP (RFC 5321): a few lines, used again; each answer is told for what it proves.

Before the text is sent, whatever goes wrong is a certain non-send. Once it has begun to leave, 250
is certain, and so is a 4xx, by which the relay says that it took nothing over (RFC 5321, 4.2.1). A
refusal for good, a silence or a broken line may hide a message that was taken.
"""

import smtplib
import ssl
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from datetime import datetime

from crm.config import MailSettings
from crm.core import clock
from crm.mail.rules import enhanced_code, is_dead, is_loopback, is_passing
from crm.mail.types import Accepted, Letter, NotSent, Outcome, Refused, Uncertain

MOST_MESSAGES = 200
IDLE_SECONDS = 20.0
# A relay that let fewer in is asked for as many again after this.
FEWER_SECONDS = 600.0
_READY, _DONE, _CLOSING, _TEMPORARY, _PERMANENT = 354, 250, 421, 400, 500
# Too full to take it, said for good by mistake: read as 452 (RFC 5321, 4.5.3.1.10).
_FULL = 552


class _NoConnectionError(Exception):
    """The relay cannot be reached, or will not let us in."""


class _AnsweredError(Exception):
    """The relay said no before the text was sent.

    `is_dead`: nobody has the reader's address. `is_passing`: it may take the message later.
    """

    is_dead = False

    def __init__(self, code: int, text: bytes) -> None:
        super().__init__(code)
        self.code = code
        self.text = f"{code} {text.decode(errors='replace')}"
        enhanced = enhanced_code(self.text)
        is_full = code == _FULL and enhanced is None
        self.is_passing = code < _PERMANENT or is_full or is_passing(enhanced)


class SmtpGateway:
    """Sends through the relay of the settings, by as many lines as they allow."""

    name = "smtp"

    def __init__(
        self, settings: MailSettings, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._monotonic = monotonic
        self._lines = [_Line(settings, monotonic) for _ in range(settings.smtp_connections)]
        self._open = len(self._lines)
        # Whoever asks for one line wants one letter in doubt at the most.
        self.goes_ahead = len(self._lines) > 1
        self._fewer_until = 0.0
        self._senders: ThreadPoolExecutor | None = None
        self.leaves_the_machine = not is_loopback(settings.smtp_host)

    @property
    def most(self) -> int:
        """Return how many letters leave at once: one on each line that the relay lets us open."""
        if self._open < len(self._lines) and self._monotonic() >= self._fewer_until:
            self._open = len(self._lines)
        return self._open

    def joins(self, _first: Letter, _letter: Letter) -> bool:
        """Tell that any two letters may leave at once: each has a line of its own."""
        return True

    def send(self, letter: Letter) -> Outcome:
        """Send a letter; a connection that the relay had closed meanwhile is made again, once."""
        return self._lines[0].send(letter)

    def send_together(
        self, letters: Sequence[Letter], until: datetime | None = None
    ) -> list[Outcome]:
        """Send letters at the same time, `most` at most, each on a line of its own.

        A relay that lets the first line in and not another has as many as it takes: what was to
        leave by the other goes by the first.
        """
        if len(letters) == 1:
            return [self.send(letters[0])]
        if self._senders is None:
            self._senders = ThreadPoolExecutor(len(self._lines), "smtp")
        begun = [
            self._senders.submit(line.send, letter)
            for line, letter in zip(self._lines, letters, strict=False)
        ]
        wait(begun)
        outcomes = [each.result() for each in begun]
        self._send_by_the_first(letters, outcomes, until)
        return outcomes

    def _send_by_the_first(
        self, letters: Sequence[Letter], outcomes: list[Outcome], until: datetime | None
    ) -> None:
        """Send what the other lines could not, while the first one works; note how it ended."""
        last = outcomes[0]
        for place, outcome in enumerate(outcomes):
            is_late = until is not None and clock.now() >= until
            if is_late or _is_down(last) or isinstance(last, Uncertain):
                return
            if _is_down(outcome):
                self._open = min(self._open, place)
                self._fewer_until = self._monotonic() + FEWER_SECONDS
                last = outcomes[place] = self.send(letters[place])

    def close(self) -> None:
        """Say goodbye on each line."""
        for line in self._lines:
            line.close()
        if self._senders is not None:
            self._senders.shutdown()
            self._senders = None


class _Line:
    """One connection to the relay: kept for the next letter, made again when it has gone."""

    def __init__(self, settings: MailSettings, monotonic: Callable[[], float]) -> None:
        self._settings = settings
        self._monotonic = monotonic
        self._client: smtplib.SMTP | None = None
        self._count = 0
        self._used_at = 0.0

    def send(self, letter: Letter) -> Outcome:
        """Send a letter; a connection that the relay had closed meanwhile is made again, once."""
        was_open = self._client is not None
        try:
            return self._send_on(self._connected(), letter)
        except smtplib.SMTPServerDisconnected:
            self._forget()
            if not was_open:
                return NotSent("connection closed", is_relay_down=True)
        except _NoConnectionError as error:
            self._forget()
            return NotSent(str(error), is_relay_down=True)
        except OSError as error:
            self._forget()
            return NotSent(_told(error), is_relay_down=True)
        try:
            return self._send_on(self._connected(), letter)
        except (_NoConnectionError, OSError) as error:
            self._forget()
            return NotSent(_told(error), is_relay_down=True)

    def close(self) -> None:
        """Say goodbye, if there is a connection."""
        if self._client is not None:
            with suppress(OSError):
                self._client.quit()
        self._forget()

    def _send_on(self, client: smtplib.SMTP, letter: Letter) -> Outcome:
        """Raise SMTPServerDisconnected or OSError only before the text has begun to leave."""
        try:
            self._announce(client, letter)
        except ValueError as error:  # an accent where the protocol has none
            self._reset(client)
            return Refused(type(error).__name__)
        except _AnsweredError as error:
            if error.code == _CLOSING:
                self._forget()
                return NotSent(error.text, is_relay_down=True)
            self._reset(client)
            if error.is_passing:
                return NotSent(error.text)
            return Refused(error.text, is_dead=error.is_dead)
        return self._send_text(client, letter.content)

    def _reset(self, client: smtplib.SMTP) -> None:
        """Make the connection ready for another message; one that breaks is forgotten."""
        try:
            client.rset()
        except OSError:
            self._forget()

    def _announce(self, client: smtplib.SMTP, letter: Letter) -> None:
        _expect(client.mail(letter.envelope_sender), 250)
        try:
            _expect(client.rcpt(letter.recipient), 250, 251)
        except _AnsweredError as error:
            error.is_dead = is_dead(enhanced_code(error.text))
            raise
        _expect(client.docmd("DATA"), _READY)

    def _send_text(self, client: smtplib.SMTP, text: bytes) -> Outcome:
        text = text.replace(b"\r\n.", b"\r\n..")  # it begins with a header: no dot there
        ending = b".\r\n" if text.endswith(b"\r\n") else b"\r\n.\r\n"
        try:
            client.send(text + ending)
            code, answer = client.getreply()
        except OSError as error:
            self._forget()
            return Uncertain(_told(error))
        told = f"{code} {answer.decode(errors='replace')}"
        self._count += 1
        self._used_at = self._monotonic()
        if code == _CLOSING:
            self._forget()
        if _TEMPORARY <= code < _PERMANENT:
            return NotSent(told, is_relay_down=code == _CLOSING)
        return Accepted(told) if code == _DONE else Uncertain(told)

    def _connected(self) -> smtplib.SMTP:
        """Return the connection in use, or a new one after many messages or a long silence."""
        if self._client is not None and (
            self._count >= MOST_MESSAGES or self._monotonic() - self._used_at > IDLE_SECONDS
        ):
            self.close()
        if self._client is None:
            self._client = self._connect()
            self._count = 0
        self._used_at = self._monotonic()
        return self._client

    def _connect(self) -> smtplib.SMTP:
        of = self._settings
        client: smtplib.SMTP | None = None
        try:
            if of.smtp_security == "tls":
                client = smtplib.SMTP_SSL(
                    of.smtp_host,
                    of.smtp_port,
                    timeout=of.timeout_seconds,
                    context=ssl.create_default_context(),
                )
            else:
                client = smtplib.SMTP(of.smtp_host, of.smtp_port, timeout=of.timeout_seconds)
            if of.smtp_security == "starttls":
                client.starttls(context=ssl.create_default_context())
            client.ehlo_or_helo_if_needed()
            if of.smtp_user:
                client.login(of.smtp_user, of.smtp_password)
        except (OSError, smtplib.SMTPException) as error:
            if client is not None:
                client.close()
            raise _NoConnectionError(_told(error)) from error
        except (
            ValueError
        ) as error:  # an accent in the user or the password, of which nothing is told
            if client is not None:
                client.close()
            raise _NoConnectionError(type(error).__name__) from None
        return client

    def _forget(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None


def _is_down(outcome: Outcome) -> bool:
    return isinstance(outcome, NotSent) and outcome.is_relay_down


def _expect(reply: tuple[int, bytes], *codes: int) -> None:
    if reply[0] not in codes:
        raise _AnsweredError(*reply)


def _told(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        said = text.decode(errors="replace") if isinstance(text, bytes) else text
        return f"{error.smtp_code} {said}"
    return f"{type(error).__name__}: {error}"
