"""The fixed words of a path, and what a form says of one."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from crm.core.errors import N_


class Stage(StrEnum):
    """Where a structure stands, in the order of the path."""

    QUALIFY = "a_qualifier"
    IDEA = "idee"
    DESIGN = "montage"
    SUBMISSION = "depot"
    IMPLEMENTATION = "mise_en_oeuvre"
    REVIEW = "bilan"


class Outcome(StrEnum):
    """How an accompaniment ended."""

    REACHED = "abouti"
    REDIRECTED = "reoriente"
    ABANDONED = "abandonne"
    NO_NEWS = "sans_suite"


STAGE_LABELS = {
    Stage.QUALIFY: N_("À qualifier"),
    Stage.IDEA: N_("Idée"),
    Stage.DESIGN: N_("Montage"),
    Stage.SUBMISSION: N_("Dépôt"),
    Stage.IMPLEMENTATION: N_("Mise en œuvre"),
    Stage.REVIEW: N_("Bilan du projet"),
}
OUTCOME_LABELS = {
    Outcome.REACHED: N_("Objectif atteint"),
    Outcome.REDIRECTED: N_("Orientée vers un autre acteur"),
    Outcome.ABANDONED: N_("Projet abandonné"),
    Outcome.NO_NEWS: N_("Sans nouvelles"),
}


@dataclass(frozen=True, slots=True)
class AccompanimentData:
    """What a form says of a path; ids are checked by the operation.

    `structure` is a picker's value: an id, `commune:INSEE`, `epci:SIREN`.
    """

    structure: str
    person_id: int
    opened_on: date
    stage: str = Stage.QUALIFY
    about: str | None = None
    project_id: int | None = None
    obstacle_ids: tuple[int, ...] = ()
    next_milestone: str | None = None
    next_milestone_on: date | None = None


@dataclass(frozen=True, slots=True)
class ClosingData:
    """How and when a path ended."""

    closed_on: date
    outcome: str
    note: str | None = None
