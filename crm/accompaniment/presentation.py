"""What the pages of paths put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import get_template_attribute, url_for
from sqlalchemy import Row
from sqlalchemy.orm import Session

from crm.accompaniment.forms import AccompanimentForm
from crm.accompaniment.models import Accompaniment
from crm.accompaniment.queries import (
    accompaniment_for_page,
    accompaniments_of,
    obstacles_of,
    projects_to_choose,
    steps_of,
)
from crm.accompaniment.rules import is_silent, next_stage, silent_days
from crm.accompaniment.silence import last_exchange_of
from crm.accompaniment.types import OUTCOME_LABELS, STAGE_LABELS, Outcome, Stage
from crm.accounts.queries import team
from crm.contacts.queries import structures_by_values
from crm.contacts.typed_names import value_of_typed_structure
from crm.core import clock
from crm.core.errors import N_, RuleError
from crm.core.numbers import parse_id
from crm.history.queries import history_of
from crm.history.wording import tell
from crm.reference.queries import items_of
from crm.web.formats import short_date
from crm.web.locale import sentence, translate
from crm.web.panels import Panel, PanelRow

_PAST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class ShownStage:
    """A stage of the stepper."""

    stage: Stage
    label: str
    is_done: bool
    is_current: bool


@dataclass(frozen=True, slots=True)
class Silence:
    """Since when nothing has happened; `is_long` says that it is worth a call."""

    last_on: date
    days: int
    is_long: bool


def shown_stages(stage: str) -> list[ShownStage]:
    """Return every stage in order, as a stepper shows where a path stands."""
    stages = list(Stage)
    place = stages.index(Stage(stage))
    return [
        ShownStage(each, translate(STAGE_LABELS[each]), rank < place, rank == place)
        for rank, each in enumerate(stages)
    ]


def silence_of(session: Session, record: Accompaniment | Row[Any]) -> Silence | None:
    """Return the silence of a current path; None for one that is closed."""
    if record.closed_on is not None:
        return None
    today = clock.today()
    last_on = last_exchange_of(session, record.structure_id) or record.opened_on
    return Silence(last_on, silent_days(last_on, today), is_silent(last_on, today))


def accompaniment_page(session: Session, accompaniment_id: int) -> dict[str, Any]:
    """Return what a path's page shows; raise NotFoundError."""
    record = accompaniment_for_page(session, accompaniment_id)
    others = accompaniments_of(session, record.structure_id)
    return {
        "record": record,
        "stages": shown_stages(record.stage),
        "stage_labels": STAGE_LABELS,
        "outcome_labels": OUTCOME_LABELS,
        "next_stage": next_stage(record.stage),
        "silence": silence_of(session, record),
        "steps": steps_of(session, accompaniment_id),
        "others": [_told_in_a_row(each) for each in others if each.id != record.id],
        "changes": tell(
            session,
            history_of(session, entity="accompaniment", record_id=accompaniment_id, limit=20),
        ),
    }


def _told_in_a_row(record: Row[Any]) -> PanelRow:
    day = short_date(record.closed_on or record.opened_on)
    said = N_("clos le %(day)s") if record.closed_on else N_("en cours depuis le %(day)s")
    return PanelRow(
        title=record.about or translate(N_("Accompagnement")),
        url=url_for("accompaniments.show", accompaniment_id=record.id),
        detail=translate(said, day=day),
        aside=translate(OUTCOME_LABELS[Outcome(record.outcome)]) if record.outcome else None,
    )


def structure_panel(session: Session, structure_id: int) -> Panel:
    """Return the current path of a structure and the past ones, or one click to open one."""
    found = accompaniments_of(session, structure_id)
    current = next(
        (each for each in found if each.closed_on is None and each.structure_id == structure_id),
        None,
    )
    write = get_template_attribute("accompaniment/_panel.html", "panel")
    body = write(
        structure_id=structure_id,
        record=current,
        obstacles=obstacles_of(session, current.id) if current else (),
        stages=shown_stages(current.stage) if current else [],
        next_stage=next_stage(current.stage) if current else None,
        silence=silence_of(session, current) if current else None,
        others=[_told_in_a_row(each) for each in found if each is not current][:_PAST_SHOWN],
        stage_labels=STAGE_LABELS,
    )
    url = url_for("accompaniments.index", structure=structure_id) if found else None
    return Panel(translate("Accompagnement"), (), url, body)


def offer_choices(
    session: Session, form: AccompanimentForm, record: Accompaniment | None = None
) -> None:
    """Give the form's lists what they offer; a retired entry stays where it is in use already."""
    form.person.choices = team(session, [record.person_id] if record else [])
    kept: Sequence[Any] = record.obstacles if record else ()
    items = items_of(session, "obstacle", with_retired=True)
    form.obstacles.offer(
        (str(item.id), item.label) for item in items if item.is_active or item in kept
    )
    chosen = list(form.structure.data or [])
    form.structure.offer(structures_by_values(session, chosen))
    structure_id = record.structure_id if record else parse_id(next(iter(chosen), ""))
    projects = projects_to_choose(session, structure_id)
    if record and record.project and str(record.project_id) not in dict(projects):
        projects.append((str(record.project_id), record.project.name))
    form.project.choices = [("", "—"), *projects]


def settle_typed_name(session: Session, form: AccompanimentForm) -> None:
    """Turn a name typed without a picker into a choice."""
    if typed := form.structure_text.data:
        try:
            form.structure.data = [value_of_typed_structure(session, typed, "structure")]
        except RuleError as error:
            form.typed_error = sentence(error)
