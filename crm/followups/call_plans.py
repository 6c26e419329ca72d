"""What is planned back from the closing of a call: pure, no database."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from crm.core.errors import N_, RuleError
from crm.followups.rules import LONGEST_WHAT

LONGEST_LEAD_DAYS = 730


@dataclass(frozen=True, slots=True)
class PlanStep:
    """Something to do so many days before a call closes."""

    what: str
    days_before: int


USUAL_STEPS = (
    PlanStep(N_("Informer les structures éligibles"), 60),
    PlanStep(N_("Relancer les structures intéressées"), 45),
    PlanStep(N_("Relire les dossiers en montage"), 21),
    PlanStep(N_("Vérifier que les dossiers sont complets"), 7),
    PlanStep(N_("Vérifier que les dossiers sont déposés"), 1),
)


def due_on(closes_on: date, days_before: int) -> date:
    """Return the day that is so many days before a call closes."""
    return closes_on - timedelta(days=days_before)


def clean_steps(steps: Sequence[PlanStep], closes_on: date, today: date) -> list[PlanStep]:
    """Return the steps, the first to do first; raise RuleError for one that cannot be planned."""
    if not steps:
        raise RuleError("steps", N_("Cochez au moins une étape."))
    cleaned = [replace(step, what=step.what.strip()) for step in steps]
    for step in cleaned:
        if not step.what:
            raise RuleError("steps", N_("Dites ce qu’il y a à faire à chaque étape cochée."))
        if len(step.what) > LONGEST_WHAT:
            raise RuleError("steps", N_("Une étape est trop longue : raccourcissez-la."))
        if not 0 <= step.days_before <= LONGEST_LEAD_DAYS:
            raise RuleError("steps", N_("Comptez de 0 à 730 jours avant la clôture."))
        if due_on(closes_on, step.days_before) < today:
            raise RuleError(
                "steps",
                N_("« %(what)s » tomberait un jour passé : décochez, ou comptez moins de jours."),
                what=step.what[:60],
            )
    return sorted(cleaned, key=lambda step: -step.days_before)
