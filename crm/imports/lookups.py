"""What the words of a file stand for in the network's lists: read once for a whole file."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.contacts.models import Group, Structure
from crm.core.addresses import email_key
from crm.core.text import fold, sort_key
from crm.funding.models import FundingCall, FundingScheme
from crm.funding.models.schemes import funding_scheme_funder
from crm.imports.cells import CellError, parse_place
from crm.projects.models import Project
from crm.reference.models import ReferenceItem
from crm.territories.models import (
    Commune,
    CommunePostcode,
    Country,
    Departement,
    Epci,
    FormerCommune,
)

_TOWN_HALL = re.compile(
    r"^(?:mairie|commune|ville|hotel de ville|municipalite)(?: (?:de|d|du|des|de la|de l))? (?=\S)"
)


@dataclass(frozen=True, slots=True)
class Place:
    """A commune of the territory, as a row may name it."""

    insee_code: str
    name: str
    departement_code: str
    epci_siren: str | None
    siren: str | None
    postcodes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Clues:
    """What a row says beside the name of a commune; each narrows, none is required."""

    postcode: str | None = None
    departement: str | None = None
    epci: str | None = None


@dataclass(slots=True)
class Lookups:
    """Folded words → codes and ids, for each list; communes by code and by name."""

    lists: dict[str, dict[str, int]] = field(default_factory=dict)
    kind_labels: dict[int, str] = field(default_factory=dict)
    families: dict[str, str] = field(default_factory=dict)
    subtypes: dict[str, list[tuple[int, str, str]]] = field(default_factory=dict)
    countries: dict[str, str] = field(default_factory=dict)
    users: dict[str, list[int]] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    schemes: dict[str, list[int]] = field(default_factory=dict)
    calls: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    only_funders: dict[int, int] = field(default_factory=dict)
    departements: dict[str, str] = field(default_factory=dict)
    epcis: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    communes: dict[str, Place] = field(default_factory=dict)
    named: dict[str, list[Place]] = field(default_factory=dict)
    former: dict[str, str] = field(default_factory=dict)
    covered: tuple[str, ...] = ()

    def commune_of_code(self, code: str) -> Place | None:
        """Return the commune of an INSEE code, a former one followed."""
        return self.communes.get(code) or self.communes.get(self.former.get(code, ""))

    def communes_named(self, text: str, clues: Clues) -> list[Place]:
        """Return the communes that a name means: several when nothing beside it tells them apart.

        « LILLE CEDEX 9 », « BRUAY S/ L'ESCAUT », « St Omer » and a former name are understood. A
        clue that fits none of them is not followed: CEDEX postcodes serve no commune.
        """
        try:
            found = self.named.get(sort_key(parse_place(text).name), [])
        except CellError:
            return []
        if len(found) < 2:  # noqa: PLR2004 - nothing to tell apart
            return found
        departement = self.departements.get(fold(clues.departement or ""))
        epci = self.epcis.get(sort_key(clues.epci or ""))
        for fits in (
            lambda place: clues.postcode in place.postcodes,
            lambda place: epci is not None and place.epci_siren == epci[0],
            lambda place: place.departement_code == (departement or (clues.postcode or "")[:2]),
        ):
            narrowed = [place for place in found if fits(place)]
            found = narrowed or found
        return found

    def town_hall(self, name: str) -> str | None:
        """Return what follows « Mairie de »; None for another name."""
        folded = fold(name)
        match = _TOWN_HALL.match(folded)
        return folded[match.end() :] if match else None


def read_lookups(session: Session) -> Lookups:
    """Read every list once: a constant number of statements."""
    found = Lookups()
    _read_reference(session, found)
    _read_places(session, found)
    for code, name, name_en in session.execute(select(Country.code, Country.name, Country.name_en)):
        for text in (code, name, name_en):
            found.countries.setdefault(fold(text), code)
    people = select(User.id, User.name, User.email).where(User.is_active).order_by(User.id)
    for user_id, name, email in session.execute(people):
        parts = fold(name).split()
        for text in {fold(name), " ".join(reversed(parts)), email_key(email), *parts[:1]}:
            found.users.setdefault(text, []).append(user_id)
    groups = select(Group.sort_name, Group.id).where(Group.deleted_at.is_(None))
    found.groups = dict(session.execute(groups).tuples().all())
    _read_projects(session, found)
    _read_schemes(session, found)
    return found


def _read_projects(session: Session, found: Lookups) -> None:
    """Read the projects whose name is no other's: a shared one tells none of them."""
    names: dict[str, list[int]] = {}
    rows = session.execute(select(Project.name, Project.id).where(Project.deleted_at.is_(None)))
    for name, project_id in rows.tuples():
        names.setdefault(fold(name), []).append(project_id)
    found.lists["project"] = {name: ids[0] for name, ids in names.items() if len(ids) == 1}


def _read_schemes(session: Session, found: Lookups) -> None:
    """Read the schemes, their calls as (scheme, call), and who funds one alone."""
    schemes = select(FundingScheme.name, FundingScheme.id).where(FundingScheme.deleted_at.is_(None))
    for name, scheme_id in session.execute(schemes.order_by(FundingScheme.id)).tuples():
        found.schemes.setdefault(fold(name), []).append(scheme_id)
    calls = select(FundingCall.name, FundingCall.scheme_id, FundingCall.id).where(
        FundingCall.deleted_at.is_(None)
    )
    for name, scheme_id, call_id in session.execute(calls.order_by(FundingCall.id)).tuples():
        found.calls.setdefault(fold(name), []).append((scheme_id, call_id))
    of = funding_scheme_funder.c
    alone = (
        select(of.scheme_id, func.min(of.structure_id))
        .join(Structure, Structure.id == of.structure_id)
        .where(Structure.deleted_at.is_(None))
        .group_by(of.scheme_id)
    )
    found.only_funders = dict(session.execute(alone.having(func.count() == 1)).tuples().all())


def _read_reference(session: Session, found: Lookups) -> None:
    rows = session.execute(
        select(
            ReferenceItem.list_code, ReferenceItem.id, ReferenceItem.code, ReferenceItem.label,
            ReferenceItem.family_code,
        )
        .where(ReferenceItem.is_active)
        .order_by(ReferenceItem.position, ReferenceItem.id)
    )  # fmt: skip
    for list_code, item_id, code, label, family in rows:
        if list_code == "family":
            found.families.setdefault(fold(label), code)
            found.families.setdefault(fold(code), code)
            continue
        if list_code == "subtype":
            entry = (item_id, family or "", label)
            found.subtypes.setdefault(fold(label), []).append(entry)
            found.subtypes.setdefault(code, []).append(entry)
            continue
        words = found.lists.setdefault(list_code, {})
        words.setdefault(fold(label), item_id)
        words.setdefault(fold(code), item_id)
        if list_code == "session_kind":
            found.kind_labels[item_id] = label


def _read_places(session: Session, found: Lookups) -> None:
    for code, name in session.execute(select(Departement.code, Departement.name)):
        found.departements.setdefault(fold(name), code)
        found.departements.setdefault(fold(code), code)
    for siren, name, code in session.execute(select(Epci.siren, Epci.name, Epci.departement_code)):
        found.epcis[sort_key(name)] = (siren, name, code)
    postcodes: dict[str, set[str]] = {}
    rows = session.execute(select(CommunePostcode.insee_code, CommunePostcode.postcode))
    for insee_code, postcode in rows.tuples():
        postcodes.setdefault(insee_code, set()).add(postcode)
    for row in session.execute(
        select(
            Commune.insee_code, Commune.name, Commune.departement_code, Commune.epci_siren,
            Commune.siren, Commune.sort_name,
        ).order_by(Commune.insee_code)
    ):  # fmt: skip
        known = frozenset(postcodes.get(row.insee_code, ()))
        place = Place(
            row.insee_code, row.name, row.departement_code, row.epci_siren, row.siren, known
        )
        found.communes[place.insee_code] = place
        found.named.setdefault(row.sort_name, []).append(place)
    found.covered = tuple(sorted({each.departement_code for each in found.communes.values()}))
    _read_former(session, found)


def _read_former(session: Session, found: Lookups) -> None:
    former = session.execute(
        select(FormerCommune.insee_code, FormerCommune.name, FormerCommune.current_insee_code)
    )
    names: dict[str, list[Place]] = {}
    for code, name, current in former:
        found.former[code] = current
        place = found.communes.get(current)
        if name and place is not None:
            names.setdefault(sort_key(name), []).append(place)
    for key, places in names.items():
        found.named.setdefault(key, list(dict.fromkeys(places)))


def ids_of(words: Mapping[str, int], texts: Iterable[str]) -> tuple[list[int], list[str]]:
    """Return the ids of texts in a list, each once, and the texts that it does not hold.

    A text that begins or ends one entry's label, and only one, means it: « Eau » does not.
    """
    ids: list[int] = []
    unknown: list[str] = []
    for text in texts:
        folded = fold(text)
        found = words.get(folded)
        if found is None and len(folded) > 3:  # noqa: PLR2004 - too short to mean one entry
            near = {item for label, item in words.items() if label.startswith(folded)}
            found = near.pop() if len(near) == 1 else None
        if found is None:
            unknown.append(text)
        elif found not in ids:
            ids.append(found)
    return ids, unknown
