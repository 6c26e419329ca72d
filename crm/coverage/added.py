"""What coverage lets the list of applications show, and narrow by: support, seats, co-funders."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, exists, false, func, or_, select
from sqlalchemy.orm import Session

from crm.contacts.listings import numbers
from crm.contacts.models import Structure
from crm.core.errors import N_
from crm.coverage.indicators import NOBODY
from crm.coverage.listings.filters import territory_filters
from crm.coverage.queries.communes import in_territory
from crm.coverage.queries.places import is_outside
from crm.coverage.queries.support import is_supported, support_level
from crm.funding.models import CoFunding, FundingApplication
from crm.funding.queries.conditions import seat_code
from crm.funding.types import SUPPORT_LEVEL_LABELS
from crm.territories.models import Commune
from crm.web.list_additions import AddedColumn
from crm.web.list_definition import Column, Filter, Sort
from crm.web.locale import translate

ANY = "tous"
WITH_SUPPORT, WITHOUT_SUPPORT = "avec", "sans"

INSIDE, OUTSIDE = "territoire", "hors"
_LABELS = {
    INSIDE: N_("Communes du territoire"),
    OUTSIDE: N_("Hors du territoire, ou inconnu"),
}
_COMMUNE = Filter(
    "commune",
    N_("Commune"),
    Commune.insee_code.in_,
    lambda _session: [],
    name_values=lambda session, values: [
        (code, name)
        for code, name in session.execute(
            select(Commune.insee_code, Commune.name).where(Commune.insee_code.in_(values))
        ).tuples()
    ],
)
_MOST_PARTS = 210


def write_places(chosen: Mapping[str, Sequence[str]]) -> str:
    """Return one value that says which communes: `epci:200000001,departement:59`.

    What is said twice of one kind may be either; of two kinds, both must be so. Without any, all
    the communes of the territory.
    """
    said = ",".join(f"{name}:{value}" for name, values in chosen.items() for value in values)
    return said or INSIDE


def read_places(text: str) -> dict[str, list[str]]:
    """Return what `write_places` wrote; nothing where it is no such thing."""
    found: dict[str, list[str]] = {}
    for part in text.split(",")[:_MOST_PARTS]:
        name, separator, value = part.partition(":")
        if not separator or not value or name not in _kinds():
            return {}
        found.setdefault(name, []).append(value)
    return found


def _kinds() -> dict[str, Filter]:
    return {each.name: each for each in (*territory_filters(), _COMMUNE)}


def _is_seated(values: Sequence[str]) -> ColumnElement[bool]:
    kinds = _kinds()
    conditions: list[ColumnElement[bool]] = []
    for text in values:
        if text in _LABELS:
            conditions.append(is_outside() if text == OUTSIDE else ~is_outside())
        elif chosen := read_places(text):
            communes = select(Commune.insee_code).where(
                in_territory(), *(kinds[name].narrow(each) for name, each in chosen.items())
            )
            conditions.append(seat_code().in_(communes))
    return or_(false(), *conditions)


def _named(session: Session, values: list[str]) -> list[tuple[str, str]]:
    kinds = _kinds()
    named = []
    for text in values:
        if text in _LABELS:
            named.append((text, translate(_LABELS[text])))
            continue
        chosen = read_places(text)
        labels = [
            label for name, each in chosen.items() for _, label in kinds[name].named(session, each)
        ]
        if labels and len(labels) == sum(map(len, chosen.values())):
            named.append((text, ", ".join(labels)))
    return named


SEATED = Filter(
    "lieu",
    N_("Siège"),
    _is_seated,
    lambda _session: [(value, translate(label)) for value, label in _LABELS.items()],
    everything_label=N_("Partout"),
    name_values=_named,
)


def _co_funded(values: Sequence[str]) -> ColumnElement[bool]:
    beside = exists().where(CoFunding.application_id == FundingApplication.id)
    return beside if ANY in values else beside.where(CoFunding.funder_id.in_(numbers([*values])))


def _co_funders(session: Session) -> list[tuple[str, str]]:
    rows = session.execute(
        select(Structure.id, Structure.name)
        .where(Structure.id.in_(select(CoFunding.funder_id)))
        .order_by(Structure.sort_name, Structure.id)
    ).tuples()
    named = [(str(structure_id), name) for structure_id, name in rows]
    return [(ANY, translate(N_("N’importe lequel"))), *named]


def _main_funders(values: Sequence[str]) -> ColumnElement[bool]:
    found = FundingApplication.funder_id.in_(numbers([*values]))
    return or_(found, FundingApplication.funder_id.is_(None)) if NOBODY in values else found


def _funders(session: Session) -> list[tuple[str, str]]:
    rows = session.execute(
        select(Structure.id, Structure.name)
        .where(Structure.id.in_(select(FundingApplication.funder_id)))
        .order_by(Structure.sort_name, Structure.id)
    ).tuples()
    named = [(str(structure_id), name) for structure_id, name in rows]
    return [*named, (NOBODY, translate(N_("Financeur inconnu")))]


MAIN_FUNDER = Filter("principal", N_("Financeur principal"), _main_funders, _funders)
CO_FUNDED = Filter("cofinanceur", N_("Cofinanceur"), _co_funded, _co_funders)


def _helped(values: Sequence[str]) -> ColumnElement[bool]:
    conditions = {WITH_SUPPORT: is_supported(), WITHOUT_SUPPORT: ~is_supported()}
    found = [conditions[value] for value in values if value in conditions]
    levels = [value for value in values if value not in conditions]
    return or_(false(), *found, support_level().in_(levels))


_LEVELS = {level.value: label for level, label in SUPPORT_LEVEL_LABELS.items()}
SUPPORTED = Filter(
    "appui",
    N_("Accompagné"),
    _helped,
    lambda _session: [
        (WITH_SUPPORT, translate(N_("Avec notre appui"))),
        (WITHOUT_SUPPORT, translate(N_("Sans séance liée"))),
        *((level, translate(label)) for level, label in _LEVELS.items()),
    ],
    everything_label=N_("Peu importe"),
)
SUPPORT = AddedColumn(
    Column(
        "support_level",
        N_("Appui"),
        sort="appui",
        name="appui",
        is_usual=False,
        extra=support_level(),
        words=_LEVELS,
    ),
    Sort((func.coalesce(support_level(), ""), FundingApplication.id)),
)
FILTERS = (SUPPORTED, SEATED, MAIN_FUNDER, CO_FUNDED)
