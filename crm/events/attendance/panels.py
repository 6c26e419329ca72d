"""What the pages of events and of groups tell of who came."""

from flask import url_for
from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.events.attendance.queries.lists import counts_of
from crm.events.models import Attendance, Event
from crm.events.types import EventStatus
from crm.web.formats import number
from crm.web.locale import translate
from crm.web.panels import Panel, PanelRow


def attendance_panel(session: Session, event_id: int) -> Panel:
    """Return who came to an event: three counts, and the ways to say more."""
    counts = counts_of(session, event_id)
    rows = [
        PanelRow(
            title=translate(N_("Liste de présence")),
            url=url_for("attendance.index", event_id=event_id),
            detail=translate(
                N_("Personnes : %(people)s · structures : %(structures)s · présences : %(count)s"),
                people=number(counts.people),
                structures=number(counts.structures),
                count=number(counts.attendances),
            ),
            icon="list-check",
        ),
        PanelRow(
            title=translate(N_("Importer un fichier de Zoom, Teams ou BigBlueButton")),
            url=url_for("attendance.send", event_id=event_id),
            icon="upload",
        ),
    ]
    if counts.structures:
        rows += [
            PanelRow(
                title=translate(N_("Relancer les structures présentes")),
                url=url_for("attendance.follow_up", event_id=event_id),
                icon="bell",
            ),
            PanelRow(
                title=translate(N_("Noter une séance par structure présente")),
                url=url_for("attendance.sessions", event_id=event_id),
                icon="messages",
            ),
        ]
    return Panel(translate(N_("Présences")), rows, url_for("attendance.index", event_id=event_id))


def group_meetings(session: Session, group_id: int) -> Panel | None:
    """Return the meetings that a group held and who came to them; None without any.

    The headcounts without names are said apart, never added to the people.
    """
    held = select(Event.id).where(
        Event.group_id == group_id,
        Event.deleted_at.is_(None),
        Event.status == EventStatus.HELD,
    )
    meetings, headcount = session.execute(
        select(func.count(), func.sum(Event.headcount)).where(Event.id.in_(held))
    ).one()
    if not meetings:
        return None
    people, unknown, structures, attendances = session.execute(
        select(
            func.count(distinct(Attendance.contact_id)),
            func.count(Attendance.id).filter(Attendance.contact_id.is_(None)),
            func.count(distinct(Attendance.structure_id)),
            func.count(Attendance.id),
        ).where(Attendance.event_id.in_(held), Attendance.is_present)
    ).one()
    details = [
        translate(N_("Personnes : %(count)s"), count=number(people + unknown)),
        translate(N_("structures : %(count)s"), count=number(structures)),
        translate(N_("présences : %(count)s"), count=number(attendances)),
    ]
    if headcount is not None:
        details.append(
            translate(N_("effectifs sans les noms : %(count)s"), count=number(headcount))
        )
    total = PanelRow(
        title=translate(N_("Réunions tenues : %(count)s"), count=number(meetings)),
        url=url_for("events.index", groupe=group_id, statut=EventStatus.HELD.value),
        detail=" · ".join(details),
        icon="users",
    )
    return Panel(translate(N_("Réunions du groupe")), [total])
