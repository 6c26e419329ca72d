"""Templates of messages: made from nothing or from a message, named, described."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.composing import rules
from crm.composing.models import MessageTemplate
from crm.composing.operations.messages import copy_message, create_message
from crm.composing.types import TEMPLATE
from crm.core import clock
from crm.core.errors import NotFoundError, StaleRecordError
from crm.core.text import sort_key


def create_template(
    session: Session, *, name: str, description: str | None = None, message_id: int | None = None
) -> MessageTemplate:
    """Make a template, blank or with what a message holds; raise RuleError without a name."""
    name = rules.clean_name(name)
    template = MessageTemplate(
        name=name, sort_name=sort_key(name), description=description, created_at=clock.now()
    )
    session.add(template)
    session.flush()
    if message_id is None:
        create_message(session, owner_kind=TEMPLATE, owner_id=template.id)
    else:
        copy_message(session, message_id=message_id, owner_kind=TEMPLATE, owner_id=template.id)
    return template


def update_template(
    session: Session, *, template_id: int, version: int, name: str, description: str | None
) -> MessageTemplate:
    """Name and describe a template, as it was at that version; raise StaleRecordError."""
    template = session.scalar(
        select(MessageTemplate)
        .where(MessageTemplate.id == template_id, MessageTemplate.deleted_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if template is None:
        raise NotFoundError
    if template.version != version:
        raise StaleRecordError(template)
    template.name = rules.clean_name(name)
    template.sort_name = sort_key(template.name)
    template.description = description
    session.flush()
    return template
