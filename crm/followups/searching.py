"""How sessions are shown where everything is found."""

import calendar
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from flask import url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from crm.contacts.searching import COMMUNES, EPCIS, STRUCTURES, detail
from crm.core.days import french_month
from crm.core.errors import N_
from crm.core.text import words
from crm.followups.indexing import SESSION, all_sessions
from crm.followups.models import AccompanimentSession, SessionStructure
from crm.followups.queries import session_rows
from crm.search.actions import Action
from crm.search.kinds import IDS, Hit, SearchKind, lines
from crm.web.access import Permission
from crm.web.formats import long_date

_MONTHS = [french_month(month) for month in range(1, 13)]
_YEAR = re.compile(r"(?:19|20)\d\d")


@cache
def _session_lines() -> Select[Any]:
    return session_rows().where(AccompanimentSession.id.in_(IDS))


_SEATS = (
    select(SessionStructure.session_id, SessionStructure.structure_name)
    .where(SessionStructure.session_id.in_(IDS))
    .order_by(SessionStructure.structure_name, SessionStructure.structure_id)
)


def describe_sessions(session: Session, ids: Sequence[int]) -> dict[int, Hit]:
    """Return the lines of sessions by the number of the index, or by id: who, what kind, when."""
    session_ids = [abs(number) for number in ids]
    names: dict[int, list[str]] = {}
    for session_id, name in lines(session, _SEATS, session_ids):
        names.setdefault(session_id, []).append(name)
    hits = {
        row.id: Hit(
            title=", ".join(names.get(row.id, "—")),
            value=str(row.id),
            url=url_for("sessions.show", session_id=row.id),
            detail=detail(row.kind, long_date(row.held_on)),
        )
        for row in lines(session, _session_lines(), session_ids)
    }
    return {number: hits[abs(number)] for number in ids if abs(number) in hits}


def sessions_found(text: str) -> str:
    """Return the address of the list of sessions for these words; its dates are filters."""
    typed = words(text)
    years = [word for word in typed if _YEAR.fullmatch(word)]
    months = [word for word in typed if word in _MONTHS]
    names = " ".join(word for word in typed if word not in (*years, *months))
    dates: dict[str, Any] = {}
    if years and months:
        month = _MONTHS.index(months[-1]) + 1
        last = calendar.monthrange(int(years[-1]), month)[1]
        dates = {"du": f"{years[-1]}-{month:02}-01", "au": f"{years[-1]}-{month:02}-{last}"}
    elif years:
        dates = {"annee": years[-1]}
    return url_for("sessions.index", q=names or None, **dates)


SESSIONS = SearchKind(
    SESSION,
    N_("Séances"),
    "messages",
    all_sessions,
    describe_sessions,
    nouns=frozenset({"seance", "seances"}),
    list_url=sessions_found,
)
LOG_SESSION = Action(
    N_("Noter une séance"),
    "calendar-plus",
    Permission.LOG_SESSIONS,
    nouns=SESSIONS.nouns,
    url=lambda: url_for("sessions.new"),
    label_with=N_("Noter une séance : %(rest)s"),
    takes=(STRUCTURES.name, COMMUNES.name, EPCIS.name),
    with_record=lambda value: url_for("sessions.new", structure=value),
    is_quick=True,
)
FOLLOW_UPS = Action(
    N_("Relances"),
    "bell",
    Permission.READ_NETWORK,
    nouns=frozenset({"relance", "relances"}),
    url=lambda: url_for("follow_ups.index"),
)
