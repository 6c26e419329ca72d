"""What is done each night for campaigns: what happened and was not told at once."""

from datetime import datetime, time

from sqlalchemy.orm import Session

from crm.campaigns.operations.moves import advance
from crm.campaigns.queries.facts import FACTS
from crm.core.errors import N_
from crm.jobs.registry import Job
from crm.jobs.results import told

_AT = time(5, 15)


def catch_up(session: Session, now: datetime) -> str:
    """Move the targets for whom something happened: an import, a message gone a day ago."""
    return told(N_("Suites notées : %(count)s"), count=advance(session, set(FACTS), now=now))


CATCH_UP = Job("campaigns", catch_up, N_("Mise à jour des campagnes"), starts_at=_AT)
