"""A relay by SMTP (RFC 5321): one connection, used again; each answer is told for what it proves.

Before the text is sent, whatever goes wrong is a certain non-send. Once it has begun to leave, only
250 is certain: a refusal, a silence or a broken line may hide a message that was taken.
"""

import re
import smtplib
import ssl
import time
from collections.abc import Callable
from contextlib import suppress

from crm.config import MailSettings
from crm.mail.rules import is_loopback
from crm.mail.types import Accepted, Letter, NotSent, Outcome, Refused, Uncertain

MOST_MESSAGES = 200
IDLE_SECONDS = 20.0
_READY, _DONE, _CLOSING, _PERMANENT = 354, 250, 421, 500
_LINE_START_DOT = re.compile(rb"(?m)^\.")


class _NoConnectionError(Exception):
    """The relay cannot be reached, or will not let us in."""


class _AnsweredError(Exception):
    """The relay said no before the text was sent."""

    def __init__(self, code: int, text: bytes) -> None:
        super().__init__(code)
        self.code = code
        self.text = f"{code} {text.decode(errors='replace')}"


class SmtpGateway:
    """Sends through the relay of the settings."""

    name = "smtp"

    def __init__(
        self, settings: MailSettings, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._monotonic = monotonic
        self._client: smtplib.SMTP | None = None
        self._count = 0
        self._used_at = 0.0
        self.leaves_the_machine = not is_loopback(settings.smtp_host)

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
            text = letter.message.as_bytes()
            self._announce(client, letter)
        except ValueError as error:  # an accent where the protocol has none
            self._reset(client)
            return Refused(type(error).__name__)
        except _AnsweredError as error:
            if error.code == _CLOSING:
                self._forget()
                return NotSent(error.text, is_relay_down=True)
            self._reset(client)
            if error.code >= _PERMANENT:
                return Refused(error.text)
            return NotSent(error.text)
        return self._send_text(client, text)

    def _reset(self, client: smtplib.SMTP) -> None:
        """Make the connection ready for another message; one that breaks is forgotten."""
        try:
            client.rset()
        except OSError:
            self._forget()

    def _announce(self, client: smtplib.SMTP, letter: Letter) -> None:
        _expect(client.mail(letter.envelope_sender), 250)
        _expect(client.rcpt(letter.recipient), 250, 251)
        _expect(client.docmd("DATA"), _READY)

    def _send_text(self, client: smtplib.SMTP, text: bytes) -> Outcome:
        text = _LINE_START_DOT.sub(b"..", text)
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


def _expect(reply: tuple[int, bytes], *codes: int) -> None:
    if reply[0] not in codes:
        raise _AnsweredError(*reply)


def _told(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        said = text.decode(errors="replace") if isinstance(text, bytes) else text
        return f"{error.smtp_code} {said}"
    return f"{type(error).__name__}: {error}"
