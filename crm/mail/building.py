"""The bytes of an e-mail (RFC 5322, 2045, 2231), built once for all that share their bodies.

What is common to the letters of a batch is encoded once. Each value that differs is encoded alone
and set between two soft line breaks (« = » at the end of a line, RFC 2045 6.7), which stand for
nothing: no line grows too long, and nothing else has to be encoded again.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from functools import lru_cache

from crm.mail.rules import check_html
from crm.mail.types import InlineImage

LONGEST_LINE = 998
CALENDAR_NAME = "invitation.ics"
_USUAL_LINE = 78
_SOFT_BREAK = b"=\r\n"
# In quoted-printable and in base64, « = » is never followed by « _ »: these stand nowhere else.
_ALTERNATIVE, _RELATED, _MIXED = b"=_alternative", b"=_related", b"=_mixed"
# Seven bits, so that any relay takes it as it is.
_POLICY = SMTP.clone(cte_type="7bit", raise_on_defect=True)
_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SUBTYPES = frozenset({"png", "jpeg", "gif", "webp"})
_METHOD = re.compile(r"^METHOD:([A-Z]+)\r?$", re.MULTILINE)
# Where a mark stands for an address that a reader's program would fetch by itself.
_ELSEWHERE = "https://x"
_TEXT_HEAD = (
    b'Content-Type: text/%s; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
)
_MULTIPART_HEAD = b'Content-Type: multipart/%s; boundary="%s"\r\n\r\n'
# A piece of the message that does not change, or the mark that stands between two of them.
Piece = bytes | str


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The body of a message, and the headers that describe it: encoded, but for its marks."""

    pieces: tuple[Piece, ...]

    def filled(self, marks: Mapping[str, str]) -> bytes:
        """Return the body with the values of one reader."""
        return b"".join(
            each if isinstance(each, bytes) else encoded(marks[each]) + _SOFT_BREAK
            for each in self.pieces
        )


def build_skeleton(
    text_body: str,
    html_body: str,
    images: Sequence[InlineImage],
    marks: Iterable[str],
    calendar: str | None = None,
) -> Skeleton:
    """Return the body of a message whose readers differ by their marks.

    A calendar file is there twice: as one way to read the message, which calendars act upon, and as
    a file to keep (RFC 6047). Raises ValueError when the HTML fetches anything, an image is none
    that mail programs show, or a calendar file does not say its method.
    """
    finder = mark_finder(marks)
    check_html(finder.sub(_ELSEWHERE, html_body) if finder else html_body)
    text = _text_part(b"plain", text_body, finder)
    if not html_body:
        return _joined(text)
    html = _text_part(b"html", html_body, finder)
    if images:
        html = _multipart(b"related", _RELATED, [html, *([_image(each)] for each in images)])
    if calendar is None:
        return _joined(_multipart(b"alternative", _ALTERNATIVE, [text, html]))
    parts: list[list[Piece]] = [text, html, [_calendar(calendar)]]
    spoken = _multipart(b"alternative", _ALTERNATIVE, parts)
    return _joined(_multipart(b"mixed", _MIXED, [spoken, [_calendar_file(calendar)]]))


# A batch or two at a time; the bodies of one are the same objects from one letter to the next.
shared_skeleton = lru_cache(maxsize=4)(build_skeleton)


def mark_finder(marks: Iterable[str]) -> re.Pattern[str] | None:
    """Return what finds the marks in a text, the longest first; None when there are none."""
    longest_first = sorted(filter(None, marks), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))) if longest_first else None


def filled(text: str, marks: Mapping[str, str], finder: re.Pattern[str] | None) -> str:
    """Return a text with values in place of its marks; what a value holds is no mark."""
    return finder.sub(lambda found: marks[found[0]], text) if finder else text


def encoded(text: str) -> bytes:
    """Return a text in quoted-printable (RFC 2045), its lines ended as SMTP wants them."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return binascii.b2a_qp(lines.encode()).replace(b"\n", b"\r\n")


def header(name: str, value: str) -> bytes:
    """Return a header line: as it is when it can be, else as the standard library writes it.

    A long value is folded where it has spaces, and nowhere else: an address that is cut, or written
    as an encoded word, opens no more. Raises ValueError for a word that no line can hold.
    """
    if _PLAIN.fullmatch(value) and "=?" not in value:
        return _folded(name, value)
    return _encoded_header(name, value)


def _folded(name: str, value: str) -> bytes:
    lines = [f"{name}:"]
    for word in value.split(" "):
        if len(lines[-1]) + 1 + len(word) > _USUAL_LINE and lines != [f"{name}:"]:
            lines.append("")
        lines[-1] += f" {word}"
    if any(len(line) > LONGEST_LINE for line in lines):
        raise ValueError("no line of an e-mail is that long")
    return ("\r\n".join(lines) + "\r\n").encode("ascii")


@lru_cache(maxsize=256)
def _encoded_header(name: str, value: str) -> bytes:
    """Return a header as the standard library writes it (RFC 2047): slow, and done once."""
    return _as_bytes(name, value)


def _as_bytes(name: str, value: object) -> bytes:
    message = EmailMessage(policy=_POLICY)
    message[name] = value
    return message.as_bytes().removesuffix(b"\r\n")


def address_header(name: str, address: object) -> bytes:
    """Return the header of an address of the standard library."""
    return _as_bytes(name, address)


def _text_part(subtype: bytes, body: str, finder: re.Pattern[str] | None) -> list[Piece]:
    body = body if body.endswith("\n") else body + "\n"
    pieces: list[Piece] = [_TEXT_HEAD % subtype]
    end = 0
    for found in finder.finditer(body) if finder else ():
        pieces += [encoded(body[end : found.start()]) + _SOFT_BREAK, found[0]]
        end = found.end()
    return [*pieces, encoded(body[end:])]


def _multipart(subtype: bytes, boundary: bytes, parts: Iterable[Iterable[Piece]]) -> list[Piece]:
    pieces: list[Piece] = [_MULTIPART_HEAD % (subtype, boundary)]
    for part in parts:
        pieces += [b"--%s\r\n" % boundary, *part, b"\r\n"]
    return [*pieces, b"--%s--\r\n" % boundary]


def _image(image: InlineImage) -> bytes:
    if image.subtype not in _SUBTYPES or not _NAME.fullmatch(image.cid):
        raise ValueError("not a picture that mail programs show")
    name = f"{image.cid}.{image.subtype}"
    head = (
        f"Content-Type: image/{image.subtype}\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        f"Content-ID: <{image.cid}>\r\n"
        f'Content-Disposition: inline; filename="{name}"\r\n\r\n'
    )
    return head.encode("ascii") + _base64(image.content)


def _calendar(calendar: str) -> bytes:
    method = _METHOD.search(calendar)
    if method is None:
        raise ValueError("a calendar file that asks nothing")
    head = (
        f'Content-Type: text/calendar; charset="utf-8"; method={method[1]}\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return head.encode("ascii") + _base64(calendar.encode())


def _calendar_file(calendar: str) -> bytes:
    head = (
        f'Content-Type: application/ics; name="{CALENDAR_NAME}"\r\n'
        "Content-Transfer-Encoding: base64\r\n"
        f'Content-Disposition: attachment; filename="{CALENDAR_NAME}"\r\n\r\n'
    )
    return head.encode("ascii") + _base64(calendar.encode())


def _base64(content: bytes) -> bytes:
    return base64.encodebytes(content).replace(b"\n", b"\r\n")


def _joined(pieces: Iterable[Piece]) -> Skeleton:
    """Return the pieces, those that do not change joined."""
    kept: list[Piece] = []
    for each in pieces:
        if isinstance(each, bytes) and kept and isinstance(kept[-1], bytes):
            kept[-1] += each
        else:
            kept.append(each)
    return Skeleton(tuple(kept))
