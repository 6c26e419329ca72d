"""The daily purge of the trash."""

from datetime import datetime

from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.history.trash import purge_trash
from crm.jobs.registry import Job
from crm.jobs.results import told


def _purge(session: Session, now: datetime) -> str:
    done = purge_trash(session, now=now)
    return told(N_("Effacées : %(purged)s, gardées : %(kept)s"), purged=done.purged, kept=done.kept)


PURGE_TRASH = Job("purge-trash", _purge, N_("Vider la corbeille après trente jours"))
