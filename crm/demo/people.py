"""The demonstration's people, and what they do where, from when to when."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.models import Affiliation, Contact, Tag, contact_tag
from crm.contacts.types import Family
from crm.core import clock
from crm.core.text import sort_key
from crm.demo.bulk import Row, add_links, add_rows, created, tell
from crm.demo.inventor import DemoStructure
from crm.demo.names import Names, is_woman, mobile, phone

CONTACT_COUNT = 900
MUNICIPAL_TERMS = (date(2014, 4, 5), date(2020, 5, 28), date(2026, 3, 28))
_ROLES = {
    Family.ASSOCIATION: ("Présidence", "Coordination", "Trésorerie", "Secrétariat", "Bénévole"),
    Family.COLLECTIVITE: (
        "Chargée des relations internationales", "Direction des services", "Service jeunesse",
        "Chef de projet coopération",
    ),
    Family.ENTREPRISE: ("Direction", "Responsable export", "Ingénierie", "Gérance"),
    Family.UNIVERSITAIRE: (
        "Enseignement et recherche", "Relations internationales", "Direction de master",
    ),
    Family.SCOLAIRE: ("Direction", "Enseignement", "Référence mobilité"),
    Family.JEUNESSE: ("Direction", "Animation jeunesse", "Référence mobilité"),
}  # fmt: skip
_OTHER_ROLES = ("Direction", "Chargée de mission", "Coordination")
_ELECTED_ROLES = ("Maire", "Adjointe aux relations internationales", "Conseiller délégué")
_WEIGHTS = {Family.COLLECTIVITE: 4, Family.ASSOCIATION: 3, Family.UNIVERSITAIRE: 3}
_NOTES = (
    "Préfère être jointe le matin.",
    "Rencontré lors du forum de l’énergie.",
    "Parle polonais.",
    "A vécu six ans à Ouagadougou.",
    "Relaye volontiers nos informations dans son réseau.",
    "Disponible surtout le soir et le samedi.",
)
# As drawn above -> of a woman, of a man.
_AGREED = {
    "Chargée des relations internationales": (
        "Chargée des relations internationales", "Chargé des relations internationales",
    ),
    "Chargée de mission": ("Chargée de mission", "Chargé de mission"),
    "Chef de projet coopération": ("Cheffe de projet coopération", "Chef de projet coopération"),
    "Adjointe aux relations internationales": (
        "Adjointe aux relations internationales", "Adjoint aux relations internationales",
    ),
    "Conseiller délégué": ("Conseillère déléguée", "Conseiller délégué"),
    "Préfère être jointe le matin.": (
        "Préfère être jointe le matin.", "Préfère être joint le matin.",
    ),
    "Rencontré lors du forum de l’énergie.": (
        "Rencontrée lors du forum de l’énergie.", "Rencontré lors du forum de l’énergie.",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Post:
    """A person's time in a structure."""

    contact_id: int
    start_on: date
    end_on: date | None

    def holds_on(self, day: date) -> bool:
        """Tell whether the person was there on a day."""
        return self.start_on <= day and (self.end_on is None or day <= self.end_on)


Posts = dict[int, list[Post]]
"""Structure id → who is or was there."""


def add_people(session: Session, structures: Sequence[DemoStructure], seed: int) -> Posts:
    """Add every person and affiliation, with the history of the people."""
    random = Random(f"{seed}:people")
    names = Names(random)
    homes = _homes(random, structures)
    rows = [_contact(random, names, structure) for structure, _ in homes]
    ids = add_rows(session, Contact, rows)
    tell(session, created("contact", rows, ids))
    affiliations: list[Row] = []
    for contact_id, row, (structure, rank) in zip(ids, rows, homes, strict=True):
        found = _affiliations(random, contact_id, structure, rank, structures)
        for each in found:
            each["role"] = _agreed(each["role"], row["first_name"])
        affiliations += found
    add_links(session, Affiliation, affiliations)
    _add_tags(session, ids, Random(f"{seed}:people's tags"))
    posts: Posts = defaultdict(list)
    for row in affiliations:
        post = Post(row["contact_id"], row["start_on"], row["end_on"])
        posts[row["structure_id"]].append(post)
    return posts


def _add_tags(session: Session, contact_ids: Sequence[int], random: Random) -> None:
    tags = session.scalars(select(Tag.id).order_by(Tag.key)).all()
    add_links(
        session,
        contact_tag,
        [
            {"contact_id": contact_id, "tag_id": tag_id}
            for contact_id in contact_ids
            for tag_id in random.sample(tags, random.choice((0, 0, 0, 1, 1, 2)))
        ],
    )


def _homes(random: Random, structures: Sequence[DemoStructure]) -> list[tuple[DemoStructure, int]]:
    """Return the structure of each person and their rank in it; every structure has someone."""
    weights = [_WEIGHTS.get(Family(each.family), 2) for each in structures]
    more = random.choices(range(len(structures)), weights, k=CONTACT_COUNT - len(structures))
    counts = [1 + more.count(index) for index in range(len(structures))]
    return [
        (each, rank)
        for each, count in zip(structures, counts, strict=True)
        for rank in range(count)
    ]


def _contact(random: Random, names: Names, structure: DemoStructure) -> Row:
    first, last = names.person()
    host = sort_key(structure.name).replace(" ", "-")[:40].strip("-")
    local = f"{sort_key(first)}.{sort_key(last)}".replace(" ", "-")
    # Small teams often share one address.
    address = f"contact@{host}.example" if random.random() < 0.08 else f"{local}@{host}.example"
    email = address if random.random() < 0.9 else None
    created_on = structure.listed_on or date(2019, 1, 7)
    return {
        "first_name": first,
        "last_name": last,
        "sort_name": sort_key(f"{last} {first}"),
        "email": email,
        "email_key": email.lower() if email else None,
        "phone": phone(random) if random.random() < 0.4 else None,
        "mobile": mobile(random) if random.random() < 0.5 else None,
        "notes": _agreed(random.choice(_NOTES), first) if random.random() < 0.12 else None,
        "created_at": datetime.combine(created_on, time(9, 30), clock.PARIS),
    }


def _agreed(text: str, first_name: str) -> str:
    """Return a function or a note as it is written of this person: one draws the same for all."""
    of_woman, of_man = _AGREED.get(text, (text, text))
    return of_woman if is_woman(first_name) else of_man


def _affiliations(
    random: Random,
    contact_id: int,
    structure: DemoStructure,
    rank: int,
    structures: Sequence[DemoStructure],
) -> list[Row]:
    main = _affiliation(contact_id, structure.id)
    if structure.family == Family.COLLECTIVITE and rank in (1, 2):
        term = random.choice((0, 0, 1, 1, 2))
        ends = random.random() < 0.6 and term < 2
        main |= {
            "role": _ELECTED_ROLES[random.randrange(3)],
            "is_elected": True,
            "start_on": MUNICIPAL_TERMS[term],
            "end_on": MUNICIPAL_TERMS[term + 1] - timedelta(1) if ends else None,
        }
    else:
        roles = _ROLES.get(Family(structure.family), _OTHER_ROLES)
        start = date(random.randint(2011, 2014 if rank == 0 else 2023), random.randint(1, 12), 1)
        main |= {"role": roles[rank % len(roles)], "start_on": start}
        if rank > 0 and random.random() < 0.22:
            main["end_on"] = start + timedelta(random.randint(400, 900))
    if random.random() >= 0.1:
        return [main]
    other = random.choice(structures)
    if other is structure:
        return [main]
    second = _affiliation(contact_id, other.id)
    second |= {"role": "Bénévole", "start_on": date(random.randint(2014, 2024), 9, 1)}
    return [main, second]


def _affiliation(contact_id: int, structure_id: int) -> Row:
    return {
        "contact_id": contact_id,
        "structure_id": structure_id,
        "role": "Contact",
        "is_elected": False,
        "start_on": None,
        "end_on": None,
    }
