"""Messages, templates and legal mentions as pages and letters need them."""

from collections.abc import Sequence
from typing import Any

from flask import current_app
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload, undefer

from crm.accounts.models import User
from crm.composing.models import (
    ComposingIdentity,
    Message,
    MessageImage,
    MessageTemplate,
    MessageTest,
)
from crm.composing.owners import find_owner
from crm.composing.types import TEMPLATE, Footer
from crm.core.errors import NotFoundError

LAST_TESTS = 3


def message_for_page(session: Session, message_id: int) -> Message:
    """Return a message with what is known of its pictures, not their content; or NotFoundError."""
    return _message(session, message_id, selectinload(Message.images))


def message_to_compile(session: Session, message_id: int) -> Message:
    """Return a message with its pictures whole; raise NotFoundError."""
    whole = selectinload(Message.images).options(undefer(MessageImage.content))
    return _message(session, message_id, whole)


def _message(session: Session, message_id: int, images: Any) -> Message:
    found = session.scalar(
        select(Message)
        .where(Message.id == message_id)
        .options(images)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFoundError
    return found


def messages_of(session: Session, owner_kind: str, owner_ids: Sequence[int]) -> list[Message]:
    """Return the messages of these records, in order, with what is known of their pictures."""
    return list(
        session.scalars(
            select(Message)
            .where(Message.owner_kind == owner_kind, Message.owner_id.in_(owner_ids))
            .options(selectinload(Message.images))
            .order_by(Message.id)
        )
    )


def image_of(session: Session, message_id: int, digest: str) -> MessageImage:
    """Return a picture of a message, whole; raise NotFoundError."""
    found = session.scalar(
        select(MessageImage)
        .where(MessageImage.message_id == message_id, MessageImage.digest == digest)
        .options(undefer(MessageImage.content))
    )
    if found is None:
        raise NotFoundError
    return found


def template_rows() -> Select[Any]:
    """Return the templates that are not in the trash."""
    return (
        select(
            MessageTemplate.id,
            MessageTemplate.name,
            MessageTemplate.description,
            Message.subject,
            Message.id.label("message_id"),
        )
        .join(Message, (Message.owner_kind == TEMPLATE) & (Message.owner_id == MessageTemplate.id))
        .where(MessageTemplate.deleted_at.is_(None))
    )


def template_options(session: Session) -> list[tuple[str, str]]:
    """Return the templates that a message can start from, as (id, name)."""
    rows = session.execute(
        select(MessageTemplate.id, MessageTemplate.name)
        .where(MessageTemplate.deleted_at.is_(None))
        .order_by(MessageTemplate.sort_name, MessageTemplate.id)
    )
    return [(str(template_id), name) for template_id, name in rows]


def template_for_page(session: Session, template_id: int) -> MessageTemplate:
    """Return a template that is not in the trash; raise NotFoundError."""
    found = session.get(MessageTemplate, template_id, populate_existing=True)
    if found is None or found.deleted_at is not None:
        raise NotFoundError
    return found


def message_of_template(session: Session, template_id: int) -> Message:
    """Return the message of a template, its pictures whole; raise NotFoundError."""
    found = session.scalar(
        select(Message.id).where(Message.owner_kind == TEMPLATE, Message.owner_id == template_id)
    )
    if found is None:
        raise NotFoundError
    return message_to_compile(session, found)


def identity_of_network(session: Session) -> ComposingIdentity | None:
    """Return who signs the messages; None while nobody has said."""
    return session.get(ComposingIdentity, 1, populate_existing=True)


def footer_of_network(session: Session) -> Footer:
    """Return the footer of every message, as far as the network has filled it in."""
    identity = identity_of_network(session)
    if identity is None:
        return Footer(sender_name=current_app.config["SETTINGS"].network_name)
    return Footer(
        identity.sender_name, identity.postal_address, identity.reason, identity.rights_contact
    )


def footer_for(session: Session, message: Message) -> Footer:
    """Return the footer of a message: the network's, unless what it is written for says more."""
    footer = footer_of_network(session)
    owner = find_owner(message.owner_kind)
    if owner is None or owner.footer_of is None or message.owner_id is None:
        return footer
    return owner.footer_of(session, message.owner_id, footer)


def own_address(session: Session, user_id: int) -> str:
    """Return the address of a member of the team, to whom a test goes."""
    return session.get_one(User, user_id).email


def last_tests(session: Session, message_id: int) -> list[MessageTest]:
    """Return the last times that a message was sent as a test, newest first."""
    return list(
        session.scalars(
            select(MessageTest)
            .where(MessageTest.message_id == message_id)
            .options(joinedload(MessageTest.delivery))
            .order_by(MessageTest.id.desc())
            .limit(LAST_TESTS)
        )
    )
