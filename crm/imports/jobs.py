"""The daily erasing of files that imports no longer need."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.imports.models import Import
from crm.imports.operations import erase_files
from crm.imports.storage import Folder
from crm.imports.types import AT_WORK
from crm.jobs.registry import Job

KEPT_FOR = timedelta(days=30)


def _erase(session: Session, now: datetime) -> str:
    due = session.execute(
        select(Import.id, Import.folder).where(
            Import.created_at <= now - KEPT_FOR,
            Import.files_erased_at.is_(None),
            Import.state.not_in(AT_WORK),
        )
    ).all()
    for _import_id, folder in due:
        Folder(folder).erase()
    erase_files(session, import_ids=[import_id for import_id, _folder in due])
    return f"{len(due)} erased"


ERASE_FILES = Job("erase-import-files", _erase, N_("Effacer les fichiers importés depuis 30 jours"))
