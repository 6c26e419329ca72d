"""What funding lets a report count: each figure, its rule in words, what it can be split by."""

from dataclasses import dataclass
from enum import StrEnum

from crm.core.errors import N_

NOBODY = "aucun"


class Unit(StrEnum):
    """What a figure counts."""

    APPLICATION = "dossier"
    CENTS = "cents"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class Indicator:
    """A figure: `label` and `rule` are msgids."""

    code: str
    label: str
    rule: str
    unit: Unit


class By(StrEnum):
    """What the figures can be split by."""

    SCHEME = "dispositif"
    FAMILY = "famille"
    DEPARTEMENT = "departement"
    FUNDER = "principal"


FILED = Indicator(
    "filed",
    N_("dossiers déposés"),
    N_(
        "Dossiers déposés dans la période, quoi qu’ils soient devenus ; celui dont on ne connaît"
        " que la décision compte ce jour-là. Ceux qui se préparent ou sont à la corbeille ne"
        " comptent pas."
    ),
    Unit.APPLICATION,
)
REQUESTED = Indicator(
    "requested_cents",
    N_("demandés"),
    N_(
        "Somme des montants demandés par les dossiers déposés dans la période, au financeur"
        " principal."
    ),
    Unit.CENTS,
)
EXPECTED = Indicator(
    "expected_cents",
    N_("attendus"),
    N_(
        "Somme des montants demandés par les dossiers déposés dans la période sur lesquels le"
        " financeur n’a pas encore décidé : déposés ou en instruction."
    ),
    Unit.CENTS,
)
DECIDED = Indicator(
    "decided",
    N_("dossiers décidés"),
    N_(
        "Dossiers sur lesquels le financeur a décidé dans la période : obtenus, en tout ou partie,"
        " soldés, refusés ou inéligibles. Les dossiers abandonnés ne comptent pas."
    ),
    Unit.APPLICATION,
)
AWARDED = Indicator(
    "awarded",
    N_("dossiers obtenus"),
    N_("Dossiers obtenus, en tout ou partie, ou soldés, dont la décision est dans la période."),
    Unit.APPLICATION,
)
OBTAINED = Indicator(
    "awarded_cents",
    N_("obtenus"),
    N_(
        "Somme des montants accordés par le financeur principal aux dossiers obtenus dont la"
        " décision est dans la période. Les cofinancements s’y ajoutent, à part."
    ),
    Unit.CENTS,
)
SUCCESS = Indicator(
    "success",
    N_("de réussite"),
    N_(
        "Dossiers obtenus sur dossiers décidés dans la période. En dessous de cinq dossiers"
        " décidés, le nombre est dit sans taux."
    ),
    Unit.PERCENT,
)
CO_FUNDED = Indicator(
    "co_awarded_cents",
    N_("de cofinancements"),
    N_(
        "Somme de ce que d’autres financeurs que le principal ont accordé aux dossiers déposés dans"
        " la période."
    ),
    Unit.CENTS,
)
SUPPORTED = Indicator(
    "supported_cents",
    N_("obtenus avec notre appui"),
    N_(
        "Montants accordés aux dossiers obtenus dont la décision est dans la période et qu’au moins"
        " une séance réalisée a aidés. Chaque dossier compte une seule fois, au niveau d’appui le"
        " plus fort parmi ses séances : à l’origine du dossier, substantiel, léger."
    ),
    Unit.CENTS,
)
INDICATORS = {
    each.code: each
    for each in (
        FILED, REQUESTED, EXPECTED, DECIDED, AWARDED, OBTAINED, SUCCESS, CO_FUNDED, SUPPORTED,
    )
}  # fmt: skip
