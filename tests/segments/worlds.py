"""Small invented networks: each is kept as plain Python, and written into the database."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from crm.contacts.models import (
    Affiliation,
    Contact,
    Group,
    GroupRepresentative,
    Membership,
    NetworkMembership,
    Seat,
    Structure,
    Tag,
    contact_tag,
    structure_country,
    structure_tag,
    structure_theme,
)
from crm.core.text import sort_key
from crm.followups.models import AccompanimentSession, SessionStructure, session_officer
from crm.funding.models import FundingApplication, FundingScheme
from crm.projects.models import Project, ProjectPartner
from crm.reference.models import ReferenceItem
from crm.territories.models import Commune, Territory, territory_commune
from tests.factories.accounts import UserFactory

TODAY = date(2026, 11, 27)
AT = datetime(2026, 1, 1, tzinfo=UTC)
ROLES = ("Maire", "Adjointe au maire", "Présidente", "chargée de projet", "MAIRE délégué")
FAMILIES = ("association", "collectivite", "entreprise")
COUNTRIES = ("BJ", "SN", "MG")
STATUSES = ("realisee", "prevue", "annulee")


@dataclass
class World:
    """What there is, as rows of plain values, by table; and the ids that trees may choose."""

    structures: list[dict[str, Any]] = field(default_factory=list)
    contacts: list[dict[str, Any]] = field(default_factory=list)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    communes: dict[str, Any] = field(default_factory=dict)
    ids: dict[str, list[Any]] = field(default_factory=dict)

    def of(self, table: str, **wanted: Any) -> list[dict[str, Any]]:
        """Return the rows of a table that hold these values."""
        return [
            row
            for row in self.rows.get(table, ())
            if all(row[name] == value for name, value in wanted.items())
        ]


def make_world(session: Session, seed: int) -> World:
    """Invent a network and write it."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable sample
    world = World()
    _choose_references(session, world, chance)
    _make_records(session, world, chance)
    _make_links(session, world, chance)
    _make_roles(session, world, chance)
    _make_memberships(session, world, chance)
    _make_sessions(session, world, chance)
    _make_applications(session, world, chance)
    _make_projects(session, world, chance)
    session.flush()
    return world


def _write(session: Session, world: World, model: Any, rows: Sequence[dict[str, Any]]) -> None:
    table = getattr(model, "__table__", model)
    kept = world.rows.setdefault(table.name, [])
    for row in rows:
        inserted = session.execute(insert(table).values(**row))
        identity = inserted.inserted_primary_key
        kept.append(row if "id" not in table.c else {**row, "id": identity[0]})


def _choose_references(session: Session, world: World, chance: random.Random) -> None:
    communes = session.scalars(
        select(Commune).where(Commune.sort_name.startswith("be")).order_by(Commune.insee_code)
    ).all()
    for commune in chance.sample(list(communes), 6):
        world.communes[commune.insee_code] = commune
    users = [UserFactory(name=f"Agent {n}") for n in range(3)]
    session.flush()
    theme_ids = session.scalars(
        select(ReferenceItem.id).where(ReferenceItem.list_code == "theme").limit(3)
    ).all()
    kinds = session.scalars(
        select(ReferenceItem).where(ReferenceItem.list_code == "session_kind")
    ).all()
    formal = {kind.id for kind in kinds if kind.is_formal}
    world.ids |= {
        "users": [user.id for user in users],
        "themes": list(theme_ids),
        "kinds": [kind.id for kind in kinds][:4] + sorted(formal)[:1],
        "formal": sorted(formal),
        "communes": list(world.communes),
    }
    _write(session, world, Tag, [{"label": f"É{n}", "key": f"e{n}"} for n in range(3)])
    _write(
        session,
        world,
        Territory,
        [
            {"name": f"T{n}", "sort_name": f"t{n}", "created_at": AT, "version": 1,
             "deleted_at": AT if n == 2 else None}
            for n in range(3)
        ],
    )  # fmt: skip
    for territory in world.rows["territory"]:
        chosen = chance.sample(world.ids["communes"], 2)
        rows = [{"territory_id": territory["id"], "insee_code": code} for code in chosen]
        _write(session, world, territory_commune, rows)
    world.ids["tags"] = [row["id"] for row in world.rows["tag"]]
    world.ids["territories"] = [row["id"] for row in world.rows["territory"]][:2]


def _some_day(chance: random.Random, years: int = 4) -> date:
    return TODAY - timedelta(days=chance.randrange(365 * years))


def _perhaps(chance: random.Random, value: Any, share: float = 0.5) -> Any:
    return value if chance.random() < share else None


def _make_records(session: Session, world: World, chance: random.Random) -> None:
    for number in range(18):
        commune = _perhaps(chance, chance.choice(list(world.communes.values())), 0.8)
        name = f"Structure {chance.choice(('Énergie', 'Eau', 'Jeunes'))} {number}"
        world.structures.append(
            {
                "name": name,
                "sort_name": sort_key(name),
                "family_code": chance.choice(FAMILIES),
                "commune_code": commune.insee_code if commune else None,
                "departement_code": commune.departement_code if commune else None,
                "email": _perhaps(chance, "a@b.example"),
                "phone": _perhaps(chance, "+33320000000"),
                "siren": None,
                "referent_id": _perhaps(chance, chance.choice(world.ids["users"])),
                "listed_on": _perhaps(chance, _some_day(chance), 0.7),
                "dormant_on": _perhaps(chance, TODAY - timedelta(days=chance.randrange(90)), 0.2),
                "closed_on": _perhaps(chance, TODAY + timedelta(days=chance.choice((-1, 1))), 0.1),
                "verified_on": _perhaps(chance, _some_day(chance, 1)),
                "created_at": AT,
                "deleted_at": _perhaps(chance, AT, 0.1),
                "version": 1,
            }
        )
    for number in range(18):
        name = f"{chance.choice(('Le Gall', 'Bézier', 'Nguyen'))} {number}"
        world.contacts.append(
            {
                "last_name": name,
                "sort_name": sort_key(name),
                "email": _perhaps(chance, "p@b.example"),
                "phone": _perhaps(chance, "+33320000001", 0.3),
                "mobile": _perhaps(chance, "+33620000001", 0.3),
                "created_at": AT,
                "deleted_at": _perhaps(chance, AT, 0.1),
                "version": 1,
            }
        )
    _write(session, world, Structure, world.structures)
    _write(session, world, Contact, world.contacts)
    world.structures = world.rows["structure"]
    world.contacts = world.rows["contact"]


def _make_links(session: Session, world: World, chance: random.Random) -> None:
    for structure in world.structures:
        for table, column, values in (
            (structure_tag, "tag_id", world.ids["tags"]),
            (structure_theme, "theme_id", world.ids["themes"]),
            (structure_country, "country_code", COUNTRIES),
        ):
            chosen = chance.sample(list(values), chance.randrange(3))
            rows = [{"structure_id": structure["id"], column: each} for each in chosen]
            _write(session, world, table, rows)
    for contact in world.contacts:
        chosen = chance.sample(world.ids["tags"], chance.randrange(2))
        rows = [{"contact_id": contact["id"], "tag_id": each} for each in chosen]
        _write(session, world, contact_tag, rows)


def _make_roles(session: Session, world: World, chance: random.Random) -> None:
    for structure in world.structures[:6]:
        seat = {"structure_id": structure["id"], "role": chance.choice(ROLES), "is_elected": True,
                "version": 1, "closed_on": _perhaps(chance, _some_day(chance), 0.2)}  # fmt: skip
        _write(session, world, Seat, [seat])
    seats = [row["id"] for row in world.rows["seat"]]
    for contact in world.contacts:
        for _ in range(chance.randrange(3)):
            start = _perhaps(chance, _some_day(chance))
            end = _perhaps(chance, TODAY + timedelta(days=chance.choice((-30, 0, 30))), 0.4)
            role = {
                "contact_id": contact["id"],
                "structure_id": chance.choice(world.structures)["id"],
                "role": chance.choice(ROLES),
                "is_elected": chance.random() < 0.5,
                "start_on": start if not (start and end and end < start) else None,
                "end_on": end,
                "seat_id": _perhaps(chance, chance.choice(seats), 0.2),
                "version": 1,
            }
            _write(session, world, Affiliation, [role])


def _make_memberships(session: Session, world: World, chance: random.Random) -> None:
    for number in range(2):
        _write(
            session,
            world,
            Group,
            [{"name": f"G{number}", "sort_name": f"g{number}", "kind": "pays", "version": 1,
              "closed_on": _perhaps(chance, TODAY - timedelta(days=1), 0.3)}],
        )  # fmt: skip
    world.ids["groups"] = [row["id"] for row in world.rows["group"]]
    for structure in world.structures:
        if chance.random() < 0.5:
            row = {
                "group_id": chance.choice(world.ids["groups"]),
                "structure_id": structure["id"],
                "start_on": _some_day(chance),
                "end_on": _perhaps(chance, TODAY, 0.3),
                "version": 1,
            }
            _write(session, world, Membership, [row])
        for year in chance.sample((2024, 2025, 2026), chance.randrange(3)):
            fee = {"structure_id": structure["id"], "year": year, "version": 1,
                   "is_paid": chance.random() < 0.5}  # fmt: skip
            _write(session, world, NetworkMembership, [fee])
    for membership in world.rows["membership"]:
        speaks = {
            "membership_id": membership["id"],
            "contact_id": chance.choice(world.contacts)["id"],
            "start_on": membership["start_on"],
            "end_on": _perhaps(chance, TODAY, 0.2),
            "version": 1,
        }
        _write(session, world, GroupRepresentative, [speaks])


def _make_sessions(session: Session, world: World, chance: random.Random) -> None:
    for number in range(20):
        row = {
            "submission_key": f"world-{number}",
            "kind_id": chance.choice(world.ids["kinds"]),
            "status": chance.choice(STATUSES),
            "held_on": _some_day(chance),
            "created_at": AT,
            "deleted_at": _perhaps(chance, AT, 0.1),
            "version": 1,
        }
        _write(session, world, AccompanimentSession, [row])
    for held in world.rows["accompaniment_session"]:
        for structure in chance.sample(world.structures, 2):
            seat = {
                "session_id": held["id"],
                "structure_id": structure["id"],
                "structure_name": structure["name"],
                "family_code": structure["family_code"],
            }
            _write(session, world, SessionStructure, [seat])
        officer = {"session_id": held["id"], "user_id": chance.choice(world.ids["users"])}
        _write(session, world, session_officer, [officer])


def _make_applications(session: Session, world: World, chance: random.Random) -> None:
    schemes = [
        {"name": f"D{n}", "sort_name": f"d{n}", "created_at": AT, "version": 1,
         "is_recurring": False, "is_active": True}
        for n in range(2)
    ]  # fmt: skip
    _write(session, world, FundingScheme, schemes)
    world.ids["schemes"] = [row["id"] for row in world.rows["funding_scheme"]]
    for number in range(12):
        status = chance.choice(("identifie", "depose", "obtenu", "refuse"))
        filed = None if status == "identifie" else _some_day(chance)
        decided = status in {"obtenu", "refuse"}
        structure = chance.choice(world.structures)
        row = {
            "scheme_id": chance.choice(world.ids["schemes"]),
            "title": f"Dossier {number}",
            "sort_title": f"dossier {number}",
            "beneficiary_id": structure["id"],
            "beneficiary_name": structure["name"],
            "family_code": structure["family_code"],
            "commune_code": structure["commune_code"],
            "status": status,
            "awarded_cents": 100 if status == "obtenu" else None,
            "filed_on": filed,
            "decided_on": filed if decided else None,
            "created_at": AT,
            "deleted_at": _perhaps(chance, AT, 0.1),
            "version": 1,
        }
        _write(session, world, FundingApplication, [row])


def _make_projects(session: Session, world: World, chance: random.Random) -> None:
    for number in range(6):
        row = {
            "name": f"Projet {number}",
            "sort_name": f"projet {number}",
            "lead_structure_id": chance.choice(world.structures)["id"],
            "status": chance.choice(("en_cours", "termine")),
            "is_pooled": False,
            "is_publishable": False,
            "created_at": AT,
            "deleted_at": _perhaps(chance, AT, 0.2),
            "version": 1,
        }
        _write(session, world, Project, [row])
    for project in world.rows["project"]:
        partner = {
            "project_id": project["id"],
            "structure_id": chance.choice(world.structures)["id"],
            "role": chance.choice(("partenaire", "chef_de_file", "relais")),
        }
        _write(session, world, ProjectPartner, [partner])
