"""SendGrid by its own library: up to 50 letters a call, each to one reader, none seeing another.

What goes wrong before the request has left whole is a certain non-send, and so are the answers by
which SendGrid refuses to look (4xx). After that, only 202 is certain.
"""

import json
import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any

from python_http_client.exceptions import HTTPError
from sendgrid import SendGridAPIClient

from crm.config import MailSettings
from crm.core import clock
from crm.mail.gateways.sendgrid_calls import TracedClient
from crm.mail.gateways.sendgrid_requests import request_for, same_bodies, share_a_call
from crm.mail.types import Accepted, Letter, NotSent, Outcome, Refused, Uncertain

MOST = 50
LONGEST_WAIT = timedelta(hours=1)
_BAD_REQUEST, _TOO_LARGE, _TOO_MANY, _SERVER = 400, 413, 429, 500
# Faults of what all share: cutting the call in two would not find a reader to blame.
_SHARED = ("from", "reply_to", "subject", "content", "attachments", "headers", "tracking_settings")
_OUT_OF_TIME = NotSent("not tried: the other calls took too long", is_relay_down=True)
# It would write keys and messages into a log that is set to tell everything.
logging.getLogger("python_http_client").setLevel(logging.INFO)


class SendGridGateway:
    """Sends through the account of the settings."""

    name = "sendgrid"
    most = MOST
    # A call is long, and what an attempt that died leaves unknown are two calls' letters then.
    goes_ahead = False

    def __init__(self, settings: MailSettings, now: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._now = now
        self.leaves_the_machine = settings.sendgrid.is_elsewhere

    def send(self, letter: Letter) -> Outcome:
        """Send a letter by itself."""
        return self.send_together([letter])[0]

    def joins(self, first: Letter, letter: Letter) -> bool:
        """Tell whether one call carries both: they share their bodies."""
        return share_a_call(first, letter)

    def send_together(
        self, letters: Sequence[Letter], until: datetime | None = None
    ) -> list[Outcome]:
        """Send letters, those that share their bodies in one call; say how it ended for each.

        No call begins from `until` on: whoever gave the letters may believe them lost by then.
        """
        outcomes: dict[str, Outcome] = {}
        found: list[Outcome]
        stopped: NotSent | None = None
        for group in same_bodies(letters, MOST):
            found = [stopped] * len(group) if stopped else self._send_or_halve(group, until)
            outcomes |= {letter.token: end for letter, end in zip(group, found, strict=True)}
            stopped = stopped or _whatever_stops(found)
        return [outcomes[letter.token] for letter in letters]

    def close(self) -> None:
        """Nothing stays open between two calls."""

    def _send_or_halve(self, group: Sequence[Letter], until: datetime | None) -> list[Outcome]:
        """Send a group; one whose request is refused is halved, until the bad letter is alone."""
        if until is not None and clock.now() >= until:
            return [_OUT_OF_TIME] * len(group)
        outcome, may_halve = self._call(group)
        if not may_halve or len(group) == 1:
            return [outcome] * len(group)
        middle = len(group) // 2
        first = self._send_or_halve(group[:middle], until)
        if down := _whatever_stops(first):
            return [*first, *[down] * (len(group) - middle)]
        return [*first, *self._send_or_halve(group[middle:], until)]

    def _call(self, group: Sequence[Letter]) -> tuple[Outcome, bool]:
        """Return how one call ended, and whether a part of it might be taken."""
        client = self._client()
        try:
            answer = client.post(request_body=request_for(group))
        except HTTPError as error:
            return self._refusal(error)
        except (OSError, HTTPException) as error:
            told = f"{type(error).__name__}: {error}"
            if client.has_left:
                return Uncertain(told), False
            return NotSent(told, is_relay_down=True), False
        identity = answer.headers.get("X-Message-Id", "")
        return Accepted(f"{answer.status_code} {identity}".strip()), False

    def _client(self) -> TracedClient:
        """Return a client for one call: what one is told of headers stays with it."""
        of = self._settings.sendgrid
        library = SendGridAPIClient(api_key=of.api_key, host=of.host)
        return TracedClient(
            host=library.host,
            request_headers=dict(library.client.request_headers),
            version=3,
            url_path=["mail", "send"],
            timeout=self._settings.timeout_seconds,
            is_elsewhere=of.is_elsewhere,
        )

    def _refusal(self, error: HTTPError) -> tuple[Outcome, bool]:
        code, told = error.status_code, f"{error.status_code} {_reasons(error)}".strip()
        if code in (_BAD_REQUEST, _TOO_LARGE):
            return Refused(told), not _is_shared(error)
        if code == _TOO_MANY:
            return NotSent(told, self._until_reset(error), is_relay_down=True), False
        if code >= _SERVER:
            return Uncertain(told), False
        # A key that is not right, or an address that is not theirs: someone has to set it.
        return NotSent(told, is_relay_down=True), False

    def _until_reset(self, error: HTTPError) -> timedelta | None:
        """Return how long SendGrid asks to wait, if it says so and it is within reason."""
        asked = str(error.headers.get("X-RateLimit-Reset", ""))
        if not asked.isdigit():
            return None
        return min(max(timedelta(seconds=int(asked) - self._now()), timedelta()), LONGEST_WAIT)


def _whatever_stops(outcomes: Sequence[Outcome]) -> NotSent | None:
    """Return how the letters not tried yet end after these answers; none when they can leave."""
    for each in outcomes:
        if isinstance(each, NotSent) and each.is_relay_down:
            return each
        if isinstance(each, Uncertain):
            return NotSent(f"not tried after: {each.reason}", is_relay_down=True)
    return None


def _errors(error: HTTPError) -> list[dict[str, Any]]:
    """Return the faults that SendGrid found; an answer that is none of its own has none."""
    try:
        found = json.loads(error.body)["errors"]
    except (ValueError, KeyError, TypeError):
        return []
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _reasons(error: HTTPError) -> str:
    """Return what is wrong in SendGrid's words, which name fields and no reader."""
    told = [f"{each.get('field') or ''} {each.get('message') or ''}" for each in _errors(error)]
    return " ; ".join(" ".join(each.split()) for each in told) or str(error.reason or "")


def _is_shared(error: HTTPError) -> bool:
    fields = [str(each.get("field") or "") for each in _errors(error)]
    return any(field.split(".")[0] in _SHARED for field in fields)
