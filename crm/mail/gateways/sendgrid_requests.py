"""What SendGrid is asked to send: plain dictionaries, as its description of the API has them.

A reader is alone in each personalization, and all that SendGrid is given to remember of it is the
token of its delivery.
"""

import base64
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from crm.mail.building import CALENDAR_NAME, filled, header, mark_finder
from crm.mail.types import InlineImage, Letter

TOKEN = "delivery_id"  # noqa: S105 - the name under which ours comes back in reports
MOST_SUBSTITUTED_BYTES = 10_000
_NO_TRACKING = {
    "click_tracking": {"enable": False, "enable_text": False},
    "open_tracking": {"enable": False},
    "subscription_tracking": {"enable": False},
    "ganalytics": {"enable": False},
}


def same_bodies(letters: Sequence[Letter], most: int) -> Iterator[list[Letter]]:
    """Give the letters that one call can carry: they differ by their marks alone.

    One whose values SendGrid could not set for us goes by itself.
    """
    for _key, found in groupby(letters, key=_body_key):
        together = list(found)
        for start in range(0, len(together), most):
            yield together[start : start + most]


def share_a_call(first: Letter, letter: Letter) -> bool:
    """Tell whether one call carries both letters."""
    return _body_key(first) == _body_key(letter)


def _body_key(letter: Letter) -> tuple[Any, ...]:
    of = letter.written
    shared = (letter.sender, letter.sender_name, letter.reply_to, of.images, of.calendar)
    alone = letter.token if _must_be_alone(letter) else ""
    return of.text_body, of.html_body, shared, alone


def _must_be_alone(letter: Letter) -> bool:
    """Tell whether values are too long for SendGrid, or hold what it might take for a mark."""
    marks = letter.written.marks
    size = sum(len(mark.encode()) + len(value.encode()) for mark, value in marks.items())
    return size > MOST_SUBSTITUTED_BYTES or any(
        mark in value for mark in marks for value in marks.values()
    )


def request_for(letters: Sequence[Letter]) -> dict[str, Any]:
    """Return the request for letters that share their bodies."""
    first = letters[0]
    text, html = _bodies(first)
    content = [
        {"type": kind, "value": value}
        for kind, value in (("text/plain", text), ("text/html", html))
        if value
    ]
    request: dict[str, Any] = {
        "personalizations": [_personalization(letter) for letter in letters],
        "from": {"email": first.sender, "name": first.sender_name},
        "subject": first.written.subject,
        "content": content,
        "headers": {"Auto-Submitted": "auto-generated"},
        "tracking_settings": _NO_TRACKING,
    }
    if first.reply_to:
        request["reply_to"] = {"email": first.reply_to}
    files = [_attachment(each) for each in first.written.images]
    if first.written.calendar is not None:
        files.append(_calendar_file(first.written.calendar))
    if files:
        request["attachments"] = files
    return request


def _bodies(letter: Letter) -> tuple[str, str]:
    """Return the bodies with their marks; with their values when SendGrid cannot set them."""
    of = letter.written
    if not _must_be_alone(letter):
        return of.text_body, of.html_body
    finder = mark_finder(of.marks)
    return filled(of.text_body, of.marks, finder), filled(of.html_body, of.marks, finder)


def _personalization(letter: Letter) -> dict[str, Any]:
    of = letter.written
    headers = {"Message-ID": letter.message_id, **of.headers}
    found: dict[str, Any] = {
        "to": [{"email": letter.recipient}],
        "subject": of.subject,
        "headers": {name: _seven_bits(name, value) for name, value in headers.items()},
        "custom_args": {TOKEN: letter.token},
    }
    substituted = {
        mark: value
        for mark, value in of.marks.items()
        if mark in of.text_body or mark in of.html_body
    }
    if substituted and not _must_be_alone(letter):
        found["substitutions"] = substituted
    return found


def _seven_bits(name: str, value: str) -> str:
    if value.isascii():
        return value
    return header(name, value).decode("ascii").partition(": ")[2].replace("\r\n", "")


def _attachment(image: InlineImage) -> dict[str, str]:
    return {
        "content": base64.b64encode(image.content).decode("ascii"),
        "type": f"image/{image.subtype}",
        "filename": f"{image.cid}.{image.subtype}",
        "disposition": "inline",
        "content_id": image.cid,
    }


def _calendar_file(calendar: str) -> dict[str, str]:
    # The file itself says its method: SendGrid refuses a type with a parameter.
    return {
        "content": base64.b64encode(calendar.encode()).decode("ascii"),
        "type": "text/calendar",
        "filename": CALENDAR_NAME,
        "disposition": "attachment",
    }
