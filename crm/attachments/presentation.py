"""What a record's page shows of its files."""

from typing import Any

from sqlalchemy.orm import Session

from crm.attachments.forms import FilesForm
from crm.attachments.queries import attachments_of
from crm.attachments.types import ACCEPTED


def files_of_page(session: Session, *, entity: str, record_id: int) -> dict[str, Any]:
    """Return the files of a record, and the form that joins more."""
    return {
        "attachments": attachments_of(session, entity=entity, record_id=record_id),
        "files_form": FilesForm(formdata=None),
        "accepted": ACCEPTED,
    }
