"""The daily erasing of files that no record has any more: purged, or left by a broken upload."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from crm.attachments.queries import kept_keys
from crm.attachments.storage import files_before
from crm.core.batches import in_batches
from crm.core.errors import N_
from crm.jobs.registry import Job
from crm.jobs.results import told

# What was just sent may not be written in the database yet.
_LEFT_ALONE_FOR = timedelta(days=1)


def _erase(session: Session, now: datetime) -> str:
    erased = 0
    for batch in in_batches(list(files_before(now - _LEFT_ALONE_FOR))):
        kept = kept_keys(session, [path.name for path in batch])
        for path in batch:
            if path.name not in kept:
                path.unlink(missing_ok=True)
                erased += 1
    return told(N_("Effacées : %(count)s"), count=erased)


ERASE_ORPHANS = Job("erase-orphan-files", _erase, N_("Effacer les pièces jointes sans fiche"))
