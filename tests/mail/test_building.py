"""The bytes of an e-mail: read again, they say what the standard library would have written."""

import string
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.config import MailSettings
from crm.mail.building import encoded, header, shared_skeleton
from crm.mail.letters import compose
from crm.mail.models import Delivery
from crm.mail.types import InlineImage, Letter, Written
from tests.support.sinks import parsed, parsed_bytes

SETTINGS = MailSettings.read({"CRM_MAIL_SENDER": "contact@reseau.fr"}, "test")
# What the standard library takes for the end of a line, and no mail program does, is left out.
_ODD = "\0\x85\u2028\u2029\x0b\x0c\x1c\x1d\x1e"
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=_ODD))
LINES = st.text(
    st.one_of(
        st.sampled_from("aé« »’ =.\t-<>&;~"),
        st.characters(categories=["L", "N", "P", "Zs", "So"]),
    ),
    max_size=120,
)
_WORD = string.ascii_letters + string.digits + "!#$%&'*+/=?^_`{|}~-"
NAMES = st.text(_WORD, min_size=1, max_size=64)
PNG = InlineImage("logo", bytes(range(256)) * 20, "png")


def letter_of(
    written: Written, recipient: str = "a@b.example", *, batch: int | None = 1, name: str = "Réseau"
) -> Letter:
    """Return a letter of a batch."""
    delivery = Delivery(
        token="ab12", recipient=recipient, batch_id=batch,
        created_at=datetime(2026, 3, 2, tzinfo=UTC),
    )  # fmt: skip
    return compose(SETTINGS, name, delivery, written)


def standard(subject: str, text: str, html: str, recipient: str) -> EmailMessage:
    """Return the same e-mail as the standard library builds it, read again."""
    message = EmailMessage(policy=SMTP)
    message["To"] = Address(addr_spec=recipient)
    message["Subject"] = subject
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return parsed_bytes(message.as_bytes())


def check_form(content: bytes) -> None:
    """Assert what SMTP asks of any e-mail."""
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert content.endswith(b"\r\n")


def said(message: EmailMessage, kind: str) -> str:
    """Return what the part of this kind says, its lines ended in one way."""
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n").replace("\r", "\n")


@given(subject=LINES, text=TEXTS, html=TEXTS, values=st.tuples(TEXTS, TEXTS), name=NAMES)
def test_what_is_read_is_what_the_standard_library_would_have_written(
    subject: str, text: str, html: str, values: tuple[str, str], name: str
) -> None:
    # Each value ends its lines by itself, whatever follows it.
    first, second = (each.replace("\r\n", "\n").replace("\r", "\n") for each in values)
    recipient = f"{name}@b.example"
    first, second = first.replace("<", "&lt;"), second.replace("<", "&lt;")
    marks = {"@@1@@": first, "@@12@@": second}
    written = Written(
        f"{subject} @@1@@".replace("@@1@@", "x"), f"{text}@@1@@ @@12@@\n{text}",
        f"{html.replace('<', '')}<p>@@12@@</p>@@1@@", marks=marks,
    )  # fmt: skip
    letter = letter_of(written, recipient)
    check_form(letter.content)
    message = parsed(letter)
    expected = standard(
        written.subject,
        f"{text}{first} {second}\n{text}",
        f"{html.replace('<', '')}<p>{second}</p>{first}",
        recipient,
    )
    assert message["Subject"] == expected["Subject"]
    assert message["To"] == expected["To"]
    assert message["To"].addresses[0].addr_spec == recipient
    for kind in ("plain", "html"):
        assert said(message, kind) == said(expected, kind)
    assert letter == letter_of(written, recipient, batch=None)


@given(LINES)
def test_a_subject_is_read_as_it_was_written(subject: str) -> None:
    letter = letter_of(Written(subject, "Texte", ""))
    check_form(letter.content)
    # Spaces at the ends, and several in a row, are those of the folding as much as of the text.
    assert str(parsed(letter)["Subject"]).split() == subject.split()


@given(TEXTS)
def test_no_line_of_a_body_is_long(text: str) -> None:
    assert all(len(line) <= 76 for line in encoded(text).split(b"\r\n"))


def test_values_stand_in_the_subject_the_headers_and_both_bodies() -> None:
    written = Written(
        "Bonjour [[name]]", "Chère [[name]],\n[[link]]", "<p>[[name_html]]</p>",
        {"List-Unsubscribe": "<[[link]]>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        {
            "[[name]]": "Zoé & [[link]]",
            "[[name_html]]": "Zoé &amp; Cie",
            "[[link]]": f"https://reseau.fr/d/{'x' * 120}",
        },
    )  # fmt: skip
    message = parsed(letter_of(written))
    assert message["Subject"] == "Bonjour Zoé & [[link]]"
    link = written.marks["[[link]]"]
    assert said(message, "plain") == f"Chère Zoé & [[link]],\n{link}\n"
    assert said(message, "html") == "<p>Zoé &amp; Cie</p>\n"
    assert message["List-Unsubscribe"] == f"<{link}>"
    # Whole, on one line: written as an encoded word it would open nothing.
    assert f"<{link}>".encode() in letter_of(written).content


def test_a_picture_travels_with_the_html_that_shows_it() -> None:
    written = Written("Objet", "Texte", '<p><img src="cid:logo" alt=""></p>', images=(PNG,))
    letter = letter_of(written)
    check_form(letter.content)
    message = parsed(letter)
    assert message.get_content_type() == "multipart/alternative"
    text, related = message.iter_parts()
    html, image = related.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert (image["Content-ID"], image.get_content()) == ("<logo>", PNG.content)
    assert image.get_content_disposition() == "inline"


@pytest.mark.parametrize(
    "written",
    [
        Written("Objet [[a]]", "", "", marks={"[[a]]": "x\r\nBcc: b@c.example"}),
        Written("Objet", "", "", {"List-Id": "[[a]]"}, {"[[a]]": "x\nBcc: b@c.example"}),
        Written("Objet", "", '<img src="[[a]]">', marks={"[[a]]": "https://pixel.example/1"}),
        Written("Objet", "", "<p>[[a]]</p>", marks={"[[a]]": "<img src=//pixel.example/1>"}),
        Written("Objet", "", "<p>a</p>", images=(InlineImage("a", b"<svg/>", "svg+xml"),)),
        Written("Objet", "", "<p>a</p>", images=(InlineImage("a>\r\nX: b", b"", "png"),)),
        Written("Objet", "", "<p>a</p>", {"List-Id": "x" * 999}),
    ],
)
def test_what_a_value_may_not_bring_in_is_refused(written: Written) -> None:
    with pytest.raises(ValueError, match=r".+"):
        letter_of(written)


def test_a_long_header_is_folded_at_its_spaces_only() -> None:
    words = [f"<https://reseau.fr/{'x' * 30}>,"] * 4
    line = header("List-Unsubscribe", " ".join(words))
    assert [len(each) <= 78 for each in line.split(b"\r\n")] == [True] * 5
    assert line.decode().replace("\r\n", "").split()[1:] == words


def test_a_message_that_goes_to_one_is_not_kept() -> None:
    shared_skeleton.cache_clear()
    letter_of(Written("Lien", "https://reseau.fr/secret", ""), batch=None)
    assert shared_skeleton.cache_info().currsize == 0
    letter_of(Written("Lettre", "Bonjour", ""))
    assert shared_skeleton.cache_info().currsize == 1


CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Réunion\r\nEND:VCALENDAR\r\n"


def test_a_calendar_file_is_a_way_to_read_and_a_file_to_keep() -> None:
    letter = letter_of(Written("Réunion", "Venez.", "<p>Venez.</p>", calendar=CALENDAR), batch=None)
    check_form(letter.content)
    message = parsed(letter)
    assert message.get_content_type() == "multipart/mixed"
    spoken, kept = message.iter_parts()
    assert [each.get_content_type() for each in spoken.iter_parts()] == [
        "text/plain", "text/html", "text/calendar",
    ]  # fmt: skip
    *_others, calendar = spoken.iter_parts()
    assert calendar["Content-Type"].params["method"] == "REQUEST"
    assert calendar.get_content() == CALENDAR.replace("\r\n", "\n") or (
        calendar.get_payload(decode=True).decode() == CALENDAR
    )
    assert (kept.get_filename(), kept.get_payload(decode=True).decode()) == (
        "invitation.ics",
        CALENDAR,
    )


def test_a_calendar_file_says_what_it_asks() -> None:
    silent = CALENDAR.replace("METHOD:REQUEST\r\n", "")
    with pytest.raises(ValueError, match="asks nothing"):
        letter_of(Written("Réunion", "Venez.", "<p>Venez.</p>", calendar=silent), batch=None)
