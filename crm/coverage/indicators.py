"""What funding lets a report count: each figure, its rule in words, what it can be split by."""

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from crm.contacts.models import Structure
from crm.contacts.queries.roots import roots
from crm.core.errors import N_
from crm.coverage.queries.support import is_supported, support_level
from crm.coverage.rules import FEWEST_FOR_A_RATE
from crm.funding.models import CoFunding, FundingApplication, FundingScheme
from crm.funding.queries.conditions import (
    counted_on,
    is_decided,
    is_filed,
    is_kept,
    is_obtained,
    is_pending,
)
from crm.funding.types import SUPPORT_LEVEL_LABELS
from crm.indicators.indicator import Indicator, Key, Ratio, RowColumn
from crm.indicators.keys import departement_key, family_key, fixed_key, named_key
from crm.indicators.types import By as Split
from crm.indicators.types import Scope, Unit

NOBODY = "aucun"


class By(StrEnum):
    """What the page of the figures of funding splits them by."""

    SCHEME = "dispositif"
    FAMILY = "famille"
    DEPARTEMENT = "departement"
    FUNDER = "principal"


def _kept(*conditions: ColumnElement[bool]) -> Callable[[Scope], Select[Any]]:
    found = (
        select(FundingApplication.id).select_from(FundingApplication).where(is_kept(), *conditions)
    )
    return lambda _scope: found


def _funder_key(column: Any) -> Key:
    return named_key(column, Structure.id, Structure.name, among=column)


_KEYS = {
    Split.SCHEME: named_key(FundingApplication.scheme_id, FundingScheme.id, FundingScheme.name),
    Split.FAMILY: family_key(FundingApplication.family_code),
    Split.DEPARTEMENT: departement_key(FundingApplication.departement_code),
    Split.FUNDER: _funder_key(FundingApplication.funder_id),
    Split.SUPPORT: fixed_key(
        func.coalesce(support_level(), ""), {**SUPPORT_LEVEL_LABELS, "": N_("Sans notre appui")}
    ),
}
_COLUMNS = (
    RowColumn("name", N_("Dossier"), FundingApplication.title),
    RowColumn("beneficiary", N_("Bénéficiaire"), FundingApplication.beneficiary_name),
    RowColumn("filed_on", N_("Déposé le"), FundingApplication.filed_on, "date"),
    RowColumn("decided_on", N_("Décidé le"), FundingApplication.decided_on, "date"),
    RowColumn("requested_cents", N_("Demandé"), FundingApplication.requested_cents, "money"),
    RowColumn("awarded_cents", N_("Accordé"), FundingApplication.awarded_cents, "money"),
)

FILED = Indicator(
    code="funding_filed",
    label=N_("dossiers déposés"),
    rule=N_(
        "Dossiers déposés dans la période, quoi qu’ils soient devenus ; celui dont on ne connaît"
        " que la décision compte ce jour-là. Ceux qui se préparent ou sont à la corbeille ne"
        " comptent pas."
    ),
    unit=Unit.APPLICATION,
    entity="funding_application",
    facts=_kept(is_filed()),
    counted=FundingApplication.id.expression,
    day=counted_on(),
    is_single=True,
    keys=_KEYS,
    columns=_COLUMNS,
)
REQUESTED = replace(
    FILED,
    code="funding_requested",
    label=N_("demandés"),
    rule=N_(
        "Somme des montants demandés par les dossiers déposés dans la période, au financeur"
        " principal."
    ),
    unit=Unit.CENTS,
    amount=FundingApplication.requested_cents,
)
EXPECTED = replace(
    REQUESTED,
    code="funding_expected",
    label=N_("attendus"),
    rule=N_(
        "Somme des montants demandés par les dossiers déposés dans la période sur lesquels le"
        " financeur n’a pas encore décidé : déposés ou en instruction."
    ),
    facts=_kept(is_filed(), is_pending()),
)
DECIDED = replace(
    FILED,
    code="funding_decided",
    label=N_("dossiers décidés"),
    rule=N_(
        "Dossiers sur lesquels le financeur a décidé dans la période : obtenus, en tout ou partie,"
        " soldés, refusés ou inéligibles. Les dossiers abandonnés ne comptent pas."
    ),
    facts=_kept(is_decided()),
    day=FundingApplication.decided_on.expression,
)
AWARDED = replace(
    DECIDED,
    code="funding_awarded",
    label=N_("dossiers obtenus"),
    rule=N_(
        "Dossiers obtenus, en tout ou partie, ou soldés, dont la décision est dans la période."
    ),
    facts=_kept(is_obtained()),
)
OBTAINED = replace(
    AWARDED,
    code="funding_obtained",
    label=N_("obtenus"),
    rule=N_(
        "Somme des montants accordés par le financeur principal aux dossiers obtenus dont la"
        " décision est dans la période. Les cofinancements s’y ajoutent, à part."
    ),
    unit=Unit.CENTS,
    amount=FundingApplication.awarded_cents,
)
SUCCESS = Ratio(
    code="funding_success",
    label=N_("de réussite"),
    rule=N_(
        "Dossiers obtenus sur dossiers décidés dans la période. En dessous de cinq dossiers"
        " décidés, le nombre est dit sans taux."
    ),
    part=AWARDED,
    whole=DECIDED,
    fewest=FEWEST_FOR_A_RATE,
)
CO_FUNDED = replace(
    FILED,
    code="funding_co_awarded",
    label=N_("de cofinancements"),
    rule=N_(
        "Somme de ce que d’autres financeurs que le principal ont accordé aux dossiers obtenus dont"
        " la décision est dans la période."
    ),
    unit=Unit.CENTS,
    facts=lambda _scope: (
        select(CoFunding.id)
        .select_from(CoFunding)
        .join(FundingApplication, FundingApplication.id == CoFunding.application_id)
        .where(is_kept(), is_obtained(), CoFunding.awarded_cents.is_not(None))
    ),
    day=FundingApplication.decided_on.expression,
    counted=CoFunding.id.expression,
    record=FundingApplication.id.expression,
    amount=CoFunding.awarded_cents,
    keys=_KEYS | {Split.FUNDER: _funder_key(CoFunding.funder_id)},
    columns=(*_COLUMNS, RowColumn("given", N_("Cofinancé"), CoFunding.awarded_cents, "money")),
)
SUPPORTED = replace(
    OBTAINED,
    code="funding_supported",
    label=N_("obtenus avec notre appui"),
    rule=N_(
        "Montants accordés aux dossiers obtenus dont la décision est dans la période et qu’au moins"
        " une séance réalisée a aidés. Chaque dossier compte une seule fois, au niveau d’appui le"
        " plus fort parmi ses séances : à l’origine du dossier, substantiel, léger."
    ),
    facts=_kept(is_obtained(), is_supported()),
)
BENEFICIARIES = replace(
    AWARDED,
    code="funding_beneficiaries",
    label=N_("structures financées"),
    rule=N_(
        "Structures différentes dont au moins un dossier a été obtenu, en tout ou partie, par une"
        " décision de la période."
    ),
    unit=Unit.STRUCTURE,
    entity="structure",
    counted=FundingApplication.beneficiary_id.expression,
    is_single=False,
    parents=roots,
    columns=(
        RowColumn("name", N_("Nom ce jour-là"), func.max(FundingApplication.beneficiary_name)),
        RowColumn("application_count", N_("Dossiers"), func.count(FundingApplication.id), "number"),
        RowColumn(
            "awarded_cents", N_("Accordé"), func.sum(FundingApplication.awarded_cents), "money"
        ),
    ),
)
# By the name that the page of the figures of funding gives each.
INDICATORS: dict[str, Indicator | Ratio] = {
    "filed": FILED,
    "requested_cents": REQUESTED,
    "expected_cents": EXPECTED,
    "decided": DECIDED,
    "awarded": AWARDED,
    "awarded_cents": OBTAINED,
    "success": SUCCESS,
    "co_awarded_cents": CO_FUNDED,
    "supported_cents": SUPPORTED,
}
FUNDING_INDICATORS: tuple[Indicator | Ratio, ...] = (*INDICATORS.values(), BENEFICIARIES)
