"""What SendGrid reports: checked to be its own, recent, and read as reports of our messages."""

import base64
import hashlib
import json
import re
from binascii import Error as NotBase64Error
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

from crm.mail.gateways.sendgrid_requests import TOKEN
from crm.mail.rules import enhanced_code, is_dead
from crm.mail.types import Report, ReportKind

PROVIDER = "sendgrid"
OLDEST = timedelta(minutes=10)
_TOKEN = re.compile(r"[0-9a-f]{32}")
_LONGEST_ID = 100
_KINDS = {
    "processed": ReportKind.PROCESSED,
    "delivered": ReportKind.DELIVERED,
    "deferred": ReportKind.DEFERRED,
    "bounce": ReportKind.BOUNCED,
    "dropped": ReportKind.DROPPED,
    "spamreport": ReportKind.COMPLAINED,
    "unsubscribe": ReportKind.UNSUBSCRIBED,
    "group_unsubscribe": ReportKind.UNSUBSCRIBED,
    "click": ReportKind.CLICKED,
}
# SendGrid drops what goes to addresses it knows to be dead.
_DEAD = ("bounced address", "invalid")
# A return for good of which the relay says no more; SendGrid calls it invalid, or nothing at all.
_UNSAID = (5, 0, 0)
_LASTING = (None, "", "Invalid Address")


def is_signed(
    public_key: str, body: bytes, signature: str | None, timestamp: str | None, now: datetime
) -> bool:
    """Tell whether SendGrid wrote this body within ten minutes; never raises.

    The library raises on what is missing or not base64, and takes signatures of any age.
    """
    if not (public_key and signature and timestamp and timestamp.isascii() and timestamp.isdigit()):
        return False
    try:
        age = now - datetime.fromtimestamp(int(timestamp), UTC)
        if abs(age) > OLDEST:
            return False
        base64.b64decode(signature, validate=True)
        # Loaded by the first report: those who send otherwise do not carry its 3 MB.
        webhook = import_module("sendgrid.helpers.eventwebhook").EventWebhook(public_key)
        return bool(webhook.verify_signature(body.decode(), signature, timestamp))
    except (ValueError, NotBase64Error, OverflowError, OSError, AttributeError, TypeError):
        return False


def read_events(body: bytes, now: datetime) -> tuple[list[Report], int]:
    """Return the reports of a body, and how many events say nothing of a message of ours.

    Raises ValueError for a body that is no list of events.
    """
    try:
        events = json.loads(body)
    except RecursionError as error:
        raise ValueError("nested without end") from error
    if not isinstance(events, list):
        raise ValueError("not a list of events")  # noqa: TRY004 - the body is at fault, not a type
    found = [_report(each, now) for each in events]
    reports = [each for each in found if each is not None]
    return reports, len(found) - len(reports)


def _report(event: object, now: datetime) -> Report | None:
    if not isinstance(event, dict):
        return None
    kind, token = _kind(event), event.get(TOKEN)
    if kind is None or not isinstance(token, str) or not _TOKEN.fullmatch(token):
        return None
    return Report(
        provider=PROVIDER,
        event_id=_identity(event),
        token=token,
        kind=kind,
        happened_at=_instant(event.get("timestamp"), now),
        detail=" ".join(_said(event)),
        is_permanent=_is_permanent(event, kind),
    )


def _kind(event: dict[str, Any]) -> ReportKind | None:
    kind = _KINDS.get(str(event.get("event")))
    is_blocked = kind is ReportKind.BOUNCED and event.get("type") == "blocked"
    return ReportKind.BLOCKED if is_blocked else kind


def _identity(event: dict[str, Any]) -> str:
    """Return SendGrid's own number, or one made of all that it says."""
    own = event.get("sg_event_id")
    if isinstance(own, str) and 0 < len(own) <= _LONGEST_ID and own.isprintable():
        return own
    return hashlib.sha256(json.dumps(event, sort_keys=True).encode()).hexdigest()


def _instant(seconds: object, now: datetime) -> datetime:
    """Return when it happened; now, for what cannot be."""
    if not isinstance(seconds, int) or isinstance(seconds, bool):
        return now
    try:
        said = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return now
    return said if now - timedelta(days=60) <= said <= now + timedelta(hours=1) else now


def _said(event: dict[str, Any]) -> Iterator[str]:
    """Give what is said of a failure; the address of a click is its reader's own."""
    for name in ("status", "reason", "response"):
        if isinstance(said := event.get(name), str):
            yield said.replace("\0", "").encode("utf-8", "replace").decode()


def _is_permanent(event: dict[str, Any], kind: ReportKind) -> bool:
    if kind is ReportKind.BOUNCED:
        code = enhanced_code(*_said(event))
        if code is not None and code != _UNSAID:
            return is_dead(code)
        # Nothing says why: SendGrid's own sorting does.
        return event.get("bounce_classification") in _LASTING
    reason = str(event.get("reason", "")).lower()
    return kind is ReportKind.DROPPED and reason.startswith(_DEAD)
