"""The demonstration's structures, each as it was on any day."""

from collections.abc import Iterator
from datetime import date, datetime, time
from random import Random

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from crm.contacts.models import (
    Structure,
    Tag,
    structure_country,
    structure_tag,
    structure_theme,
)
from crm.contacts.types import Family
from crm.core import clock
from crm.core.text import fold, sort_key
from crm.demo import names
from crm.demo.bulk import Row, Told, add_links, add_rows, created, tell
from crm.demo.inventor import DemoStructure, Inventor
from crm.demo.reference import Reference
from crm.demo.roster import (
    LISTED_BEFORE_2020,
    LISTED_LATER,
    TAGS,
    UNDATED,
)


def add_structures(session: Session, reference: Reference, seed: int) -> list[DemoStructure]:
    """Add every structure with its themes, countries, tags and history."""
    random = Random(f"{seed}:structures")
    structures = list(_draw(random, reference))
    _change_two(structures)
    rows = [_row(random, reference, each) for each in structures]
    for each, structure_id in zip(structures, add_rows(session, Structure, rows), strict=True):
        each.id = structure_id
    tell(session, created("structure", rows, [each.id for each in structures]))
    _apply_changes(session, reference, structures)
    _attach_to_universities(session, structures)
    _add_lists(session, reference, structures, random)
    return structures


def _draw(random: Random, reference: Reference) -> Iterator[DemoStructure]:
    invent = Inventor(random, reference)
    for family, count in LISTED_BEFORE_2020.items():
        years = [2014 + index % 12 // 2 for index in range(count)]
        for index, year in enumerate(years):
            # Eleven in twelve were listed before 2019, so that 2019 finds them.
            last = 2019 if index % 12 == 11 else min(year, 2018)
            yield invent.structure(family, index, _day_of(random, last))
    for closed_on in (date(2018, 10, 15), date(2019, 6, 30)):
        each = invent.structure(Family.ASSOCIATION, 1, _day_of(random, 2015))
        each.closed_on = closed_on
        yield each
    for year, families in LISTED_LATER.items():
        for index, family in enumerate(families):
            yield invent.structure(family, 1_000 + index, _day_of(random, year))
    for family in UNDATED:
        yield invent.structure(family, 1_000, None)


def _day_of(random: Random, year: int) -> date:
    return date(year, random.randint(1, 11), random.randint(1, 28))


def _change_two(structures: list[DemoStructure]) -> None:
    """Let one association become a cooperative and another take a new name, after 2019."""
    first, second = [each for each in structures if each.family == Family.ASSOCIATION][:2]
    first.later = (
        date(2021, 3, 15),
        {"family_code": Family.ENTREPRISE.value, "subtype": "entreprise_cooperative_ess"},
    )
    second.later = (date(2022, 9, 1), {"name": f"Nouvel Élan – {second.name}"[:200]})


def _row(random: Random, reference: Reference, each: DemoStructure) -> Row:
    slug = sort_key(each.name).replace(" ", "-")[:40].strip("-")
    siren = each.extra.get("siren")
    if siren is None and each.family in (Family.ASSOCIATION, Family.ENTREPRISE):
        siren = names.siren(random)
    is_private = each.family in (Family.ASSOCIATION, Family.ENTREPRISE)
    where = each.departement_code or "00"
    return {
        "name": each.name,
        "sort_name": sort_key(each.name),
        "family_code": str(each.family),
        "subtype_id": reference.item("subtype", each.subtype) if each.subtype else None,
        "siren": siren,
        "siret": names.siret(siren) if is_private and siren and random.random() < 0.4 else None,
        "rna": f"W{where}{random.randrange(10_000_000):07}"
        if each.family == Family.ASSOCIATION
        else None,
        "insee_code": each.extra.get("insee_code"),
        "epci_siren": each.extra.get("epci_siren"),
        "address": f"{random.randint(1, 180)} {random.choice(names.STREETS)}"
        if each.town
        else None,
        "postcode": each.town.postcode if each.town else None,
        "commune_code": each.town.insee_code if each.town else None,
        "departement_code": each.departement_code,
        "email": f"contact@{slug}.example" if random.random() < 0.85 else None,
        "phone": names.phone(random) if random.random() < 0.7 else None,
        "website": f"https://www.{slug}.example" if random.random() < 0.5 else None,
        "listed_on": each.listed_on,
        "closed_on": each.closed_on,
        "created_at": datetime.combine(each.listed_on or date(2019, 1, 7), time(9), clock.PARIS),
    }


def _apply_changes(session: Session, reference: Reference, structures: list[DemoStructure]) -> None:
    told = []
    for each in structures:
        if each.later is None:
            continue
        values: Row = dict(each.later[1])
        before: Row = {"name": each.name, "family_code": str(each.family)}
        if subtype := values.pop("subtype", None):
            values["subtype_id"] = reference.item("subtype", subtype)
            before["subtype_id"] = reference.item("subtype", each.subtype or "")
        fields = {name: [before[name], value] for name, value in values.items()}
        at = datetime.combine(each.later[0], time(10, 20), clock.PARIS)
        told.append(Told("updated", "structure", each.id, fields, at))
        if "name" in values:
            values["sort_name"] = sort_key(values["name"])
        session.connection().execute(
            update(Structure).where(Structure.id == each.id).values(version=2, **values)
        )
    tell(session, told)


def _attach_to_universities(session: Session, structures: list[DemoStructure]) -> None:
    id_of = {each.name: each.id for each in structures}
    parts = [
        {"the_id": each.id, "the_parent": id_of[each.name.partition(" – ")[0]]}
        for each in structures
        if each.family == Family.UNIVERSITAIRE and " – " in each.name
    ]
    session.connection().execute(
        update(Structure)
        .where(Structure.id == bindparam("the_id"))
        .values(parent_id=bindparam("the_parent")),
        parts,
    )


def _add_lists(
    session: Session, reference: Reference, structures: list[DemoStructure], random: Random
) -> None:
    tags = add_rows(session, Tag, [{"label": label, "key": fold(label)} for label in TAGS])
    for table, column, values in (
        (structure_theme, "theme_id", lambda s: [reference.item("theme", t) for t in s.themes]),
        (structure_country, "country_code", lambda s: s.countries),
        (structure_tag, "tag_id", lambda _: random.sample(tags, random.choice((0, 0, 1, 1, 2)))),
    ):
        add_links(
            session,
            table,
            [{"structure_id": s.id, column: value} for s in structures for value in values(s)],
        )
