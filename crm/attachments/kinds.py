"""Which records take files, and how files come back."""

from collections.abc import Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from crm.attachments.models import Attachment
from crm.attachments.queries import may_read_attachment
from crm.core.errors import N_
from crm.history.kinds import Kind, find_kind
from crm.history.models import Change, TrashEntry
from crm.history.wording import Wording

_taking: set[str] = set()


def take_files(*entities: str) -> None:
    """Let files be joined to records of these kinds; twice is once."""
    _taking.update(entities)


def takes(entity: str) -> bool:
    """Tell whether files can be joined to records of this kind."""
    return entity in _taking


def _record_in_trash(session: Session, attachment: Attachment) -> str | None:
    kind = find_kind(attachment.entity)
    record = session.get(kind.model, attachment.record_id) if kind is not None else None
    if kind is None or record is None or getattr(record, "deleted_at", None) is None:
        return None
    return kind.name_of(record)


def forget_attachments(session: Session, entity: str, ids: Sequence[int]) -> None:
    """Erase the files of records erased for good; the daily job takes them off the disk."""
    about = select(Attachment.id).where(Attachment.entity == entity, Attachment.record_id.in_(ids))
    told = (Change.entity == "attachment") & Change.record_id.in_(about)
    session.execute(update(Change).where(told).values(fields={}))
    session.execute(
        delete(TrashEntry).where(TrashEntry.entity == "attachment", TrashEntry.record_id.in_(about))
    )
    session.execute(
        delete(Attachment).where(Attachment.entity == entity, Attachment.record_id.in_(ids))
    )


KINDS = (
    Kind(
        "attachment",
        Attachment,
        lambda attachment: attachment.name,
        may_read=may_read_attachment,
        missing=_record_in_trash,
    ),
)
POINTERS = ()
ATTACHMENT_WORDING = Wording(
    N_("Pièce jointe"),
    {"name": N_("Nom du fichier"), "deleted_at": N_("Mise à la corbeille")},
)
