"""What is written for a record goes for good with it, after thirty days in the trash."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.composing import operations
from crm.composing.models import Message, MessageImage, MessageTemplate
from crm.composing.operations.blocks import keep_blocks
from crm.composing.pictures import recognise
from crm.composing.queries import message_of_template
from crm.composing.types import TEMPLATE
from crm.core import clock
from crm.history.models import Change
from crm.history.trash import KEPT_FOR, move_to_trash, purge_trash
from crm.mail.types import Purpose
from crm.mailings.models import Mailing
from crm.mailings.operations.mailings import create_mailing
from crm.mailings.types import MailingData
from tests.composing.messages import every_block, png
from tests.factories.contacts import ContactFactory


def _draft(session: Session) -> tuple[int, int]:
    mailing = create_mailing(session, data=MailingData("La lettre", Purpose.NEWSLETTER))
    return mailing.id, mailing.message_id


def _template(session: Session) -> tuple[int, int]:
    template = operations.create_template(session, name="La lettre")
    return template.id, message_of_template(session, template.id).id


@pytest.mark.parametrize(
    ("entity", "model", "made"),
    [("mailing", Mailing, _draft), (TEMPLATE, MessageTemplate, _template)],
)
def test_what_is_purged_takes_its_message_and_nothing_else(
    app: Flask,
    session: Session,
    entity: str,
    model: type[Mailing | MessageTemplate],
    made: Callable[[Session], tuple[int, int]],
) -> None:
    with app.test_request_context():
        (record_id, message_id), (_other_id, kept_id) = made(session), made(session)
        for each in (message_id, kept_id):
            digest = operations.add_image(session, message_id=each, picture=recognise(png()))
            message = operations.get_message(session, each)
            message.subject = "Bonjour Ada"
            keep_blocks(message, every_block(digest))
        person = ContactFactory()
        session.flush()
        for kind, each in ((entity, record_id), ("contact", person.id)):
            move_to_trash(session, entity=kind, record_id=each)
        later = clock.now() + KEPT_FOR + timedelta(hours=1)
        done = purge_trash(session, now=later)
        again = purge_trash(session, now=later)
    assert ((done.purged, done.kept), again.purged) == ((2, 0), 0)
    assert session.get(model, record_id) is None
    assert session.scalars(select(Message.id)).all() == [kept_id]
    assert session.scalars(select(MessageImage.message_id)).all() == [kept_id]
    told = select(func.count()).where(Change.entity == "message", Change.record_id == message_id)
    assert session.scalar(told)
    fields = select(Change.fields).where(Change.entity == "message")
    assert not any(session.scalars(fields.where(Change.record_id == message_id)))
    assert any(session.scalars(fields.where(Change.record_id == kept_id)))
