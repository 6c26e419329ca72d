"""The daily erasing of files that imports no longer need."""

from datetime import datetime, timedelta

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.imports.models import Import
from crm.imports.operations import erase_files
from crm.imports.storage import Folder
from crm.imports.types import AT_WORK
from crm.jobs.items import do_each
from crm.jobs.registry import Job
from crm.jobs.results import told

KEPT_FOR = timedelta(days=30)


def _erase(session: Session, now: datetime) -> str:
    due = session.execute(
        select(Import.id, Import.folder).where(
            Import.created_at <= now - KEPT_FOR,
            Import.files_erased_at.is_(None),
            Import.state.not_in(AT_WORK),
        )
    ).all()
    done, failed = do_each("erase-import-files", due, _erase_one)
    if failed:
        return told(N_("Effacés : %(done)s, en échec : %(failed)s"), done=done, failed=failed)
    return told(N_("Effacés : %(count)s"), count=done)


def _erase_one(session: Session, due: Row[tuple[int, str]]) -> None:
    Folder(due.folder).erase()
    erase_files(session, import_ids=[due.id])


ERASE_FILES = Job(
    "erase-import-files",
    _erase,
    N_("Effacer les fichiers importés depuis 30 jours"),
    is_long=True,
)
