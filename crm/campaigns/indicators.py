"""What campaigns let the yearly report count: each figure, its rule in words, the rows behind it.

A campaign counts in its reporting year, whatever calendar years it straddles; a structure that
several campaigns of a year target counts once in each figure.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from crm.agreements.indicators import axis_key
from crm.campaigns.models import Campaign, Target, campaign_axis
from crm.campaigns.queries.conditions import DEFINITIONS, is_met_by, is_there
from crm.campaigns.types import Measure
from crm.contacts.queries.roots import roots
from crm.core.errors import N_
from crm.indicators.indicator import Indicator, Key, RowColumn
from crm.indicators.keys import departement_key, family_key, named_key
from crm.indicators.types import By, Period, Scope, Unit

LABELS: Mapping[Measure, str] = {
    Measure.TARGETED: N_("structures ciblées par une campagne"),
    Measure.REACHED: N_("structures touchées par une campagne"),
    Measure.ANSWERED: N_("structures ayant répondu à une campagne"),
    Measure.MET: N_("structures rencontrées grâce à une campagne"),
    Measure.ACCOMPANIED: N_("structures accompagnées pendant une campagne"),
    Measure.FILED: N_("structures ayant déposé un dossier pendant une campagne"),
    Measure.FUNDED: N_("structures financées à la suite d’une campagne"),
}
_AXIS = axis_key(campaign_axis.c.axis_id, (campaign_axis.c.campaign_id, Campaign.id.expression))
_KEYS: Mapping[By, Key] = {
    By.FAMILY: family_key(Target.family_code),
    By.DEPARTEMENT: departement_key(Target.departement_code),
    By.CAMPAIGN: named_key(Target.campaign_id, Campaign.id, Campaign.name),
    By.AXIS: _AXIS,
}


def counts_in(period: Period) -> ColumnElement[bool]:
    """Return the condition of campaigns that count in a period.

    Of whole years, those of these reporting years; of any other period, those that begin in it.
    """
    if period.is_whole_years:
        when = Campaign.reporting_year.in_(period.years)
    else:
        when = Campaign.starts_on.between(period.start, period.end)
    return and_(when, Campaign.deleted_at.is_(None))


def _targets(measure: Measure, scope: Scope) -> Select[Any]:
    return (
        select(Target.id)
        .select_from(Target)
        .join(Campaign, Campaign.id == Target.campaign_id)
        .where(counts_in(scope.period), is_there(), is_met_by(measure))
    )


def _measured(measure: Measure, rule: str) -> Indicator:
    return Indicator(
        code=f"campaign_{measure.name.lower()}",
        label=LABELS[measure],
        rule=rule,
        unit=Unit.STRUCTURE,
        entity="structure",
        facts=lambda scope: _targets(measure, scope),
        counted=Target.structure_id.expression,
        keys=_KEYS,
        parents=roots,
        columns=(
            RowColumn("name", N_("Nom ce jour-là"), func.max(Target.structure_name)),
            RowColumn("campaigns", N_("Campagnes"), func.aggregate_strings(Campaign.name, ", ")),
            RowColumn("departement", N_("Département"), func.max(Target.departement_code)),
        ),
    )


CAMPAIGNS_RUN = Indicator(
    code="campaigns_run",
    label=N_("campagnes menées"),
    rule=N_(
        "Campagnes dont l’année de bilan est dans la période, hors corbeille ; d’une période qui"
        " n’est pas faite d’années entières, celles qui y commencent."
    ),
    unit=Unit.CAMPAIGN,
    entity="campaign",
    facts=lambda scope: select(Campaign.id).select_from(Campaign).where(counts_in(scope.period)),
    counted=Campaign.id.expression,
    is_single=True,
    keys={By.AXIS: _AXIS},
    columns=(
        RowColumn("name", N_("Campagne"), Campaign.name),
        RowColumn("starts_on", N_("Début"), Campaign.starts_on, "date"),
        RowColumn("ends_on", N_("Fin"), Campaign.ends_on, "date"),
    ),
)
MEASURES: Mapping[Measure, Indicator] = {
    each.measure: _measured(each.measure, each.rule) for each in DEFINITIONS
}
INDICATORS = (CAMPAIGNS_RUN, *MEASURES.values())
