"""The pages of events as the team uses them: lists, forms, two editors, undo, the trash."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from crm.config import ConfigurationError, Settings
from crm.core import clock
from crm.events.models import Event, EventMove, EventQuestion, Registration
from crm.events.types import EventStatus, RegistrationStatus
from crm.history.models import ChangeSet
from tests.events.builders import item_id, known_person, messages_to
from tests.factories.contacts import AffiliationFactory, GroupFactory, StructureFactory
from tests.factories.events import (
    AttendanceFactory,
    EventFactory,
    QuestionFactory,
    RegistrationFactory,
)
from tests.support.client import PageClient
from tests.support.queries import counted


def _typed(session: Session, **values: object) -> dict[str, object]:
    kind_id = item_id(session, "event_kind", "webinaire")
    return {"title": "Atelier eau", "kind": str(kind_id), "status": "confirme", **values}


def _last_save(session: Session) -> int:
    found = select(ChangeSet.id).order_by(ChangeSet.id.desc()).limit(1)
    return session.scalars(found).one()


def test_an_event_is_created_and_changed_on_one_page(officer: PageClient, session: Session) -> None:
    structure, group = StructureFactory(name="Ville de Lens"), GroupFactory(name="Groupe Bénin")
    typed = _typed(
        session,
        day="12/03/2027",
        start_time="14h",
        end_time="15 h 30",
        organiser=str(structure.id),
        group=str(group.id),
        headcount="une soixantaine",
        takes_registrations="y",
        registration_closes_on="11/03/2027",
    )
    response = officer.submit("/evenements/nouveau", typed)
    event = session.scalars(select(Event)).one()
    assert response.location == f"/evenements/{event.id}"
    page = officer.get(response.location).text
    for words in ("Ville de Lens", "Groupe Bénin", "une soixantaine", "Inscriptions ouvertes"):
        assert words in page
    assert "vendredi 12\u00a0mars\u00a02027, de 14\u00a0h à 15\u00a0h\u00a030" in page
    form = officer.get(f"/evenements/{event.id}/modifier").text
    for value in ("12/03/2027", "14\u00a0h", "15\u00a0h\u00a030", "11/03/2027", "une soixantaine"):
        assert f'value="{value}"' in form


def test_the_threshold_of_presence_is_a_setting(officer: PageClient, session: Session) -> None:
    settings = officer.application.config["SETTINGS"]
    officer.application.config["SETTINGS"] = replace(settings, presence_percent=70)
    usual, own = EventFactory(), EventFactory(presence_percent=30)
    page = officer.get(f"/evenements/{usual.id}").text
    assert re.search(r"70\s%\sde la durée", page)
    page = officer.get(f"/evenements/{own.id}").text
    assert re.search(r"30\s%\sde la durée", page)
    with pytest.raises(ConfigurationError, match="CRM_PRESENCE_PERCENT"):
        Settings.read({"CRM_MODE": "test", "CRM_PRESENCE_PERCENT": "0"})


def test_the_same_form_sent_twice_makes_one_event(officer: PageClient, session: Session) -> None:
    typed = _typed(session, submission_key="une-cle-de-formulaire-00")
    first = officer.submit("/evenements/nouveau", typed)
    again = officer.submit("/evenements/nouveau", typed)
    assert first.location == again.location
    assert len(session.scalars(select(Event)).all()) == 1


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"title": ""}, "Ce champ est nécessaire"),
        ({"kind": ""}, "Choisissez un type"),
        ({"start_time": "14h"}, "Dites aussi quel jour"),
        ({"day": "12/03/2027", "end_time": "14h"}, "à quelle heure il commence"),
        ({"day": "12/03/2027", "start_time": "25h"}, "ne se lit pas"),
        ({"day": "12/03/2027", "start_time": "14h", "end_time": "13h"}, "précéder le début"),
        ({"status": "realise", "day": "12/03/2097"}, "pas encore commencé"),
        ({"capacity": "beaucoup"}, "nombre entier"),
        ({"headcount": "plein"}, "Effectif non compris"),
        ({"link": "javascript:alert(1)"}, "adresse de site"),
        ({"group": "999999"}, "n’existe pas ou plus"),
    ],
)
def test_a_wrong_event_is_said_beside_its_field(
    officer: PageClient, session: Session, changed: dict[str, object], sentence: str
) -> None:
    response = officer.submit("/evenements/nouveau", _typed(session, place="Arras", **changed))
    assert response.status_code == 422
    assert sentence in response.text
    assert 'value="Arras"' in response.text
    assert session.scalars(select(Event)).all() == []


def test_a_name_typed_without_scripts_finds_its_structure(
    officer: PageClient, session: Session
) -> None:
    officer.submit("/evenements/nouveau", _typed(session, organiser_text="Lycée inconnu de tous"))
    assert session.scalars(select(Event.organiser)).one() == "Lycée inconnu de tous"


def test_a_second_editor_sees_both_versions(officer: PageClient, session: Session) -> None:
    event = EventFactory()
    typed = _typed(session, version=str(event.version))
    officer.submit(f"/evenements/{event.id}/modifier", {**typed, "title": "La leur"})
    response = officer.submit(f"/evenements/{event.id}/modifier", {**typed, "title": "La mienne"})
    assert response.status_code == 409
    assert "La leur" in response.text
    assert "La mienne" in response.text


def test_an_event_is_postponed_told_and_put_back(officer: PageClient, session: Session) -> None:
    event = EventFactory()
    registration = RegistrationFactory(event=event)
    old = event.starts_at
    url = f"/evenements/{event.id}"
    typed = {"day": "12/03/2097", "start_time": "9h", "tells": "y"}
    officer.submit(f"{url}/reporter", typed)
    page = officer.get(url).text
    assert "12\u00a0mars\u00a02097" in page
    assert "<del>" in page
    assert "ne connaissent pas encore" not in page
    assert "Nouvelle date" in messages_to(session, registration.email)[-1].subject
    officer.submit(f"/historique/{_last_save(session)}/annuler", {})
    session.expire_all()
    event = session.get_one(Event, event.id)
    assert (event.status, event.starts_at) == (EventStatus.CONFIRMED, old)
    assert event.held_on == clock.in_paris(old).date()
    assert session.scalars(select(EventMove)).all() == []
    # They were told the date that is given up: they are to be told again.
    assert "ne connaissent pas encore ce qui a changé\u00a0: 1." in officer.get(url).text
    officer.submit(f"{url}/prevenir", {})
    assert len(messages_to(session, registration.email)) == 2
    assert "ne connaissent pas encore" not in officer.get(url).text


def test_calling_off_writes_to_nobody_by_itself(officer: PageClient, session: Session) -> None:
    event = EventFactory()
    registration = RegistrationFactory(event=event)
    assert "Rien ne leur est écrit" in officer.get(f"/evenements/{event.id}/annuler").text
    officer.submit(f"/evenements/{event.id}/annuler", {})
    assert messages_to(session, registration.email) == []
    page = officer.get(f"/evenements/{event.id}").text
    assert "Les prévenir" in page
    officer.submit(f"/evenements/{event.id}/prevenir", {})
    assert "Annulé" in messages_to(session, registration.email)[0].subject


def test_what_people_go_to_is_called_off_before_the_trash(
    officer: PageClient, session: Session
) -> None:
    event = EventFactory()
    registration = RegistrationFactory(event=event)
    url = f"/corbeille/event/{event.id}/ajouter"
    officer.submit(url, {"reason": "doublon"})
    session.refresh(event)
    assert event.deleted_at is None
    registration.status = RegistrationStatus.CANCELLED
    session.flush()
    officer.submit(url, {"reason": "doublon"})
    session.refresh(event)
    assert event.deleted_at is not None
    assert officer.get(f"/evenements/{event.id}").status_code == 404


def test_questions_are_asked_changed_and_retired(officer: PageClient, session: Session) -> None:
    event = EventFactory()
    typed = {"label": "Régime ?", "kind": "choix", "options": "végétarien\n\nsans gluten"}
    officer.submit(f"/evenements/{event.id}/questions/ajouter", typed)
    question = session.scalars(select(EventQuestion)).one()
    assert question.options == ["végétarien", "sans gluten"]
    wrong = officer.submit(
        f"/evenements/{event.id}/questions/ajouter", {**typed, "options": "un seul"}
    )
    assert wrong.status_code == 422
    url = f"/evenements/questions/{question.id}"
    change = {**typed, "label": "Repas ?", "version": "1"}
    assert officer.submit(f"{url}/modifier", change).status_code == 303
    assert officer.submit(f"{url}/modifier", {**change, "label": "Quoi ?"}).status_code == 409
    officer.submit(f"{url}/retirer", {})
    assert "Repas ?" not in officer.get(f"/inscription/{event.id}").text
    officer.submit(f"/historique/{_last_save(session)}/annuler", {})
    assert "Repas ?" in officer.get(f"/inscription/{event.id}").text


def test_the_list_is_narrowed_exported_and_changed_at_once(
    officer: PageClient, session: Session
) -> None:
    first = EventFactory(title="Forum de l’eau", is_public=False)
    EventFactory(held=True, title="Webinaire passé")
    EventFactory(undated=True, title="Réunion sans date")
    for asked, found in (
        ("quand=a_venir", "Forum de l’eau"),
        ("quand=passes", "Webinaire passé"),
        ("quand=a_fixer", "Réunion sans date"),
        ("statut=realise", "Webinaire passé"),
        (f"annee={(clock.now() - timedelta(days=10)).year}&statut=realise", "Webinaire passé"),
    ):
        page = officer.get(f"/evenements?{asked}&filtres=1").text
        assert found in page
        assert "1 événement<" in page
    rows = officer.get("/evenements/export.csv?colonnes=toutes").text
    assert rows.count("\n") == 4
    officer.submit("/evenements/lot", {"selection": str(first.id), "action": "public",
                                       "valeur-public": "oui"})  # fmt: skip
    session.refresh(first)
    assert first.is_public
    officer.submit(f"/historique/{_last_save(session)}/annuler", {})
    session.refresh(first)
    assert not first.is_public


def test_the_list_does_not_ask_more_for_more_events(
    officer: PageClient, session: Session, connection: Connection
) -> None:
    EventFactory(capacity=3)
    officer.get("/evenements")
    with counted(connection) as few:
        officer.get("/evenements?colonnes=toutes")
    for _ in range(6):
        event = EventFactory()
        RegistrationFactory(event=event)
        AttendanceFactory(event=event)
    with counted(connection) as many:
        officer.get("/evenements?colonnes=toutes")
    assert len(many) == len(few)


def test_registrations_are_listed_with_their_answers(
    officer: PageClient, session: Session, connection: Connection
) -> None:
    event = EventFactory()
    question = QuestionFactory(event_id=event.id, label="Régime ? 100 %")
    RegistrationFactory(event=event, last_name="Zola", answers={str(question.id): "végétarien"})
    url = f"/evenements/{event.id}/inscriptions"
    with counted(connection) as few:
        assert "Zola" in officer.get(f"{url}?colonnes=toutes").text
    assert "végétarien" in officer.get(f"{url}.csv?colonnes=toutes").text
    RegistrationFactory(event=event, told_sequence=None, last_name="Hugo")
    RegistrationFactory(event=event, contact_id=known_person("sand").id, last_name="Sand")
    with counted(connection) as many:
        officer.get(f"{url}?colonnes=toutes")
    assert len(many) == len(few)
    assert "Zola" not in officer.get(f"{url}?faire=a_prevenir").text
    assert "Sand" not in officer.get(f"{url}?faire=a_reconnaitre").text
    assert "1 inscription<" in officer.get(f"{url}?q=hugo").text


def test_the_team_registers_recognises_and_cancels(officer: PageClient, session: Session) -> None:
    event = EventFactory()
    structure = StructureFactory(name="Ville de Lens")
    known = known_person("martin")
    AffiliationFactory(contact=known, structure=structure)
    typed = {"email": "martin@ville.example", "first_name": "C.", "last_name": "Martin"}
    officer.submit(f"/evenements/{event.id}/inscriptions/nouvelle", typed)
    made = session.scalars(select(Registration)).one()
    assert made.contact_id is None
    url = f"/evenements/inscriptions/{made.id}"
    assert "Camille Martin" in officer.get(url).text
    officer.submit(f"{url}/qui", {"qui": str(known.id)})
    session.refresh(made)
    assert (made.contact_id, made.structure_id) == (known.id, structure.id)
    assert event.title in officer.get(f"/contacts/{known.id}").text
    assert event.title in officer.get(f"/structures/{structure.id}").text
    officer.submit(f"{url}/annuler", {})
    session.refresh(made)
    assert made.status == RegistrationStatus.CANCELLED
    assert "Inscription annulée" in messages_to(session, made.email)[-1].subject


def test_the_team_is_told_whether_who_registers_has_a_seat(
    officer: PageClient, session: Session
) -> None:
    event = EventFactory(capacity=1)
    url = f"/evenements/{event.id}/inscriptions/nouvelle"

    def said(name: str, key: str) -> str:
        typed = {"email": f"{name}@ville.example", "first_name": "Zoé", "last_name": name}
        answer = officer.submit(url, {**typed, "submission_key": key})
        return answer.text if answer.status_code == 422 else officer.get("/").text

    assert "Inscription notée" in said("martin", "1")
    assert "sur liste d’attente, à la place n°\xa01" in said("petit", "2")
    for _sent_twice in range(2):
        assert "sur liste d’attente, à la place n°\xa02" in said("durand", "3")
    assert "déjà inscrite (Zoé martin)" in said("martin", "4")
    assert "déjà sur la liste d’attente" in said("durand", "5")
    assert len(messages_to(session, "durand@ville.example")) == 1


def test_a_group_shows_its_meetings_and_search_finds_them(
    officer: PageClient, session: Session
) -> None:
    group = GroupFactory(name="Groupe Bénin")
    officer.submit("/evenements/nouveau", _typed(session, group=str(group.id), day="hier"))
    assert "Atelier eau" in officer.get(f"/groupes/{group.id}").text
    assert "Atelier eau" in officer.get("/recherche?q=atelier").text


def test_pages_are_for_those_who_may(client: PageClient, session: Session) -> None:
    event = EventFactory()
    for path in ("", f"/{event.id}", f"/{event.id}/modifier", f"/{event.id}/inscriptions"):
        assert client.get(f"/evenements{path}").status_code == 303
    assert client.submit(f"/evenements/{event.id}/prevenir", {}).status_code == 401
