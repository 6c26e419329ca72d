"""The fixed words of series and formulas, and what forms say of them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from crm.core.errors import N_
from crm.core.headcounts import Headcount


class Reading(StrEnum):
    """What the points of a series say: how much there is on a day, or how much came."""

    LEVEL = "niveau"
    FLOW = "somme"


READING_LABELS = {
    Reading.LEVEL: N_("Un niveau : la valeur du dernier relevé (abonnés, mentions « J’aime »)"),
    Reading.FLOW: N_("Une somme : les relevés de la période s’additionnent (visites d’un mois)"),
}
READING_RULES = {
    Reading.LEVEL: N_(
        "Dernier relevé connu à la fin de la période, noté à la main ; lu avant elle, il dit son"
        " jour. L’évolution se compte depuis le dernier relevé d’avant la période."
    ),
    Reading.FLOW: N_("Somme des relevés de la période, notés à la main."),
}


@dataclass(frozen=True, slots=True)
class SeriesData:
    """What the form of a series says."""

    name: str
    unit: str
    reading: str
    source: str | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class PointData:
    """What the form of a point says."""

    day: date | None
    value: Headcount | None
    source: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class FormulaData:
    """What the form of a formula says; `rule` is its counting rule in words."""

    name: str
    expression: str
    rule: str | None = None
