"""What accompaniment lets the list of structures show."""

from datetime import date

from sqlalchemy import func, select

from crm.contacts.models import Structure
from crm.contacts.queries.identities import ids_of
from crm.core.errors import N_
from crm.followups.models import AccompanimentSession, SessionStructure
from crm.followups.types import SessionStatus
from crm.web.list_additions import AddedColumn
from crm.web.list_definition import Column, Sort

_LAST = (
    select(func.max(AccompanimentSession.held_on))
    .join(SessionStructure, SessionStructure.session_id == AccompanimentSession.id)
    .where(
        SessionStructure.structure_id.in_(ids_of("structure", Structure.id)),
        AccompanimentSession.status == SessionStatus.DONE,
        AccompanimentSession.deleted_at.is_(None),
    )
    .correlate(Structure)
    .scalar_subquery()
)
LAST_SESSION = AddedColumn(
    Column(
        "last_session_on",
        N_("Dernière séance"),
        sort="derniere-seance",
        name="derniere-seance",
        is_usual=False,
        extra=_LAST,
        kind="date",
    ),
    Sort((func.coalesce(_LAST, date(1, 1, 1)), Structure.id), descending=True),
)
