"""How messages and templates come back, and what goes with the records they are for."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm.composing.models import ComposingIdentity, Message, MessageTemplate
from crm.composing.operations.messages import erase_messages
from crm.composing.rejoining import rejoin_blocks
from crm.composing.rules import check_open, check_room, outline_of
from crm.composing.types import TEMPLATE, block_of
from crm.core.errors import N_
from crm.core.text import sort_key
from crm.history.kinds import Kind
from crm.history.models import Change
from crm.web.access import Permission
from crm.web.locale import translate


def _mend_message(session: Session, message: Message) -> None:
    check_open(is_locked=message.is_locked)
    check_room(len(message.blocks) - 1)
    message.outline = outline_of(message.parts)
    session.flush()


def _rejoin(fields: Mapping[str, Any], message: Message) -> Mapping[str, tuple[Any, bool]]:
    """Take a change of blocks back from the blocks of today, and tell them in words."""
    if "blocks" not in fields:
        return {}
    before, after = fields["blocks"]
    blocks, has_moved_on = rejoin_blocks(before or [], after or [], message.blocks)
    told = outline_of([block_of(each) for each in blocks])
    return {"blocks": (blocks, has_moved_on), "outline": (told, has_moved_on)}


def _mend_template(session: Session, template: MessageTemplate) -> None:
    template.sort_name = sort_key(template.name)
    session.flush()


KINDS = (
    Kind(
        "message",
        Message,
        lambda message: message.subject or translate(N_("Message sans objet")),
        page=("messages.show", "message_id"),
        permission=Permission.WRITE_MAILINGS,
        mend=_mend_message,
        rejoin=_rejoin,
        told_by={"blocks": "outline"},
    ),
    Kind(
        TEMPLATE,
        MessageTemplate,
        lambda template: template.name,
        page=("message_templates.show", "template_id"),
        permission=Permission.WRITE_MAILINGS,
        mend=_mend_template,
    ),
    Kind(
        "composing_identity",
        ComposingIdentity,
        lambda _identity: translate(N_("Mentions des messages")),
        permission=Permission.SEND_MAILINGS,
    ),
)
POINTERS = ()


def forget_messages(session: Session, entity: str, ids: Sequence[int]) -> None:
    """Erase the messages of records erased for good, and what history tells of them."""
    found = list(
        session.scalars(
            select(Message.id).where(Message.owner_kind == entity, Message.owner_id.in_(ids))
        )
    )
    told = (Change.entity == "message") & Change.record_id.in_(found)
    session.execute(update(Change).where(told).values(fields={}))
    erase_messages(session, found)
