"""What accompaniment tells on the pages of applications and calls."""

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.followups.models import AccompanimentSession, SessionApplication
from crm.followups.queries.sessions import details_of
from crm.followups.timeline import follow_up_panel
from crm.funding.types import SUPPORT_LEVEL_LABELS, SupportLevel
from crm.web.formats import short_date
from crm.web.locale import translate
from crm.web.panels import Panel, PanelRow

_SHOWN = 10
_OPEN_OF_APPLICATION = follow_up_panel("funding_application", "dossier")
_OPEN_OF_CALL = follow_up_panel("funding_call", "appel")


def application_sessions(session: Session, application_id: int) -> Panel:
    """Return the sessions that helped an application, and a way to log one more."""
    rows = session.execute(
        select(AccompanimentSession.id, AccompanimentSession.held_on, SessionApplication.level)
        .join(SessionApplication, SessionApplication.session_id == AccompanimentSession.id)
        .where(
            SessionApplication.application_id == application_id,
            AccompanimentSession.deleted_at.is_(None),
        )
        .order_by(AccompanimentSession.held_on.desc(), AccompanimentSession.id.desc())
        .limit(_SHOWN)
    ).all()
    details = details_of(session, [row.id for row in rows])
    told = [
        PanelRow(
            title=details.title(row.id),
            url=url_for("sessions.show", session_id=row.id),
            detail=translate(SUPPORT_LEVEL_LABELS[SupportLevel(row.level)]),
            aside=short_date(row.held_on),
            icon="message-circle",
        )
        for row in rows
    ]
    new = PanelRow(
        title=translate(N_("Noter une séance pour ce dossier")),
        url=url_for("sessions.new", dossier=application_id),
        icon="plus",
    )
    more = url_for("sessions.index", dossier=application_id) if rows else None
    return Panel(translate(N_("Notre appui")), [*told, new], more)


def application_follow_ups(session: Session, application_id: int) -> Panel | None:
    """Return what is still to be done about an application, and a way to add to it."""
    return _with_way_on(
        _OPEN_OF_APPLICATION(session, application_id),
        PanelRow(
            title=translate(N_("Nouvelle relance")),
            url=url_for("follow_ups.new", dossier=application_id),
            icon="plus",
        ),
    )


def call_follow_ups(session: Session, call_id: int) -> Panel | None:
    """Return what is still to be done before a call closes, and a way to plan it."""
    return _with_way_on(
        _OPEN_OF_CALL(session, call_id),
        PanelRow(
            title=translate(N_("Compter à rebours depuis la clôture")),
            url=url_for("follow_ups.plan_call", call_id=call_id),
            icon="hourglass",
        ),
    )


def _with_way_on(panel: Panel | None, way: PanelRow) -> Panel | None:
    if panel is None:
        return None
    return Panel(panel.title, [*panel.rows, way], panel.url if panel.rows else None)


FUNDING_PANELS = (
    ("funding_application", application_sessions),
    ("funding_application", application_follow_ups),
    ("funding_call", call_follow_ups),
)
