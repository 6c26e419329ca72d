"""Joining files to a record."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from crm.attachments.models import Attachment
from crm.attachments.types import KeptFile
from crm.core import clock


def attach_files(
    session: Session,
    *,
    entity: str,
    record_id: int,
    files: Sequence[KeptFile],
    author_id: int | None,
) -> list[Attachment]:
    """Join files that are kept already to a record; return them in their order."""
    made = [
        Attachment(
            entity=entity,
            record_id=record_id,
            key=file.key,
            name=file.name,
            content_type=file.content_type,
            size_bytes=file.size_bytes,
            author_id=author_id,
            created_at=clock.now(),
        )
        for file in files
    ]
    session.add_all(made)
    session.flush()
    return made
