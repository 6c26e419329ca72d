"""A seeded network of any size, written straight into the tables."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, text
from sqlalchemy.orm import Session

from crm import schema
from crm.accounts.models import User
from crm.config import DEFAULT_DEPARTEMENTS
from crm.contacts.models import Affiliation, Contact, Structure
from crm.core.text import sort_key
from crm.database import WRITING
from crm.followups.models import (
    AccompanimentSession,
    SessionStructure,
    session_officer,
    session_theme,
)
from crm.history.models import Change, ChangeSet, ChangeSubject
from crm.reference.defaults import load_defaults
from crm.reference.models import ReferenceItem
from crm.search.kinds import reindex_all
from crm.territories.models import Commune
from crm.territories.operations import load_territories
from crm.wiring import register_search

STRUCTURES, SESSIONS, YEARS, SEED = 10_000, 50_000, (2015, 2019), 20190312
START = datetime(2015, 1, 1, 9, tzinfo=UTC)
_SYLLABLES = (
    "ba bé bou chan cor dal dé du é fau ga gre hé la le lou mar mi no o pier ra ri sau té va vé"
).split()
_FIRST_NAMES = (
    "Élise Élie Marie Paul Inès Hugo Zoé Aïcha Noé Léa Omar Anna Karim Jade Luc Rose Adam Ève Max"
    " Lou Nina Théo Yann Ugo Irène Odile Remi Solène Tom Awa Fatou Jean Anne Ivan Alix Louis Nour"
).split()
_BATCH = 5_000


def build(engine: Engine, contacts: int) -> None:
    """Bring an empty database to this many contacts, with its structures, sessions and index."""
    schema.upgrade(engine)
    register_search()
    rng = random.Random(SEED)
    with Session(engine) as session:
        session.info[WRITING] = True
        load_defaults(session)
        load_territories(session, DEFAULT_DEPARTEMENTS)
        session.execute(insert(User), list(_users()))
        _write(session, Structure, _structures(session, rng))
        _write(session, Contact, _contacts(rng, contacts))
        _write(session, Affiliation, _affiliations(rng, contacts))
        _sessions(session, rng)
        _history(session)
        reindex_all(session)
        session.commit()
    with engine.connect() as connection:
        move_sequences(connection)
        connection.exec_driver_sql("ANALYZE")
        connection.commit()


def _write(session: Session, target: Any, rows: Iterator[dict[str, Any]]) -> None:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            session.execute(insert(target), batch)
            batch = []
    if batch:
        session.execute(insert(target), batch)


def invented_name(rng: random.Random) -> str:
    """Return a name of two to four syllables."""
    return "".join(rng.choice(_SYLLABLES) for _ in range(rng.randint(2, 4))).capitalize()


def _users() -> Iterator[dict[str, Any]]:
    for number in range(1, 7):
        address = f"bench{number}@reseau.example"
        yield {
            "id": number, "email": address, "email_key": address, "name": f"Agent {number}",
            "role": "director", "locale": "fr", "theme": "auto", "is_active": True,
            "created_at": START, "version": 1,
        }  # fmt: skip


def _structures(session: Session, rng: random.Random) -> Iterator[dict[str, Any]]:
    seats = session.execute(
        select(Commune.insee_code, Commune.departement_code).order_by(Commune.insee_code)
    ).all()
    families = ["association"] * 6 + ["collectivite"] * 2 + ["entreprise", "universitaire"]
    for number in range(1, STRUCTURES + 1):
        code, departement = rng.choice(seats)
        name = (
            f"{rng.choice(['Comité', 'Association', 'Atelier', 'Collectif'])} {invented_name(rng)}"
        )
        yield {
            "id": number, "name": name, "sort_name": sort_key(name),
            "family_code": rng.choice(families), "commune_code": code,
            "departement_code": departement, "listed_on": date(2015, 1, 1),
            "created_at": START, "version": 1,
        }  # fmt: skip


def _contacts(rng: random.Random, count: int) -> Iterator[dict[str, Any]]:
    for number in range(1, count + 1):
        first, last = rng.choice(_FIRST_NAMES), invented_name(rng)
        address = f"{sort_key(first)}.{sort_key(last)}{number}@reseau.example"
        yield {
            "id": number, "first_name": first, "last_name": last,
            "sort_name": sort_key(f"{last} {first}"), "email": address, "email_key": address,
            "phone": f"+33320{number:06}",
            "created_at": START, "version": 1,
        }  # fmt: skip


def _affiliations(rng: random.Random, count: int) -> Iterator[dict[str, Any]]:
    for contact in range(1, count + 1):
        for _ in range(rng.choice((1, 1, 2))):
            yield {
                "contact_id": contact, "structure_id": rng.randint(1, STRUCTURES),
                "role": rng.choice(("Présidente", "Maire", "Chargé de projet")),
                "is_elected": False, "start_on": date(2016, 1, 1), "version": 1,
            }  # fmt: skip


def _sessions(session: Session, rng: random.Random) -> None:
    kinds = _items(session, "session_kind")
    themes = _items(session, "theme")
    structures = session.execute(
        select(Structure.id, Structure.name, Structure.family_code, Structure.departement_code)
    ).all()
    days = (date(YEARS[1], 12, 31) - date(YEARS[0], 1, 1)).days
    seats, officers, tagged = [], [], []

    def rows() -> Iterator[dict[str, Any]]:
        for number in range(1, SESSIONS + 1):
            seats.extend(
                {"session_id": number, "structure_id": one.id, "structure_name": one.name,
                 "family_code": one.family_code, "departement_code": one.departement_code}
                for one in rng.sample(structures, rng.choice((1, 1, 1, 2)))
            )  # fmt: skip
            officers.append({"session_id": number, "user_id": rng.randint(1, 6)})
            tagged.append({"session_id": number, "theme_id": rng.choice(themes)})
            yield {
                "id": number, "submission_key": f"bench-{number}", "kind_id": rng.choice(kinds),
                "status": rng.choice(("realisee",) * 9 + ("annulee",)),
                "held_on": date(YEARS[0], 1, 1) + timedelta(days=rng.randint(0, days)),
                "duration_minutes": 60, "notes": "Point sur le dossier et les suites à donner.",
                "created_by_id": 1, "created_at": START, "version": 1,
            }  # fmt: skip

    _write(session, AccompanimentSession, rows())
    _write(session, SessionStructure, iter(seats))
    _write(session, session_officer, iter(officers))
    _write(session, session_theme, iter(tagged))


def _items(session: Session, list_code: str) -> list[int]:
    return list(
        session.scalars(
            select(ReferenceItem.id)
            .where(ReferenceItem.list_code == list_code)
            .order_by(ReferenceItem.position)
        )
    )


def _history(session: Session) -> None:
    """Tell of every record's creation, one change set each, as the product does."""
    records = [
        (entity, record_id)
        for entity, model in (
            ("structure", Structure),
            ("contact", Contact),
            ("session", AccompanimentSession),
        )
        for record_id in session.scalars(select(model.__table__.c.id).order_by("id"))
    ]
    seats = _seats(session)
    numbered = list(enumerate(records, start=1))
    who = {"at": START, "actor_id": 1, "actor_name": "Agent 1", "source": "demo"}
    _write(session, ChangeSet, ({"id": number, **who} for number, _ in numbered))
    _write(
        session,
        Change,
        (
            {"id": number, "change_set_id": number, "action": "created", "entity": entity,
             "record_id": record_id, "fields": {"notes": [None, "Point sur le dossier."]}}
            for number, (entity, record_id) in numbered
        ),
    )  # fmt: skip
    _write(
        session,
        ChangeSubject,
        (
            {"change_id": number, "entity": kind, "record_id": subject}
            for number, (entity, record_id) in numbered
            for kind, subject in (
                (entity, record_id),
                *(
                    ("structure", structure_id)
                    for structure_id in (seats[record_id] if entity == "session" else ())
                ),
            )
        ),
    )


def _seats(session: Session) -> dict[int, list[int]]:
    """Return the structures of each session."""
    seats: dict[int, list[int]] = {}
    for session_id, structure_id in session.execute(
        select(SessionStructure.session_id, SessionStructure.structure_id)
    ).tuples():
        seats.setdefault(session_id, []).append(structure_id)
    return seats


def move_sequences(connection: Connection) -> None:
    """Let PostgreSQL number the next rows after ours."""
    if connection.dialect.name != "postgresql":
        return
    for table in ("user", "structure", "contact", "accompaniment_session", "change_set", "change"):
        connection.execute(
            text(
                f"""SELECT setval(pg_get_serial_sequence('"{table}"', 'id'),
                (SELECT max(id) FROM "{table}"))"""  # noqa: S608 - the names above
            )
        )
