"""The daily purge of the trash."""

from datetime import datetime

from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.history.trash import purge_trash
from crm.jobs.registry import Job


def _purge(session: Session, now: datetime) -> str:
    done = purge_trash(session, now=now)
    return f"{done.purged} purged, {done.kept} kept"


PURGE_TRASH = Job("purge-trash", _purge, N_("Vider la corbeille après trente jours"))
