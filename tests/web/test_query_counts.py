"""Ten rows or a thousand: a page asks the database as many questions."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, text
from sqlalchemy.orm import Session

from crm.accompaniment.models import Accompaniment, StageChange
from crm.attachments.models import Attachment
from crm.contacts.indexing import CONTACT, STRUCTURE, all_contacts, all_structures
from crm.contacts.models import (
    Affiliation,
    Contact,
    ContactPoint,
    Group,
    GroupRepresentative,
    Membership,
    NetworkMembership,
    Seat,
    Structure,
    structure_theme,
)
from crm.core import clock
from crm.followups.models import (
    AccompanimentSession,
    FollowUp,
    SessionStructure,
    session_axis,
    session_contact,
    session_project,
    session_theme,
)
from crm.history.models import ExportRecord, TrashEntry
from crm.history.recording import RecordedChange, keep_changes
from crm.introductions.models import Introduction, IntroductionPerson, IntroductionSide
from crm.jobs.models import JobRun
from crm.mail.models import Delivery, DeliveryAttempt, OutboxMessage
from crm.notes.models import Note
from crm.projects.models import Project, ProjectHeadcount, ProjectPartner, project_theme
from crm.search.index import index_records
from tests.factories.accompaniment import AccompanimentFactory
from tests.factories.contacts import ContactFactory, GroupFactory, StructureFactory
from tests.factories.followups import SessionFactory, reference
from tests.factories.introductions import IntroductionFactory, IntroductionSideFactory
from tests.factories.projects import ProjectFactory
from tests.support.client import PageClient
from tests.support.queries import counted

FEW, MANY = 10, 1_000
FIRST_ID = 5_000_000  # beyond what the other tests of a database count to
PAGES = {
    "officer": (
        "/", "/recherche?q=commune", "/recherche/palette?q=commune",
        "/structures", "/structures?filtres=1&departement=62", "/structures?q=commune",
        "/structures?colonnes=statut,referent,themes,epci,parente,derniere-seance",
        "/structures/{structure}", "/structures/{structure}?fil=tout",
        "/structures/{structure}?le=15/03/2019", "/structures/{structure}/modifier",
        "/contacts", "/contacts?filtres=1", "/contacts?q=exemple", "/contacts/{contact}",
        "/groupes", "/groupes?filtres=1", "/groupes/{group}", "/groupes/{group}/courriels",
        "/projets", "/projets?filtres=1&colonnes=pays,themes,partenaires", "/projets/{project}",
        "/projets/{project}/modifier", "/seances", "/seances?filtres=1", "/seances/{session}",
        "/seances?colonnes=toutes", "/seances?projet={project}", "/seances/{session}/modifier",
        "/relances", "/mandats", "/mandats/vacants", "/corbeille",
        "/accompagnements", "/accompagnements?filtres=1&silence=60&colonnes=obstacles,depuis",
        "/accompagnements/tableau", "/accompagnements/chiffres", "/accompagnements/{path}",
        "/mises-en-relation", "/mises-en-relation?filtres=1", "/mises-en-relation/{introduction}",
    ),
    "director": (
        "/", "/bilan/{year}", "/bilan/{year}/accompanied_structures", "/bilan/{year}/sessions_done",
        "/conventions", "/indicateurs", "/rapports",
    ),
    "administrator": (
        "/", "/administration/exports", "/administration/utilisateurs", "/administration/travaux",
        "/administration/messages", "/administration/messages?filtres=1&etat=queued&q=objet",
        "/administration/messages/{message}",
    ),
}  # fmt: skip


class Network:
    """One of each record that has a page, and as many rows around each as asked."""

    def __init__(self, session: Session, me: int) -> None:
        self.session, self.me, self.next_id = session, me, FIRST_ID
        self.structure: Structure = StructureFactory(name="Commune du milieu")
        self.contact: Contact = ContactFactory()
        self.group: Group = GroupFactory()
        self.project: Project = ProjectFactory(themes=[reference("theme", "sante")])
        self.path = AccompanimentFactory(structure_id=self.structure.id)
        self.introduction = IntroductionFactory()
        self.side = IntroductionSideFactory(
            introduction_id=self.introduction.id, structure_id=self.structure.id
        )
        self.record = SessionFactory(structures=[self.structure], contacts=[self.contact])
        session.flush()

    def grow(self, count: int) -> None:
        """Add `count` rows to every list that a page shows."""
        ids = range(self.next_id, self.next_id + count)
        self.next_id += count
        for model, values in self._rows(clock.today(), clock.now()).items():
            rows = [{name: _of(value, each) for name, value in values.items()} for each in ids]
            self.session.execute(insert(model), rows)
        for table, values in self._links().items():
            rows = [{name: _of(value, each) for name, value in values.items()} for each in ids]
            self.session.execute(insert(table), rows)
        index_records(self.session, STRUCTURE, dict(all_structures(self.session)))
        index_records(self.session, CONTACT, dict(all_contacts(self.session)))
        self.session.execute(text("ANALYZE"))  # as a server does by itself after a while
        told = {"description": ["Avant", "Après"]}
        change = RecordedChange("updated", "structure", self.structure.id, told)
        keep_changes(self.session, [change] * count)

    def _rows(self, today: date, now: datetime) -> dict[Any, dict[str, Any]]:
        """Return what each new row holds; a function takes the number of the row."""
        one, kind = self.structure.id, reference("session_kind", "rdv").id
        itself, long_ago = (lambda number: number), date(2015, 1, 1)
        recently = lambda number: today - timedelta(days=number % 300)  # noqa: E731
        return {
            Structure: {
                "id": itself, "name": "Commune {}", "sort_name": "commune {}",
                "family_code": "association", "departement_code": "62", "commune_code": "62119",
                "parent_id": one, "created_at": now,
            },
            Contact: {
                "id": itself, "first_name": "Dominique", "last_name": "Exemple {}",
                "sort_name": "exemple {}", "created_at": now,
            },
            Affiliation: {
                "id": itself, "contact_id": itself, "structure_id": one, "role": "Maire {}",
                "is_elected": True,
            },
            Group: {
                "id": itself, "name": "Groupe {}", "sort_name": "groupe {}", "kind": "pays",
                "launched_on": long_ago,
            },
            Membership: {
                "id": itself, "group_id": self.group.id, "structure_id": itself,
                "start_on": long_ago,
            },
            GroupRepresentative: {
                "id": itself, "membership_id": itself, "contact_id": itself, "start_on": long_ago,
            },
            ContactPoint: {
                "structure_id": one, "medium": "courriel", "nature": "generique",
                "value": "a{}@b.example", "value_key": "a{}@b.example",
            },
            Seat: {"structure_id": itself, "role": "Maire", "is_elected": True},
            NetworkMembership: {
                "structure_id": one, "year": lambda number: number - FIRST_ID + 100,
                "is_paid": True,
            },
            Project: {
                "id": itself, "name": "Projet {}", "sort_name": "projet {}", "status": "en_cours",
                "lead_structure_id": one, "created_at": now, "is_pooled": False,
                "is_publishable": False,
            },
            ProjectPartner: {
                "project_id": self.project.id, "structure_id": itself, "role": "partenaire",
            },
            ProjectHeadcount: {
                "project_id": self.project.id, "counted_on": today, "kind": "jeunes", "count": 12,
            },
            AccompanimentSession: {
                "id": itself, "submission_key": "{}", "kind_id": kind, "status": "realisee",
                "held_on": recently, "created_at": now,
            },
            FollowUp: {
                "what": "Rappeler {}", "due_on": recently, "assignee_id": self.me,
                "structure_id": one, "created_at": now,
            },
            Accompaniment: {
                "id": itself, "structure_id": itself, "stage": "idee", "person_id": self.me,
                "opened_on": recently, "created_at": now,
            },
            StageChange: {
                "accompaniment_id": self.path.id, "stage": "idee", "changed_on": recently,
                "author_id": self.me,
            },
            Introduction: {
                "id": itself, "reason": "Raison {}", "introduced_on": recently,
                "officer_id": self.me, "status": "proposee", "created_at": now,
            },
            IntroductionSide: {
                "introduction_id": itself, "structure_id": one, "is_asking": True,
            },
            IntroductionPerson: {"side_id": self.side.id, "contact_id": itself},
            Note: {
                "entity": "structure", "record_id": one, "body": "Note {}", "author_id": self.me,
                "created_at": now, "is_confidential": False,
            },
            Attachment: {
                "entity": "session", "record_id": self.record.id, "key": "{}", "name": "{}.pdf",
                "content_type": "application/pdf", "size_bytes": 9, "author_id": self.me,
                "created_at": now, "version": 1,
            },
            TrashEntry: {
                "entity": "contact", "record_id": itself, "name": "Parti {}", "at": now,
                "actor_name": "Camille",
            },
            Delivery: {
                "id": itself, "kind": "outbox", "purpose": "account", "token": "{}",
                "recipient": "a{}@b.example", "address_hash": "", "state": "queued",
                "last_attempt": 5, "created_at": now,
            },
            OutboxMessage: {
                "id": itself, "unique_key": "{}", "recipient": "a{}@b.example",
                "subject": "Objet {}", "text_body": "", "html_body": "", "headers": {},
                "created_at": now, "delivery_id": itself,
            },
            DeliveryAttempt: {
                "delivery_id": FIRST_ID, "number": itself, "gateway": "smtp", "started_at": now,
            },
            JobRun: {
                "job": "purge-trash", "key": "{}", "day": recently, "created_at": now,
                "started_at": now, "finished_at": now,
            },
            ExportRecord: {
                "title": "structures", "extension": "csv", "filter_names": "", "at": now,
                "actor_name": "Camille",
            },
        }  # fmt: skip

    def _links(self) -> dict[Any, dict[str, Any]]:
        itself, theme = (lambda number: number), reference("theme", "sante").id
        seat = {
            "session_id": itself, "structure_name": "Commune du milieu",
            "family_code": "association", "departement_code": "62",
        }  # fmt: skip
        return {
            SessionStructure.__table__: {**seat, "structure_id": self.structure.id},
            SessionStructure: {**seat, "structure_id": itself},
            session_contact: {"session_id": itself, "contact_id": self.contact.id},
            session_theme: {"session_id": itself, "theme_id": theme},
            session_project: {"session_id": itself, "project_id": self.project.id},
            session_axis: {
                "session_id": itself,
                "axis_id": reference("axis", "axe_1").id,
            },
            structure_theme: {"structure_id": itself, "theme_id": theme},
            project_theme: {"project_id": itself, "theme_id": theme},
        }


def _of(value: Any, number: int) -> Any:
    if callable(value):
        return value(number)
    return value.replace("{}", str(number)) if isinstance(value, str) else value


@pytest.fixture
def network(session: Session, officer: PageClient) -> Network:
    """Return a network with one of each record."""
    return Network(session, officer.user.id)


def _counts(
    network: Network, browsers: dict[str, PageClient], connection: Connection, *, times: int = 1
) -> dict[tuple[str, str], int]:
    """Return how many statements each page sent, the last of the times that it was asked for."""
    found = {}
    for role, paths in PAGES.items():
        for path in paths:
            url = path.format(
                structure=network.structure.id, contact=network.contact.id,
                group=network.group.id, project=network.project.id, session=network.record.id,
                path=network.path.id, introduction=network.introduction.id,
                year=clock.today().year, message=FIRST_ID,
            )  # fmt: skip
            for _time in range(times):
                with counted(connection) as statements:
                    assert browsers[role].get(url).status_code == 200, url
            found[role, path] = len(statements)
    return found


def test_a_thousand_rows_take_no_more_statements_than_ten(
    network: Network,
    officer: PageClient,
    director: PageClient,
    administrator: PageClient,
    connection: Connection,
) -> None:
    browsers = {"officer": officer, "director": director, "administrator": administrator}
    network.grow(FEW)
    few = _counts(network, browsers, connection, times=2)  # what a process asks once, it has asked
    network.grow(MANY)
    many = _counts(network, browsers, connection)
    grown = {page: (few[page], count) for page, count in many.items() if count > few[page]}
    assert grown == {}
