"""Making messages and changing what heads them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session, selectinload

from crm.composing import rules
from crm.composing.fields import one_line
from crm.composing.models import Message, MessageImage, MessageTest
from crm.composing.pictures import Picture
from crm.composing.queries import message_of_template, message_to_compile
from crm.composing.rendering import text_fingerprint
from crm.composing.types import LONGEST_TEXT, MessageData
from crm.core import clock
from crm.core.errors import N_, NotFoundError, RuleError, StaleRecordError

_BLANK: Mapping[str, Any] = {"subject": "", "preheader": "", "blocks": [], "outline": ""}
_CONTENT = ("subject", "preheader", "blocks", "outline", "text_override", "text_made_from")


def create_message(
    session: Session,
    *,
    owner_kind: str,
    owner_id: int | None = None,
    template_id: int | None = None,
) -> Message:
    """Begin a message, blank or from a template; raise NotFoundError for an unknown template."""
    if template_id is not None:
        start = message_of_template(session, template_id)
        return copy_message(session, message_id=start.id, owner_kind=owner_kind, owner_id=owner_id)
    return _begun(session, owner_kind, owner_id, dict(_BLANK))


def copy_message(
    session: Session, *, message_id: int, owner_kind: str, owner_id: int | None = None
) -> Message:
    """Begin a message as a copy of another one, its pictures too, free to change."""
    start = message_to_compile(session, message_id)
    content = {name: getattr(start, name) for name in _CONTENT}
    made = _begun(session, owner_kind, owner_id, content)
    rows = [
        {
            "message_id": made.id,
            "created_at": made.created_at,
            **{
                name: getattr(image, name)
                for name in ("digest", "subtype", "width", "height", "size_bytes", "content")
            },
        }
        for image in start.images
    ]
    if rows:
        session.execute(insert(MessageImage), rows)
    return made


def _begun(
    session: Session, owner_kind: str, owner_id: int | None, content: dict[str, Any]
) -> Message:
    """Make a message; into its table, for it begins and goes with the record that it is for."""
    made_id = session.scalar(
        insert(Message)
        .values(
            owner_kind=owner_kind, owner_id=owner_id, created_at=clock.now(), version=1, **content
        )
        .returning(Message.id)
    )
    return session.get_one(Message, made_id)


def set_owner(session: Session, *, message_id: int, owner_id: int) -> None:
    """Say which record a message is written for, once that record exists."""
    get_message(session, message_id).owner_id = owner_id
    session.flush()


def lock_message(session: Session, *, message_id: int) -> Message:
    """Freeze a message: nothing of it changes any more; twice is once."""
    message = get_message(session, message_id)
    message.locked_at = message.locked_at or clock.now()
    session.flush()
    return message


def unlock_message(session: Session, *, message_id: int) -> Message:
    """Let a message that has not left change again."""
    message = get_message(session, message_id)
    message.locked_at = None
    session.flush()
    return message


def update_heading(session: Session, *, message_id: int, seen: str, data: MessageData) -> Message:
    """Change the subject and the preview line, as an editor saw them (`rules.fingerprint`).

    Raises StaleRecordError when someone changed them since, RuleError once it is frozen.
    """
    message = open_message(session, message_id)
    if seen != seen_heading(message):
        raise StaleRecordError(message)
    message.subject, message.preheader = one_line(data.subject), one_line(data.preheader)
    session.flush()
    return message


def seen_heading(message: Message) -> str:
    """Return the fingerprint of what heads a message."""
    return rules.fingerprint(message.subject, message.preheader)


def write_text(session: Session, *, message_id: int, seen: str, text: str | None) -> Message:
    """Replace the text part that is made by one written by hand; None takes the made one again.

    Raises StaleRecordError when someone wrote it since, RuleError when it is too long.
    """
    message = open_message(session, message_id)
    if seen != seen_text(message):
        raise StaleRecordError(message)
    kept = (text or "").replace("\x00", "").replace("\r\n", "\n").strip() or None
    if kept is not None and len(kept) > LONGEST_TEXT * 2:
        raise RuleError(
            "text", N_("C’est trop long : %(count)s caractères au plus."), count=LONGEST_TEXT * 2
        )
    message.text_override = kept
    message.text_made_from = text_fingerprint(message) if kept else None
    session.flush()
    return message


def seen_text(message: Message) -> str:
    """Return the fingerprint of the text part that was written by hand."""
    return rules.fingerprint(message.text_override)


def add_image(session: Session, *, message_id: int, picture: Picture) -> str:
    """Keep a picture with a message, once however often it is sent; return its digest."""
    message = open_message(session, message_id)
    if picture.digest not in {image.digest for image in message.images}:
        session.execute(
            insert(MessageImage).values(
                message_id=message.id,
                digest=picture.digest,
                subtype=picture.subtype,
                width=picture.width,
                height=picture.height,
                size_bytes=len(picture.content),
                content=picture.content,
                created_at=clock.now(),
            )
        )
    return picture.digest


def get_message(session: Session, message_id: int) -> Message:
    """Return a message to change, as it is now; raise NotFoundError."""
    message = session.scalar(
        select(Message)
        .where(Message.id == message_id)
        .options(selectinload(Message.images))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if message is None:
        raise NotFoundError
    return message


def open_message(session: Session, message_id: int) -> Message:
    """Return a message that may still change; raise RuleError once it is frozen."""
    message = get_message(session, message_id)
    rules.check_open(is_locked=message.is_locked)
    return message


def erase_messages(session: Session, ids: Sequence[int]) -> None:
    """Erase messages for good, with their pictures; what the ledger says of them stays."""
    session.execute(delete(MessageTest).where(MessageTest.message_id.in_(ids)))
    session.execute(delete(MessageImage).where(MessageImage.message_id.in_(ids)))
    session.execute(delete(Message).where(Message.id.in_(ids)))
