"""What paths let a report count: how many are open by stage and département, what stops them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from crm.accompaniment.models import Accompaniment, accompaniment_obstacle
from crm.accompaniment.silence import is_current
from crm.accompaniment.types import STAGE_LABELS
from crm.accounts.models import User
from crm.contacts.listings import departements
from crm.contacts.models import Structure
from crm.core.errors import N_
from crm.indicators.indicator import Indicator, RowColumn
from crm.indicators.keys import departement_key, family_key, named_key
from crm.indicators.types import By, Scope, Unit
from crm.reference.queries import labels_by_id
from crm.web.locale import translate

OPEN_RULE = N_(
    "Accompagnements en cours aujourd’hui : ouverts, non clos, hors corbeille, d’une structure qui"
    " n’est ni à la corbeille ni fusionnée. Une structure en a un seul à la fois."
)
OBSTACLES_RULE = N_(
    "Accompagnements en cours pour lesquels cet obstacle est noté aujourd’hui. Un accompagnement"
    " qui en rencontre plusieurs compte dans chacun."
)
NO_DEPARTEMENT = "aucun"


@dataclass(frozen=True, slots=True)
class Line:
    """A figure: the value of the filter that opens its list, its label, how many."""

    key: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class PathCounts:
    """The figures of the current paths."""

    total: int
    by_stage: list[Line]
    by_departement: list[Line]
    by_obstacle: list[Line]


def path_counts(session: Session) -> PathCounts:
    """Return how many paths are open now, and how they split; four reads for the figures."""
    stages = _counts(session, _open(Accompaniment.stage))
    places = _counts(session, _open(func.coalesce(Structure.departement_code, NO_DEPARTEMENT)))
    met = _open(accompaniment_obstacle.c.obstacle_id).join(
        accompaniment_obstacle,
        accompaniment_obstacle.c.accompaniment_id == Accompaniment.id,
    )
    obstacles = _counts(session, met)
    names = dict(departements(session))
    names[NO_DEPARTEMENT] = translate(N_("Sans département"))
    labels = dict(labels_by_id(session, "obstacle"))
    ranked = sorted(obstacles.items(), key=lambda pair: (-pair[1], labels.get(pair[0], "")))
    return PathCounts(
        total=sum(stages.values()),
        by_stage=[
            Line(stage.value, translate(label), stages.get(stage.value, 0))
            for stage, label in STAGE_LABELS.items()
        ],
        by_departement=[Line(code, names.get(code, code), places[code]) for code in sorted(places)],
        by_obstacle=[Line(key, labels.get(key, key), count) for key, count in ranked],
    )


def _open(key: Any) -> Select[Any]:
    return (
        select(key.label("key"), func.count())
        .select_from(Accompaniment)
        .join(Structure, Structure.id == Accompaniment.structure_id)
        .where(is_current(), Structure.deleted_at.is_(None))
        .group_by(key)
    )


def _counts(session: Session, statement: Select[Any]) -> Mapping[str, int]:
    return {str(key): count for key, count in session.execute(statement).tuples()}


def _open_on(scope: Scope) -> Select[Any]:
    day = scope.period.end
    return (
        select(Accompaniment.id)
        .select_from(Accompaniment)
        .join(Structure, Structure.id == Accompaniment.structure_id)
        .where(
            Accompaniment.deleted_at.is_(None),
            Accompaniment.opened_on <= day,
            or_(Accompaniment.closed_on.is_(None), Accompaniment.closed_on > day),
            Structure.deleted_at.is_(None),
        )
    )


PATHS_OPEN = Indicator(
    code="paths_open",
    label=N_("accompagnements en cours"),
    rule=N_(
        "Accompagnements ouverts au plus tard le dernier jour de la période et non clos ce"
        " jour-là, hors corbeille, d’une structure qui n’est ni à la corbeille ni fusionnée. La"
        " famille et le département sont ceux d’aujourd’hui."
    ),
    unit=Unit.PATH,
    entity="accompaniment",
    facts=_open_on,
    counted=Accompaniment.id.expression,
    is_single=True,
    is_stock=True,
    keys={
        By.FAMILY: family_key(Structure.family_code),
        By.DEPARTEMENT: departement_key(Structure.departement_code),
        By.OFFICER: named_key(Accompaniment.person_id, User.id, User.name),
    },
    columns=(
        RowColumn("name", N_("Structure"), Structure.name),
        RowColumn("opened_on", N_("Ouvert le"), Accompaniment.opened_on, "date"),
    ),
)
INDICATORS = (PATHS_OPEN,)
