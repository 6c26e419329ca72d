"""The demonstration's agreements, one every three years: axes, what is planned, what was done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import Table, case, func, select, update
from sqlalchemy.orm import Session

from crm.agreements.models import ActionRecord, Agreement, Axis, PlannedAction, agreement_funder
from crm.agreements.types import Rhythm
from crm.campaigns.models import Campaign, campaign_axis
from crm.contacts.models import Structure
from crm.core import clock
from crm.core.text import sort_key
from crm.demo.bulk import Row, add_links, add_rows, created, tell
from crm.demo.funding_plan import REGION
from crm.demo.reference import Reference
from crm.demo.series import YOUNG_PEOPLE
from crm.demo.users import Team
from crm.events.models import Event
from crm.events.models.events import event_axis
from crm.followups.models import AccompanimentSession, session_axis
from crm.measures.figures import series_code
from crm.reference.models import ReferenceItem

_FIRST, _YEARS = 2018, 3
_CODES = ("axe_1", "axe_2", "axe_3", "axe_4")
_LINKS: tuple[tuple[Table, str, type, str], ...] = (
    (session_axis, "session_id", AccompanimentSession, "held_on"),
    (event_axis, "event_id", Event, "held_on"),
    (campaign_axis, "campaign_id", Campaign, "starts_on"),
)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is planned, in the axis of this rank; `year` counts from the first of the agreement."""

    axis: int
    label: str
    target: str | None
    count: int | None
    figure: str | None = None
    year: int | None = None
    kept: str | None = None
    by_axis: bool = True


def add_agreements(
    session: Session, reference: Reference, *, series: Mapping[str, int], team: Team
) -> None:
    """Add an agreement every three years up to today, and let work count for its own axes."""
    today = clock.today()
    before: Sequence[int] = ()
    for first in range(_FIRST, today.year + 1, _YEARS):
        axes = (
            [reference.item("axis", code) for code in _CODES]
            if first == _FIRST
            else _new_axes(session, reference, first)
        )
        agreement_id = _add_agreement(session, first, axes)
        if before:
            _hand_over(session, before, axes, date(first, 1, 1))
        _add_actions(session, agreement_id, axes, _plans(reference, series, first), first)
        before = axes
    past = select(Axis.item_id).join(Agreement).where(Agreement.ends_on < today)
    session.execute(update(ReferenceItem).where(ReferenceItem.id.in_(past)).values(is_active=False))
    _note_meetings(session, team)


def _add_agreement(session: Session, first: int, axes: Sequence[int]) -> int:
    last = first + _YEARS - 1
    row: Row = {
        "name": f"CPO {first}-{last}",
        "sort_name": sort_key(f"CPO {first}-{last}"),
        "reference": f"CPO-{first}",
        "starts_on": date(first, 1, 1),
        "ends_on": date(last, 12, 31),
        "notes": "Convention pluriannuelle d’objectifs, bilan remis chaque année en mars.",
        "created_at": datetime(first, 1, 8, 9, tzinfo=clock.PARIS),
        "version": 1,
    }
    [agreement_id] = ids = add_rows(session, Agreement, [row])
    tell(session, created("agreement", [row], ids))
    funder_id = session.scalar(
        select(func.min(Structure.id)).where(Structure.sort_name == sort_key(REGION))
    )
    add_links(
        session, agreement_funder, [{"agreement_id": agreement_id, "structure_id": funder_id}]
    )
    add_links(
        session,
        Axis,
        (
            {"item_id": item_id, "agreement_id": agreement_id, "position": position}
            for position, item_id in enumerate(axes, start=1)
        ),
    )
    return agreement_id


def _new_axes(session: Session, reference: Reference, first: int) -> list[int]:
    """Add the same axes for the agreement that follows: each has its own, to be counted apart."""
    labels = dict(
        session.execute(
            select(ReferenceItem.id, ReferenceItem.label).where(ReferenceItem.list_code == "axis")
        )
        .tuples()
        .all()
    )
    return add_rows(
        session,
        ReferenceItem,
        [
            {
                "list_code": "axis",
                "code": f"{code}_{first}",
                "label": labels[reference.item("axis", code)],
                "position": first + rank,
                "is_active": True,
                "version": 1,
            }
            for rank, code in enumerate(_CODES)
        ],
    )


def _hand_over(session: Session, before: Sequence[int], axes: Sequence[int], since: date) -> None:
    """Let what happens from a day on count for the axes of the new agreement."""
    following = dict(zip(before, axes, strict=True))
    for link, column, model, day in _LINKS:
        recent = select(model.id).where(getattr(model, day) >= since)  # type: ignore[attr-defined]
        session.execute(
            update(link)
            .where(link.c.axis_id.in_(before), link.c[column].in_(recent))
            .values(axis_id=case(following, value=link.c.axis_id))
        )


def _plans(reference: Reference, series: Mapping[str, int], first: int) -> list[_Plan]:
    webinar = f"nature:{reference.item('event_kind', 'webinaire')}"
    usual = [
        _Plan(0, "Rencontres et forums d’acteurs", "6 rencontres par an", 6, "events_held"),
        _Plan(1, "Recenser les acteurs et leurs projets", "300 acteurs", 300, "actors_listed"),
        _Plan(
            1, "Lettre d’information mensuelle", "une lettre par mois", 12, "mailings_sent",
            kept="finalite:newsletter",
        ),
        _Plan(
            2, "Accompagner les porteurs de projets", "100 structures par an", 100,
            "accompanied_structures", by_axis=False,
        ),
        _Plan(
            3, "Une rencontre dédiée à la mobilité des jeunes",
            "au moins une rencontre par an", 1,
        ),
    ]  # fmt: skip
    if first != _FIRST:
        return usual
    return [
        *usual,
        _Plan(0, "Rendez-vous de la Chine", "2 rencontres", 2, year=2),
        _Plan(2, "Webinaires sur les appels à projets", "6 webinaires", 6, "events_held", 2,
              webinar, by_axis=False),
        _Plan(3, "Envoi de jeunes du Bassin minier", "10 jeunes", 10,
              series_code(series[YOUNG_PEOPLE]), 1),
    ]  # fmt: skip


def _add_actions(
    session: Session, agreement_id: int, axes: Sequence[int], plans: Sequence[_Plan], first: int
) -> None:
    rows: list[Row] = [
        {
            "agreement_id": agreement_id,
            "axis_id": axes[plan.axis],
            "position": position,
            "label": plan.label,
            "target_text": plan.target,
            "target_count": plan.count,
            "rhythm": (Rhythm.YEARLY if plan.year is None else Rhythm.ONE_YEAR).value,
            "year": None if plan.year is None else first + plan.year,
            "figure_code": plan.figure,
            "by_axis": plan.by_axis,
            "kept": plan.kept,
            "created_at": datetime(first, 1, 8, 10, tzinfo=clock.PARIS),
            "version": 1,
        }
        for position, plan in enumerate(plans, start=1)
    ]
    tell(session, created("planned_action", rows, add_rows(session, PlannedAction, rows)))


def _note_meetings(session: Session, team: Team) -> None:
    """Note by hand a meeting on youth mobility each autumn that is over."""
    actions = session.execute(
        select(PlannedAction.id, Agreement.starts_on)
        .join(Agreement, Agreement.id == PlannedAction.agreement_id)
        .where(PlannedAction.figure_code.is_(None), PlannedAction.rhythm == Rhythm.YEARLY)
        .order_by(PlannedAction.id)
    ).tuples()
    days = [
        (action_id, date(starts_on.year + back, 10, 12 + back))
        for action_id, starts_on in actions
        for back in range(_YEARS)
    ]
    rows: list[Row] = [
        {
            "action_id": action_id,
            "done_on": day,
            "what": "Rencontre régionale sur la mobilité des jeunes",
            "count": 1,
            "source": "Compte rendu de la rencontre",
            "author_id": team.director,
            "created_at": datetime.combine(day, time(18), clock.PARIS),
            "version": 1,
        }
        for action_id, day in days
        if day < clock.today()
    ]
    tell(session, created("action_record", rows, add_rows(session, ActionRecord, rows)))
