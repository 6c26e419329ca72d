"""What makes the demonstration’s structures deep: who follows them, fees, partners, seats."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from crm.contacts.models import (
    ContactPoint,
    NetworkMembership,
    Partnership,
    Seat,
    Structure,
    structure_expertise,
)
from crm.contacts.types import AddressNature, Family, Medium
from crm.core import clock
from crm.core.text import sort_key
from crm.demo.bulk import Row, add_links
from crm.demo.inventor import DemoStructure
from crm.demo.names import phone
from crm.demo.people import Posts
from crm.demo.reference import Reference
from crm.demo.users import Team

_FIRST_YEAR_OF_FEES = 2017
_FEES = {Family.ASSOCIATION: 5_000, Family.COLLECTIVITE: 30_000, Family.ENTREPRISE: 15_000}
_OTHER_FEE = 10_000
_PARTNERED = ("Échanges de jeunes", "Accès à l’eau", "Formation des agents", "Réseau d’écoles")
_VACANT = ("Adjointe aux relations internationales", "Conseiller délégué", "Maire")
_VACANT_EVERY = 9


def add_depth(
    session: Session,
    reference: Reference,
    structures: Sequence[DemoStructure],
    *,
    posts: Posts,
    team: Team,
    seed: int,
) -> None:
    """Add all that hangs on the structures; no figure of any year depends on it."""
    random = Random(f"{seed}:depth")
    today = clock.today()
    listed = [each for each in structures if each.is_listed_on(today)]
    _give_to_officers(session, random, listed, team, today)
    _add_expertises(session, random, reference, listed)
    add_links(session, NetworkMembership, _fees(random, listed, posts, today))
    add_links(session, ContactPoint, _points(random, listed))
    add_links(session, Partnership, _partnerships(random, listed))
    add_links(session, Seat, _seats(listed))


def _give_to_officers(
    session: Session, random: Random, listed: list[DemoStructure], team: Team, today: date
) -> None:
    rows = [
        {
            "the_id": each.id,
            "the_referent": random.choice((team.charge, team.charge, team.campaign)),
            "the_day": today - timedelta(random.randrange(10, 900)),
        }
        for each in listed
        if random.random() < 0.6
    ]
    session.connection().execute(
        update(Structure)
        .where(Structure.id == bindparam("the_id"))
        .values(referent_id=bindparam("the_referent"), verified_on=bindparam("the_day")),
        rows,
    )


def _add_expertises(
    session: Session, random: Random, reference: Reference, listed: list[DemoStructure]
) -> None:
    codes = reference.codes("expertise")
    add_links(
        session,
        structure_expertise,
        [
            {"structure_id": each.id, "expertise_id": reference.item("expertise", code)}
            for each in listed
            for code in random.sample(codes, random.choice((0, 0, 1, 2)))
        ],
    )


def _fees(random: Random, listed: list[DemoStructure], posts: Posts, today: date) -> list[Row]:
    rows: list[Row] = []
    for each in listed:
        if each.listed_on is None or random.random() < 0.45:
            continue
        first = max(each.listed_on.year, _FIRST_YEAR_OF_FEES)
        for year in range(first, today.year + 1):
            is_paid = year < today.year or random.random() < 0.7
            present = [post for post in posts[each.id] if post.holds_on(date(year, 1, 31))]
            rows.append(
                {
                    "structure_id": each.id,
                    "year": year,
                    "fee_cents": _FEES.get(Family(each.family), _OTHER_FEE),
                    "is_paid": is_paid,
                    "paid_on": date(year, random.randint(1, 10), 15) if is_paid else None,
                    "voting_contact_id": present[0].contact_id if present else None,
                }
            )
    return rows


def _points(random: Random, listed: list[DemoStructure]) -> list[Row]:
    rows: list[Row] = []
    for each in listed:
        if random.random() < 0.8:
            continue
        number = phone(random)
        rows.append(_point(each.id, Medium.PHONE, number, None, "Standard"))
        if each.family == Family.COLLECTIVITE:
            slug = sort_key(each.name).replace(" ", "-")
            address = f"jeunesse@{slug}.example"
            rows.append(
                _point(each.id, Medium.EMAIL, address, AddressNature.GENERIC, "Service jeunesse")
            )
    return rows


def _point(structure_id: int, medium: str, value: str, nature: str | None, label: str) -> Row:
    return {
        "structure_id": structure_id,
        "medium": str(medium),
        "value": value,
        "value_key": value,
        "nature": str(nature) if nature else None,
        "label": label,
    }


def _partnerships(random: Random, listed: list[DemoStructure]) -> list[Row]:
    abroad = [each for each in listed if each.family == Family.ETRANGER]
    here = [each for each in listed if each.family in {Family.COLLECTIVITE, Family.ASSOCIATION}]
    return [
        {
            "structure_id": each.id,
            "partner_id": partner.id,
            "about": random.choice(_PARTNERED),
            "start_on": date(random.randint(2012, 2022), random.randint(1, 12), 1),
        }
        for partner in abroad
        for each in random.sample(here, 2)
    ]


def _seats(listed: list[DemoStructure]) -> list[Row]:
    towns = [each for each in listed if each.family == Family.COLLECTIVITE]
    return [
        {
            "structure_id": each.id,
            "role": _VACANT[rank % len(_VACANT)],
            "is_elected": True,
            "opened_on": date(2026, 3, 28),
        }
        for rank, each in enumerate(towns[::_VACANT_EVERY])
    ]
