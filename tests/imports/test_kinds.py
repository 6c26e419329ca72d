"""Structures, sessions, members of groups and projects out of files."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from crm.contacts.models import (
    Affiliation,
    Contact,
    ContactPoint,
    GroupRepresentative,
    Membership,
    Structure,
)
from crm.followups.models import AccompanimentSession
from crm.imports.types import Outcome
from crm.projects.models import Project, ProjectPartner
from tests.factories.accounts import UserFactory
from tests.factories.contacts import GroupFactory, StructureFactory
from tests.imports.conftest import Bench

STRUCTURES = """Répertoire des acteurs;;;;;;;
Nom;Type;SIRET;Code postal;Ville;Courriel;Téléphone;Thématiques
ASSOCIATION FRANCE BENIN;Association;356 000 000 00048;2100;ST QUENTIN;a@fb.example;320123456;Santé
Lycée Faidherbe;Lycée;;59000;LILLE CEDEX;;;"Sport ; Santé"
Mairie d'Arras;Commune;;;;mairie@arras.example;;
TOTAL;3;;;;;;
"""
# ruff: noqa: E501 - rows of files are as wide as they are
SESSIONS = """Date;Structure;Contact;Fonction;Type de rendez-vous;Durée;Chargé de mission;Objet du rendez-vous;Pays
12/03/2019;"Association Eau Vive ; Lycée Faidherbe";MARTIN Anne;Présidente;RDV téléphone;45 min;Camille Exemple;Projet puits;Bénin
43537;Association Eau Vive;MARTIN Anne;Présidente;;1 h;;Suite;
31/02/2019;Association Eau Vive;;;;;;;
"""
MEMBERS = """Groupe pays;Structure;Représentant;Depuis le
Bénin;Association Eau Vive;MARTIN Anne;03-2018
Atlantide;Association Eau Vive;;
"""
PROJECTS = """Nom du projet;Structure;Partenaires;Pays;Budget;Début;Fin;Thématiques
Puits de Natitingou;Association Eau Vive;"Lycée Faidherbe ; Association Soleil";Bénin;1 500,00 €;2018;2019;Santé
Cantine;Association Eau Vive;;Togo;1.500;;;
"""


def test_structures_are_read_in_all_french_habits(bench: Bench, session: Session) -> None:
    run = bench.map(bench.send(STRUCTURES))
    assert run.kind == "structures"
    assert run.state == "pret", run.problem
    assert bench.found(run, Outcome.REFUSED) == []
    run = bench.launch(run.id)
    found = {
        each.name: each
        for each in session.scalars(select(Structure).options(selectinload(Structure.themes)))
    }
    assert {"Association France Benin", "Lycée Faidherbe", "Arras"} <= set(found), set(found)
    benin = found["Association France Benin"]
    assert (benin.siret, benin.siren, benin.postcode) == ("35600000000048", "356000000", "02100")
    assert (benin.commune_code, benin.departement_code) == ("02691", "02")
    assert (benin.phone, benin.family_code, benin.listed_on) == (
        "+33320123456", "association", None,
    )  # fmt: skip
    assert sorted(theme.label for theme in found["Lycée Faidherbe"].themes) == ["Santé", "Sport"]
    assert found["Lycée Faidherbe"].commune_code == "59350"
    town = found["Arras"]
    assert (town.insee_code, town.email) == ("62041", "mairie@arras.example")
    again = bench.bring(STRUCTURES, "structures")
    assert again.counts["rows.unchanged"] == 3


def test_a_structure_that_is_there_is_completed_and_never_emptied(
    bench: Bench, session: Session
) -> None:
    known = StructureFactory(
        name="Amicale", siret="35600000000048", siren="356000000", phone="+33320000000"
    )
    text = "Nom;SIRET;Courriel;Téléphone\nL'Amicale;35600000000048;a@a.example;03 20 11 11 11\n"
    run = bench.bring(text, "structures", family="association")
    session.refresh(known)
    assert (known.name, known.email, known.phone) == ("Amicale", "a@a.example", "+33320000000")
    [told] = bench.found(run, Outcome.UPDATED)
    assert told["records"][0]["left"]["phone"] == ["+33320000000", "+33320111111"]
    bench.bring(text, "structures", family="association", replaces=True)
    session.refresh(known)
    assert (known.name, known.phone) == ("L'Amicale", "+33320111111")


def test_past_sessions_come_with_their_structures_and_people(
    bench: Bench, session: Session
) -> None:
    UserFactory(name="Camille Exemple")
    run = bench.map(bench.send(SESSIONS))
    assert run.kind == "seances"
    [refused] = bench.found(run, Outcome.REFUSED)
    assert refused["row"] == 4
    run = bench.launch(run.id, good_rows=True)
    assert run.state == "fait", run.problem
    held = session.scalars(
        select(AccompanimentSession)
        .order_by(AccompanimentSession.held_on)
        .options(
            selectinload(AccompanimentSession.structures),
            selectinload(AccompanimentSession.contacts),
            selectinload(AccompanimentSession.officers),
            selectinload(AccompanimentSession.countries),
        )
    ).all()
    assert [each.held_on for each in held] == [date(2019, 3, 12), date(2019, 3, 13)]
    first = held[0]
    assert (first.duration_minutes, first.status, first.notes) == (45, "realisee", "Projet puits")
    assert sorted(each.structure_name for each in first.structures) == [
        "Association Eau Vive", "Lycée Faidherbe",
    ]  # fmt: skip
    assert [each.full_name for each in first.contacts] == ["Anne Martin"]
    assert [each.name for each in first.officers] == ["Camille Exemple"]
    assert [each.code for each in first.countries] == ["BJ"]
    assert session.scalar(select(func.count(Contact.id))) == 1
    eau = session.scalars(select(Structure).where(Structure.name == "Association Eau Vive")).one()
    assert eau.listed_on is not None
    again = bench.launch(bench.map(bench.send(SESSIONS)).id, good_rows=True)
    assert again.counts["rows.unchanged"] == 2
    bench.undo(run.id)
    assert not session.scalars(select(Structure.id).where(Structure.deleted_at.is_(None))).all()


def test_members_come_into_groups_that_are_there(bench: Bench, session: Session) -> None:
    group = GroupFactory(name="Groupe-pays Bénin", sort_name="groupe pays benin")
    run = bench.map(bench.send(MEMBERS))
    assert run.kind == "groupes"
    [refused] = bench.found(run, Outcome.REFUSED)
    assert "Atlantide" in refused["issues"][0]["params"]["text"]
    run = bench.launch(run.id, good_rows=True)
    assert run.state == "fait", run.problem
    member = session.scalars(select(Membership)).one()
    assert (member.group_id, member.start_on) == (group.id, date(2018, 3, 1))
    assert session.scalars(select(GroupRepresentative)).one().start_on == date(2018, 3, 1)
    again = bench.launch(bench.map(bench.send(MEMBERS)).id, good_rows=True)
    assert again.counts["rows.unchanged"] == 1
    bench.undo(run.id)
    assert session.scalars(select(Membership)).all() == []


def test_projects_come_with_partners_and_an_ambiguous_amount_is_asked(
    bench: Bench, session: Session
) -> None:
    run = bench.map(bench.send(PROJECTS))
    assert run.kind == "projets"
    [asked] = bench.found(run, Outcome.TO_DECIDE)
    question = asked["questions"][0]
    assert [each["value"] for each in question["choices"]] == ["150000", "150"]
    run = bench.settle(run.id, decisions={question["key"]: "150000"})
    run = bench.launch(run.id)
    assert run.state == "fait", run.problem
    projects = {each.name: each for each in session.scalars(select(Project))}
    assert projects["Cantine"].budget_cents == projects["Puits de Natitingou"].budget_cents
    assert projects["Puits de Natitingou"].status == "termine"
    assert session.scalar(select(func.count(ProjectPartner.id))) == 2
    again = bench.bring(PROJECTS.replace("1.500", "1500"), "projets")
    assert again.counts["rows.unchanged"] == 2
    bench.undo(run.id)
    alive = select(func.count(Project.id)).where(Project.deleted_at.is_(None))
    assert session.scalar(alive) == 0


def test_several_addresses_and_several_people_in_a_cell(bench: Bench, session: Session) -> None:
    text = (
        "Structure;Nom complet;Courriel;Mobile\n"
        'Association Duo;"Anne Martin ; Luc Petit";"anne@duo.example ; luc@duo.example";\n'
        'Association Duo;Zoé Durand;"zoe@duo.example ; bureau@duo.example";06 12 34 56 78\n'
    )
    run = bench.bring(text, "contacts")
    assert run.state == "fait", run.problem
    emails = set(session.scalars(select(Contact.email)))
    assert emails == {"anne@duo.example", "luc@duo.example", "zoe@duo.example"}
    assert session.scalars(select(ContactPoint.value)).all() == ["bureau@duo.example"]
    assert session.scalar(select(func.count(Affiliation.id))) == 3
