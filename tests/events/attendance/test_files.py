"""An export is read, its people recognised, decided, counted once, and undone."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from crm.contacts.models import Contact
from crm.core.addresses import email_key
from crm.events.models import Attendance, AttendanceFile, AttendanceRow, Event
from crm.events.types import RegistrationStatus
from tests.events.attendance.exports import teams, zoom
from tests.factories.contacts import AffiliationFactory, ContactFactory, StructureFactory
from tests.factories.events import EventFactory, RegistrationFactory

START = datetime(2019, 10, 17, 12, 0, tzinfo=UTC)


@pytest.fixture
def event(session: Session) -> Event:
    """Return a webinar of ninety minutes that is over."""
    found: Event = EventFactory(
        status="realise", starts_at=START, ends_at=START + timedelta(minutes=90)
    )
    return found


def _send(
    browser: FlaskClient, event: Event, content: bytes, name: str = "zoom.csv"
) -> TestResponse:
    return browser.post(
        f"/evenements/{event.id}/presence/fichier",
        data={"csrf_token": browser.csrf_token(), "file": (io.BytesIO(content), name)},  # type: ignore[attr-defined]
        content_type="multipart/form-data",
    )


def _page(event: Event, session: Session, part: str = "") -> str:
    file_id = session.scalars(
        select(AttendanceFile.id).where(AttendanceFile.event_id == event.id)
    ).one()
    return f"/evenements/{event.id}/presence/fichiers/{file_id}{part}"


def _rows(session: Session) -> dict[str, AttendanceRow]:
    session.expire_all()
    return {row.name: row for row in session.scalars(select(AttendanceRow))}


def _came(session: Session, event: Event) -> list[Attendance]:
    session.expire_all()
    of_event = select(Attendance).where(Attendance.event_id == event.id)
    return list(session.scalars(of_event.order_by(Attendance.name)))


def _decide(
    browser: FlaskClient, event: Event, session: Session, name: str, decision: str, **more: object
) -> TestResponse:
    row = _rows(session)[name]
    url = _page(event, session, f"/lignes/{row.id}")
    return browser.submit(url, {"decision": decision, **more})  # type: ignore[attr-defined,no-any-return]


def test_a_registration_is_known_by_its_address_then_by_its_name(
    officer: FlaskClient, session: Session, event: Event
) -> None:
    one = RegistrationFactory(event=event, email="a@x.example", email_key="a@x.example")
    two = RegistrationFactory(event=event, first_name="Zoé", last_name="Modèle")
    gone = RegistrationFactory(event=event, last_name="Partie", status=RegistrationStatus.CANCELLED)
    answer = _send(
        officer,
        event,
        zoom(
            ("Autre nom", "A@X.example", 88), ("MODELE Zoé", "", 20), ("Dominique Partie", "", 80)
        ),
    )
    assert answer.status_code == 303
    rows = _rows(session)
    assert rows["Autre nom"].registration_id == one.id
    assert rows["Autre nom"].match == "adresse"
    assert rows["MODELE Zoé"].registration_id == two.id
    assert rows["Dominique Partie"].decision is None
    page = officer.get(_page(event, session)).text
    assert f'value="inscription:{gone.id}"' in page
    assert "sous le seuil" in page
    assert _came(session, event) == []


def test_two_registered_under_one_name_are_doubtful(
    officer: FlaskClient, session: Session, event: Event
) -> None:
    for _ in range(2):
        RegistrationFactory(event=event, first_name="Camille", last_name="Exemple")
    _send(officer, event, zoom(("Camille Exemple", "", 88)))
    assert _rows(session)["Camille Exemple"].decision is None


def test_someone_known_is_sure_by_address_and_name_only(
    officer: FlaskClient, session: Session, event: Event
) -> None:
    role = AffiliationFactory(
        contact=ContactFactory(
            first_name="Zoé", last_name="Modèle", email="z@x.example", email_key="z@x.example"
        )
    )
    ContactFactory(first_name="Camille", last_name="Exemple", sort_name="exemple camille")
    _send(
        officer,
        event,
        zoom(
            ("Zoé Modèle", "z@x.example", 88),
            ("Camille Exemple", "", 88),
            ("Accueil", "z@x.example", 1),
        ),
    )
    rows = _rows(session)
    assert rows["Zoé Modèle"].contact_id == role.contact_id
    assert rows["Zoé Modèle"].sittings == 2
    assert rows["Camille Exemple"].decision is None


def test_nothing_is_counted_while_someone_is_to_be_recognised(
    officer: FlaskClient, session: Session, event: Event
) -> None:
    _send(officer, event, zoom(("Camille Exemple", "", 88)))
    answer = officer.submit(_page(event, session, "/compter"), {})
    assert answer.status_code == 422
    assert "Il reste des personnes à reconnaître" in answer.text
    assert _came(session, event) == []


def test_what_is_decided_is_counted_and_all_of_it_is_undone(
    officer: FlaskClient, session: Session, event: Event
) -> None:
    structure = StructureFactory(departement_code="62")
    known = ContactFactory()
    registered = RegistrationFactory(event=event, email="r@x.example", email_key="r@x.example")
    people = session.scalar(select(func.count()).select_from(Contact))
    _send(
        officer,
        event,
        zoom(("R", "r@x.example", 88), ("P", "", 88), ("Neuve Personne", "n@x.example", 88),
             ("Salle 2", "", 88), ("Robot", "", 88)),
    )  # fmt: skip
    _decide(officer, event, session, "P", f"personne:{known.id}")
    _decide(officer, event, session, "Neuve Personne", "nouvelle", structure=structure.id)
    _decide(officer, event, session, "Salle 2", "nom_seul")
    _decide(officer, event, session, "Robot", "ignorer")
    assert session.scalar(select(func.count()).select_from(Contact)) == people
    assert officer.submit(_page(event, session, "/compter"), {}).status_code == 303
    came = {each.name: each for each in _came(session, event)}
    assert set(came) == {"R", "P", "Neuve Personne", "Salle 2"}
    assert came["R"].registration_id == registered.id
    assert came["P"].contact_id == known.id
    new = session.get_one(Contact, came["Neuve Personne"].contact_id)
    assert (new.first_name, new.last_name, new.email) == ("Neuve", "Personne", "n@x.example")
    assert came["Neuve Personne"].departement_code == "62"
    assert officer.submit(_page(event, session, "/annuler"), {}).status_code == 303
    assert _came(session, event) == []
    session.refresh(new)
    assert new.deleted_at is not None
    assert officer.submit(_page(event, session, "/compter"), {}).status_code == 303
    assert len(_came(session, event)) == 4


def test_the_same_file_twice_changes_nothing(
    officer: FlaskClient, session: Session, event: Event
) -> None:
    RegistrationFactory(event=event, email="r@x.example", email_key="r@x.example")
    content = zoom(("R", "r@x.example", 88))
    first = _send(officer, event, content)
    officer.submit(_page(event, session, "/compter"), {})
    again = _send(officer, event, content, "autre-nom.csv")
    assert again.headers["Location"] == first.headers["Location"]
    assert officer.submit(_page(event, session, "/compter"), {}).status_code == 422
    assert [each.minutes for each in _came(session, event)] == [88]


def test_another_export_of_the_same_meeting_keeps_the_longest_stay(
    officer: FlaskClient, session: Session, event: Event
) -> None:
    RegistrationFactory(event=event, email="r@x.example", email_key="r@x.example")
    for number, content in enumerate(
        (zoom(("R", "r@x.example", 20)), teams(("R", "r@x.example", "1 h 28 min")))
    ):
        _send(officer, event, content)
        files = session.scalars(select(AttendanceFile.id).order_by(AttendanceFile.id)).all()
        page = f"/evenements/{event.id}/presence/fichiers/{files[number]}/compter"
        assert officer.submit(page, {}).status_code == 303
    [came] = _came(session, event)
    assert (came.minutes, came.is_present) == (88, True)


def test_too_short_a_stay_is_kept_as_an_absence(
    officer: FlaskClient, session: Session, event: Event
) -> None:
    RegistrationFactory(event=event, email="r@x.example", email_key="r@x.example")
    event.presence_percent = 80
    session.flush()
    _send(officer, event, zoom(("R", "r@x.example", 71)))
    officer.submit(_page(event, session, "/compter"), {})
    assert [(each.minutes, each.is_present) for each in _came(session, event)] == [(71, False)]


def test_what_someone_ticked_stands(officer: FlaskClient, session: Session, event: Event) -> None:
    registration = RegistrationFactory(event=event, email="r@x.example", email_key="r@x.example")
    officer.submit(
        f"/evenements/{event.id}/presence/pointer",
        {"inscription": registration.id, "presence": "oui"},
    )
    _send(officer, event, zoom(("R", "r@x.example", 2)))
    officer.submit(_page(event, session, "/compter"), {})
    assert [(each.minutes, each.is_present) for each in _came(session, event)] == [(2, True)]


def test_columns_are_named_once_and_remembered(
    officer: FlaskClient, session: Session, event: Event
) -> None:
    _send(officer, event, b"Qui;Combien\nCamille Exemple;45\nDom Modele;12\n")
    assert "ce que contient chaque colonne" in officer.get(_page(event, session)).text
    wrong = officer.submit(
        _page(event, session, "/colonnes"), {"colonne-0": "rien", "colonne-1": "duree"}
    )
    assert wrong.status_code == 422
    twice = officer.submit(
        _page(event, session, "/colonnes"), {"colonne-0": "courriel", "colonne-1": "courriel"}
    )
    assert twice.status_code == 422
    right = officer.submit(
        _page(event, session, "/colonnes"), {"colonne-0": "nom_complet", "colonne-1": "duree"}
    )
    assert right.status_code == 303
    assert {name: row.minutes for name, row in _rows(session).items()} == {
        "Camille Exemple": 45,
        "Dom Modele": 12,
    }
    other = EventFactory(starts_at=START, ends_at=START + timedelta(hours=1))
    _send(officer, other, b"Qui;Combien\nZoe Autre;30\n")
    assert _rows(session)["Zoe Autre"].minutes == 30


def test_a_wrong_duration_says_its_line_and_keeps_nothing(
    officer: FlaskClient, session: Session, event: Event
) -> None:
    answer = _send(officer, event, "Nom;Durée\nCamille;longtemps\n".encode())
    assert answer.status_code == 422
    assert "Ligne 2" in answer.text
    assert session.scalar(select(func.count()).select_from(AttendanceFile)) == 0


def test_all_who_are_left_can_be_decided_at_once(
    officer: FlaskClient, session: Session, event: Event
) -> None:
    _send(officer, event, zoom(("A", "", 88), ("B", "", 88)))
    assert (
        officer.submit(_page(event, session, "/reste"), {"decision": "nouvelle"}).status_code == 422
    )
    assert (
        officer.submit(_page(event, session, "/reste"), {"decision": "nom_seul"}).status_code == 303
    )
    officer.submit(_page(event, session, "/compter"), {})
    assert [each.name for each in _came(session, event)] == ["A", "B"]


def test_a_decision_that_is_none_of_those_offered_is_refused(
    officer: FlaskClient, session: Session, event: Event
) -> None:
    elsewhere = RegistrationFactory()
    _send(officer, event, zoom(("A", "", 88)))
    for decision in ("autre", f"inscription:{elsewhere.id}", "personne:999999", "personne"):
        assert _decide(officer, event, session, "A", decision).status_code == 422
    assert _rows(session)["A"].decision is None


def test_a_file_can_be_forgotten_until_it_is_counted(
    officer: FlaskClient, session: Session, event: Event
) -> None:
    RegistrationFactory(event=event, email="r@x.example", email_key=email_key("r@x.example"))
    _send(officer, event, zoom(("R", "r@x.example", 88)))
    officer.submit(_page(event, session, "/compter"), {})
    officer.submit(_page(event, session, "/oublier"), {})
    assert session.scalar(select(func.count()).select_from(AttendanceFile)) == 1
    officer.submit(_page(event, session, "/annuler"), {})
    officer.submit(_page(event, session, "/oublier"), {})
    assert session.scalar(select(func.count()).select_from(AttendanceFile)) == 0


def test_the_file_of_another_event_is_not_found(
    officer: FlaskClient, session: Session, event: Event
) -> None:
    _send(officer, event, zoom(("A", "", 88)))
    other = EventFactory()
    address = _page(event, session).replace(f"/{event.id}/", f"/{other.id}/", 1)
    assert officer.get(address).status_code == 404


def test_whoever_was_merged_since_is_who_they_are_now(
    officer: FlaskClient, session: Session, event: Event
) -> None:
    kept, merged = ContactFactory(), ContactFactory()
    registration = RegistrationFactory(event=event, email="r@x.example", email_key="r@x.example")
    _send(officer, event, zoom(("P", "", 88), ("R", "r@x.example", 88)))
    _decide(officer, event, session, "P", f"personne:{merged.id}")
    merged.merged_into_id, merged.deleted_at = kept.id, START
    known = ContactFactory()
    session.get_one(type(registration), registration.id).contact_id = known.id
    session.flush()
    officer.submit(_page(event, session, "/compter"), {})
    assert [each.contact_id for each in _came(session, event)] == [kept.id, known.id]


def test_two_lines_decided_as_one_person_are_one_stay(
    officer: FlaskClient, session: Session, event: Event
) -> None:
    known = ContactFactory()
    _send(officer, event, zoom(("Téléphone", "", 30), ("Ordinateur", "", 40)))
    for name in ("Téléphone", "Ordinateur"):
        _decide(officer, event, session, name, f"personne:{known.id}")
    officer.submit(_page(event, session, "/compter"), {})
    assert [(each.minutes, each.is_present) for each in _came(session, event)] == [(70, True)]


def test_a_person_typed_without_scripts_is_taken_only_when_sure(
    officer: FlaskClient, session: Session, event: Event
) -> None:
    _send(officer, event, zoom(("P", "", 88)))
    answer = _decide(officer, event, session, "P", "personne", contact_text="Inconnue Totale")
    assert answer.status_code == 422
    assert "Personne ne porte ce nom" in answer.text
