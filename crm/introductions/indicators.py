"""What introductions let a report count: those made, with the rule and the rows behind."""

from typing import Any

from sqlalchemy import Select, func, select

from crm.accounts.models import User
from crm.contacts.models import Structure
from crm.core.errors import N_
from crm.indicators.indicator import Indicator, RowColumn
from crm.indicators.keys import fixed_key, named_key
from crm.indicators.types import By, Scope, Unit
from crm.introductions.models import Introduction, IntroductionSide
from crm.introductions.types import OUTCOME_LABELS, IntroductionStatus


def _made(_scope: Scope) -> Select[Any]:
    return (
        select(Introduction.id)
        .select_from(Introduction)
        .where(
            Introduction.deleted_at.is_(None),
            Introduction.status == IntroductionStatus.MADE,
            Introduction.made_on.is_not(None),
        )
    )


_SIDES = (
    select(func.aggregate_strings(Structure.name, ", "))
    .select_from(IntroductionSide)
    .join(Structure, Structure.id == IntroductionSide.structure_id)
    .where(IntroductionSide.introduction_id == Introduction.id)
    .correlate(Introduction)
    .scalar_subquery()
)
INTRODUCTIONS_MADE = Indicator(
    code="introductions_made",
    label=N_("mises en relation faites"),
    rule=N_(
        "Mises en relation faites dans la période, hors corbeille, le jour où elles l’ont été."
        " Celles qui sont proposées, en attente d’accord ou refusées ne comptent pas."
    ),
    unit=Unit.INTRODUCTION,
    entity="introduction",
    facts=_made,
    counted=Introduction.id.expression,
    day=Introduction.made_on.expression,
    is_single=True,
    keys={
        By.OFFICER: named_key(Introduction.officer_id, User.id, User.name),
        By.STAGE: fixed_key(
            func.coalesce(Introduction.outcome, ""), {**OUTCOME_LABELS, "": N_("Pas encore dit")}
        ),
    },
    columns=(
        RowColumn("name", N_("Structures"), _SIDES),
        RowColumn("reason", N_("Motif"), Introduction.reason),
        RowColumn("made_on", N_("Faite le"), Introduction.made_on, "date"),
    ),
)
INDICATORS = (INTRODUCTIONS_MADE,)
