"""Which communes and structures a campaign may add, and who would be reached in each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from crm.campaigns.models import Target
from crm.campaigns.types import PlaceData
from crm.contacts.models import Affiliation, Contact, Structure
from crm.contacts.queries.people import is_current_on
from crm.core.batches import in_batches
from crm.coverage.queries.communes import filed_applications, in_territory
from crm.coverage.types import Scope, Years
from crm.criteria.registry import find_criterion
from crm.criteria.types import Subject
from crm.mailings.queries.offices import Ranks, ranks_of
from crm.territories.models import Commune, Territory, territory_commune

_LONG_AGO = 1900
ANY_SCHEME = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """A commune or a structure that may be added; one without `structure_id` has no record yet."""

    name: str
    departement_code: str | None
    structure_id: int | None = None
    insee_code: str | None = None
    is_target: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What adding would do: how many are new, which are there already, the first by name."""

    choices: Sequence[Choice]

    @property
    def fresh(self) -> Sequence[Choice]:
        """Return those that are not targets yet."""
        return [each for each in self.choices if not each.is_target]

    @property
    def known_count(self) -> int:
        """Return how many are targets already."""
        return len(self.choices) - len(self.fresh)

    @property
    def unmade_count(self) -> int:
        """Return how many of the new ones have no record yet."""
        return sum(each.structure_id is None for each in self.fresh)

    @property
    def by_departement(self) -> Mapping[str, int]:
        """Return how many new ones there are in each département, "" for none."""
        counts: dict[str, int] = {}
        for each in self.fresh:
            code = each.departement_code or ""
            counts[code] = counts.get(code, 0) + 1
        return dict(sorted(counts.items()))


def choices_in_places(
    session: Session, campaign_id: int, data: PlaceData, day: date
) -> list[Choice]:
    """Return the communes that satisfy all that is asked, by name."""
    conditions = [in_territory(), *_of_places(data)]
    if data.scheme_id is not None:
        conditions.append(_is_blank(data, day))
    if data.quiet_months is not None:
        conditions.append(_is_quiet(data.quiet_months, day))
    return _read(session, _communes(campaign_id).where(*conditions))


def choices_of_codes(session: Session, campaign_id: int, codes: Sequence[str]) -> list[Choice]:
    """Return the communes of these INSEE codes, by name."""
    found = [
        choice
        for batch in in_batches(codes)
        for choice in _read(session, _communes(campaign_id).where(Commune.insee_code.in_(batch)))
    ]
    return sorted(found, key=lambda each: (each.name, each.insee_code or ""))


def choices_of_structures(
    session: Session, campaign_id: int, ids: Select[tuple[int]]
) -> list[Choice]:
    """Return the structures that a statement selects, by name."""
    rows = session.execute(
        select(
            Structure.id,
            Structure.name,
            Structure.departement_code,
            Structure.insee_code,
            _is_target(campaign_id),
        )
        .where(Structure.id.in_(ids), Structure.deleted_at.is_(None))
        .order_by(Structure.sort_name, Structure.id)
    ).tuples()
    return [
        Choice(name, departement, structure_id, code, bool(known))
        for structure_id, name, departement, code, known in rows
    ]


def _is_target(campaign_id: int) -> ColumnElement[bool]:
    return exists().where(
        Target.structure_id == Structure.id,
        Target.campaign_id == campaign_id,
        Target.deleted_at.is_(None),
    )


def _communes(campaign_id: int) -> Select[Any]:
    return (
        select(
            Commune.insee_code,
            Commune.name,
            Commune.departement_code,
            Structure.id,
            _is_target(campaign_id),
        )
        .outerjoin(
            Structure,
            and_(Structure.insee_code == Commune.insee_code, Structure.deleted_at.is_(None)),
        )
        .order_by(Commune.sort_name, Commune.insee_code)
    )


def _read(session: Session, statement: Select[Any]) -> list[Choice]:
    return [
        Choice(name, departement, structure_id, code, bool(known))
        for code, name, departement, structure_id, known in session.execute(statement).tuples()
    ]


def _of_places(data: PlaceData) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if data.departement_codes:
        conditions.append(Commune.departement_code.in_(data.departement_codes))
    if data.epci_sirens:
        conditions.append(Commune.epci_siren.in_(data.epci_sirens))
    if data.territory_ids:
        listed = (
            select(territory_commune.c.insee_code)
            .join(Territory, Territory.id == territory_commune.c.territory_id)
            .where(Territory.id.in_(data.territory_ids), Territory.deleted_at.is_(None))
        )
        conditions.append(Commune.insee_code.in_(listed))
    if data.least is not None:
        conditions.append(Commune.population >= data.least)
    if data.most is not None:
        conditions.append(Commune.population <= data.most)
    return conditions


def _is_blank(data: PlaceData, day: date) -> ColumnElement[bool]:
    """Return whether nothing was filed from the commune: by the figures of the zones blanches."""
    first = day.year - data.years + 1 if data.years else _LONG_AGO
    scheme_id = data.scheme_id if data.scheme_id != ANY_SCHEME else None
    filed = filed_applications(Scope(Years(first, day.year), scheme_id)).subquery()
    return Commune.insee_code.not_in(select(filed.c.code).where(filed.c.code.is_not(None)))


def _is_quiet(months: int, day: date) -> ColumnElement[bool]:
    """Return whether no mailing reached the town hall for so long: by the segments' criterion."""
    criterion = find_criterion(Subject.STRUCTURE, "sollicitee")
    if criterion is None:
        raise LookupError("the criteria of mailings are not known")
    was_asked = criterion.condition({"mois": months}, day)
    return or_(Structure.id.is_(None), ~was_asked)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds, in a structure, the function that a campaign looks for."""

    contact_id: int
    role: str


def holders(
    session: Session, structure_ids: Collection[int], functions: str | None, day: date
) -> dict[int, Holder]:
    """Return by structure who to reach: the first of the functions that someone holds there."""
    ranks = ranks_of(session, functions)
    if not ranks:
        return {}
    found: dict[int, Holder] = {}
    for batch in in_batches(sorted(structure_ids)):
        for structure_id, contact_id, role in session.execute(_held(batch, ranks, day)).tuples():
            found.setdefault(structure_id, Holder(contact_id, role))
    return found


def _held(ids: Sequence[int], ranks: Ranks, day: date) -> Select[Any]:
    place = case(
        *((Affiliation.role.in_(roles), number) for number, roles in enumerate(ranks)),
        else_=len(ranks),
    )
    return (
        select(
            Affiliation.structure_id, Affiliation.contact_id, func.substr(Affiliation.role, 1, 120)
        )
        .join(Contact, Contact.id == Affiliation.contact_id)
        .where(
            Affiliation.structure_id.in_(ids),
            is_current_on(day),
            Affiliation.role.in_([role for roles in ranks for role in roles]),
            Contact.deleted_at.is_(None),
            Contact.merged_into_id.is_(None),
        )
        .order_by(Affiliation.structure_id, place, Affiliation.is_elected.desc(), Affiliation.id)
    )
