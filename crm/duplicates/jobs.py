"""Looking for duplicates: the first pass, then each day what has changed."""

import time
from datetime import datetime

from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.database import transaction
from crm.duplicates.scanning import (
    KINDS,
    MOST_CHANGES,
    begin_scan,
    changed_since,
    compare_all,
    compare_changed,
    end_scan,
    keep_step,
    last_change,
    scan_of,
)
from crm.jobs.registry import Job
from crm.jobs.results import told


def look_for_duplicates(session: Session, seconds: float | None = None) -> bool:
    """Compare what has not been compared; stop after some seconds, if given, to go on later.

    Each step is a transaction of its own: it can be killed, and is taken up where it was. Returns
    whether everything has been compared.
    """
    end = None if seconds is None else time.monotonic() + seconds
    found = [_look(session, kind, end) for kind in KINDS]
    return all(found)


def _look(session: Session, kind: str, end: float | None) -> bool:
    scan = scan_of(session, kind)
    if scan is not None and scan.finished_at is not None:
        upto = last_change(session)
        ids = changed_since(session, kind, scan.last_change_id)
        if len(ids) <= MOST_CHANGES:
            with transaction() as writing:
                compare_changed(writing, kind, ids, upto)
            return True
    with transaction() as writing:
        position = begin_scan(writing, kind).position
    for total, step in compare_all(session, kind, position):
        with transaction() as writing:
            keep_step(writing, kind, total, step)
        if end is not None and time.monotonic() > end:
            return False
    with transaction() as writing:
        end_scan(writing, kind)
    return True


def _work(session: Session, _now: datetime) -> str:
    look_for_duplicates(session)
    return told(N_("Tout est comparé"))


FIND_DUPLICATES = Job("find-duplicates", _work, N_("Chercher les doublons"), is_long=True)
