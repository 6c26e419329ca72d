"""A message as the courier hands it over: filled by its marks, its pictures inside."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast

from sqlalchemy.orm import Session

from crm.composing.queries import message_to_compile
from crm.composing.rendering import Compiled, compile_message
from crm.config import Settings
from crm.mail.letters import compose
from crm.mail.models import Delivery
from crm.mail.outbox import enqueue
from crm.mail.types import Purpose, Written
from tests.composing.messages import FOOTER, READER, WAYS, png, write


def _letter(
    settings: Settings, delivery: Delivery, compiled: Compiled, reader: dict[str, str]
) -> EmailMessage:
    written = Written(
        compiled.subject,
        compiled.text,
        compiled.html,
        marks=compiled.fill(reader, WAYS),
        images=compiled.images,
    )
    letter = compose(settings.mail, "Réseau d’essai", delivery, written)
    assert letter == compose(settings.mail, "Réseau d’essai", delivery, written)
    return cast("EmailMessage", message_from_bytes(letter.content, policy=default))


def test_one_compiling_makes_the_letter_of_each_reader(
    app_context: None, session: Session, settings: Settings
) -> None:
    compiled = compile_message(message_to_compile(session, write(session).id), footer=FOOTER)
    delivery = enqueue(
        session,
        kind="test",
        purpose=Purpose.NEWSLETTER,
        recipient="ada@reseau.example",
        priority=9,
    )
    delivery.batch_id = 7
    hostile = {"prenom": "<b>Éloïse</b>\r\nBcc: x@y.fr", "commune": "Hem"}
    for reader, named in ((READER, "Ada"), (hostile, "<b>Éloïse</b> Bcc: x@y.fr"), ({}, "à tous")):
        letter = _letter(settings, delivery, compiled, reader)
        assert letter["Subject"] == f"Bonjour {named}"
        assert "Bcc" not in letter
        filled = compiled.filled(reader, WAYS)
        html, text = letter.get_body(("html",)), letter.get_body(("plain",))
        assert html is not None
        assert text is not None
        assert html.get_content().split() == filled.html.split()
        assert text.get_content().split() == filled.text.split()
        pictures = [part for part in letter.walk() if part.get_content_maintype() == "image"]
        assert [part.get_content() for part in pictures] == [png()]
        assert pictures[0]["Content-ID"] == f"<{compiled.images[0].cid}>"
