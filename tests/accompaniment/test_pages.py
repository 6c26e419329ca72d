"""The board, the list, a path's page and what is done there in one click."""

import re
from datetime import date, timedelta

from flask import Flask
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from crm.accompaniment.board import SHOWN
from crm.accompaniment.models import Accompaniment
from crm.core import clock
from crm.history.trash import move_to_trash
from tests.factories.accompaniment import AccompanimentFactory
from tests.factories.contacts import StructureFactory
from tests.factories.followups import FollowUpFactory, SessionFactory, reference
from tests.support.client import PageClient
from tests.support.queries import counted


def _current(session: Session, structure_id: int) -> Accompaniment:
    return session.scalars(
        select(Accompaniment)
        .where(Accompaniment.structure_id == structure_id)
        .execution_options(populate_existing=True)
    ).one()


def test_one_click_on_a_structure_opens_its_path(officer: PageClient, session: Session) -> None:
    structure = StructureFactory(name="Puits du Nord")
    session.flush()
    page = officer.get(f"/structures/{structure.id}").text
    assert "Ouvrir un accompagnement" in page
    back = f"/structures/{structure.id}"
    sent = {"structure": str(structure.id), "next": back}
    answer = officer.submit("/accompagnements/ouvrir", sent)
    assert (answer.status_code, answer.location) == (303, back)
    record = _current(session, structure.id)
    assert record.person_id == officer.user.id  # type: ignore[attr-defined]
    officer.submit("/accompagnements/ouvrir", sent)
    page = officer.get(back).text
    assert "a déjà un accompagnement en cours" in page
    assert re.search(r"Passer à «\sIdée\s»", page)
    assert re.search(r"Accompagnement, étape «\sÀ qualifier\s»", page)


def test_a_card_moves_and_comes_back(officer: PageClient, session: Session) -> None:
    structure = StructureFactory(name="Puits du Nord")
    record = AccompanimentFactory(structure_id=structure.id)
    session.flush()
    board = officer.get("/accompagnements/tableau").text
    assert f"carte-{record.id}" in board
    answer = officer.submit(
        f"/accompagnements/{record.id}/etape",
        {"etape": "depot", "next": "/accompagnements/tableau"},
    )
    assert answer.location == "/accompagnements/tableau"
    assert _current(session, structure.id).stage == "depot"
    page = officer.get("/accompagnements/tableau").text
    undo = re.search(r'action="(/historique/\d+/annuler[^"]*)"', page)
    assert undo is not None
    answer = officer.submit(undo[1].replace("&amp;", "&"), {})
    assert answer.location == "/accompagnements/tableau"
    assert _current(session, structure.id).stage == "a_qualifier"
    refused = officer.submit(f"/accompagnements/{record.id}/etape", {"etape": "ailleurs"})
    assert refused.status_code == 303
    assert "Choisissez une étape" in officer.get(refused.location).text


def test_what_is_hidden_with_its_session_is_not_next_on_the_board(
    app: Flask, officer: PageClient, session: Session
) -> None:
    structure = StructureFactory(name="Puits du Nord")
    AccompanimentFactory(structure_id=structure.id)
    held = SessionFactory(structures=[structure])
    FollowUpFactory(structure_id=structure.id, session_id=held.id, due_on=date(2031, 7, 14))
    assert "2031" in officer.get("/accompagnements/tableau").text
    with app.test_request_context():
        move_to_trash(session, entity="session", record_id=held.id)
    assert "2031" not in officer.get("/accompagnements/tableau").text


def test_the_board_shows_so_many_and_counts_all(
    officer: PageClient, session: Session, connection: Connection
) -> None:
    for rank in range(SHOWN + 2):
        AccompanimentFactory(stage="idee", opened_on=clock.today() - timedelta(days=rank))
    session.flush()
    with counted(connection) as few:
        page = officer.get("/accompagnements/tableau?colonne=idee").text
    assert page.count("data-board-card") == SHOWN
    assert f"Voir les {SHOWN + 2} dans la liste" in page
    for _ in range(20):
        structure = StructureFactory()
        AccompanimentFactory(structure_id=structure.id, obstacles=[reference("obstacle", "temps")])
        SessionFactory(structures=[structure])
        FollowUpFactory(structure_id=structure.id)
    session.flush()
    with counted(connection) as many:
        officer.get("/accompagnements/tableau")
    assert len(many) <= len(few)


def test_the_list_is_narrowed_sorted_and_exported(officer: PageClient, session: Session) -> None:
    old = clock.today() - timedelta(days=90)
    silent = StructureFactory(name="Silencieuse", departement_code="62")
    busy = StructureFactory(name="Active", family_code="collectivite")
    ended = StructureFactory(name="Finie")
    temps = reference("obstacle", "temps")
    AccompanimentFactory(structure_id=silent.id, opened_on=old, obstacles=[temps])
    AccompanimentFactory(
        structure_id=busy.id,
        stage="depot",
        person_id=officer.user.id,  # type: ignore[attr-defined]
    )
    AccompanimentFactory(structure_id=ended.id, closed_on=clock.today(), outcome="abouti")
    session.flush()
    for query, names in {
        "": {"Silencieuse", "Active"},
        "?etat=clos": {"Finie"},
        "?silence=60": {"Silencieuse"},
        "?silence=n-importe": set(),
        "?etape=depot": {"Active"},
        "?personne=moi": {"Active"},
        f"?obstacle={temps.id}": {"Silencieuse"},
        "?obstacle=aucun&etat=en-cours": {"Active"},
        "?departement=62": {"Silencieuse"},
        "?famille=collectivite": {"Active"},
        "?issue=abouti": {"Finie"},
        f"?structure={busy.id}&filtres=1": {"Active"},
        "?tri=-etape&colonnes=etape,obstacles,depuis,issue&etat=en-cours": {
            "Silencieuse",
            "Active",
        },
    }.items():
        page = officer.get(f"/accompagnements{query}").text
        rows = set(re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)</a>', page))
        assert rows == names, query
    text = officer.get("/accompagnements/export.csv?etat=en-cours").text
    assert "Silencieuse" in text
    assert "Finie" not in text
    assert officer.get("/accompagnements/export.xlsx").status_code == 200


def test_figures_open_the_list_they_count(officer: PageClient, session: Session) -> None:
    structure = StructureFactory(departement_code="59")
    obstacle = reference("obstacle", "financement")
    AccompanimentFactory(structure_id=structure.id, stage="montage", obstacles=[obstacle])
    session.flush()
    page = officer.get("/accompagnements/chiffres").text
    for query in ("etape=montage", "departement=59", f"obstacle={obstacle.id}"):
        link = re.search(rf'href="(/accompagnements\?etat=en-cours&amp;{query})">(\d+)<', page)
        assert link is not None, query
        listed = officer.get(link[1].replace("&amp;", "&")).text
        assert f"{link[2]} accompagnement" in listed


def test_a_selection_is_moved_and_taken_back(officer: PageClient, session: Session) -> None:
    records = [AccompanimentFactory() for _ in range(2)]
    session.flush()
    answer = officer.submit(
        "/accompagnements/lot",
        {
            "action": "etape",
            "valeur-etape": "montage",
            "selection": [str(record.id) for record in records],
        },
    )
    assert answer.status_code == 303
    assert {_current(session, record.structure_id).stage for record in records} == {"montage"}
    assert (
        "Modifier plusieurs"
        in officer.submit(
            "/accompagnements/lot", {"autre": "1", "selection": [str(records[0].id)]}
        ).text
    )


def test_the_form_keeps_what_was_typed(officer: PageClient, session: Session) -> None:
    structure = StructureFactory()
    session.flush()
    page = officer.get(f"/accompagnements/nouveau?structure={structure.id}")
    assert structure.name in page.text
    sent = {
        "structure": str(structure.id),
        "person": str(officer.user.id),  # type: ignore[attr-defined]
        "opened_on": "aujourd'hui",
        "stage": "idee",
        "about": "Un puits",
        "next_milestone_on": "dans 15 jours",
        "submission_key": "k" * 20,
    }
    wrong = officer.submit("/accompagnements/nouveau", sent)
    assert wrong.status_code == 422
    assert "Dites ce qui est prévu ce jour-là." in wrong.text
    assert "Un puits" in wrong.text
    sent["next_milestone"] = "Dépôt"
    right = officer.submit("/accompagnements/nouveau", sent)
    again = officer.submit("/accompagnements/nouveau", sent)
    assert right.status_code == again.status_code == 303
    assert right.location == again.location
    page = officer.get(right.location).text
    assert "Un puits" in page
    assert "Étapes franchies" in page


def test_a_second_editor_sees_both_versions(officer: PageClient, session: Session) -> None:
    record = AccompanimentFactory(about="Avant")
    session.flush()
    url = f"/accompagnements/{record.id}/modifier"
    assert "Avant" in officer.get(url).text
    sent = {
        "person": str(record.person_id),
        "opened_on": "aujourd'hui",
        "stage": "idee",
        "about": "Le mien",
        "version": "1",
    }
    assert officer.submit(url, {**sent, "about": "Le leur"}).status_code == 303
    conflict = officer.submit(url, sent)
    assert conflict.status_code == 409
    assert "Le leur" in conflict.text
    assert "Le mien" in conflict.text


def test_a_path_is_closed_and_opened_again(officer: PageClient, session: Session) -> None:
    record = AccompanimentFactory()
    session.flush()
    url = f"/accompagnements/{record.id}/clore"
    assert officer.submit(url, {"closed_on": "aujourd'hui"}).status_code == 422
    done = officer.submit(url, {"closed_on": "aujourd'hui", "outcome": "abouti", "note": "Bravo"})
    assert done.status_code == 303
    page = officer.get(f"/accompagnements/{record.id}").text
    assert "Bravo" in page
    assert re.search(r'action="/historique/\d+/annuler', page)
    again = officer.submit(url, {"closed_on": "aujourd'hui", "outcome": "abouti", "note": "Bravo"})
    assert again.status_code == 303
    page = officer.get(f"/accompagnements/{record.id}").text
    assert "Accompagnement clos." in page
    assert not re.search(r'action="/historique/\d+/annuler', page)
    officer.submit(f"/accompagnements/{record.id}/rouvrir", {})
    assert _current(session, record.structure_id).closed_on is None


def test_a_session_offers_to_open_a_path(officer: PageClient, session: Session) -> None:
    taken, free = StructureFactory(name="Prise"), StructureFactory(name="Libre")
    AccompanimentFactory(structure_id=taken.id)
    held = SessionFactory(structures=[taken, free])
    session.flush()
    link = f"/accompagnements/nouveau?seance={held.id}"
    assert link in officer.get(f"/seances/{held.id}").text
    page = officer.get(link).text
    assert "Libre" in page
    assert "Prise" not in page


def test_a_structure_with_a_path_stays_out_of_the_trash(
    officer: PageClient, session: Session
) -> None:
    record = AccompanimentFactory()
    session.flush()
    page = officer.get(f"/corbeille/structure/{record.structure_id}/ajouter").text
    assert re.search(r"Accompagnements\s: 1", page)
    assert "/accompagnements/tableau" in officer.get("/recherche/palette?q=accompagnement").text


def test_an_unknown_path_is_not_found(officer: PageClient) -> None:
    for path in ("", "/modifier", "/clore"):
        assert officer.get(f"/accompagnements/999999999{path}").status_code == 404
