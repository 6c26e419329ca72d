"""The list of the day: one tap says who is there, another takes it back."""

from flask.testing import FlaskClient
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from crm.events.models import Attendance, Event
from crm.events.types import EventStatus
from tests.factories.contacts import AffiliationFactory, ContactFactory, StructureFactory
from tests.factories.events import EventFactory, RegistrationFactory
from tests.support.queries import counted


def _url(event: Event, part: str = "") -> str:
    return f"/evenements/{event.id}/presence{part}"


def _all(session: Session, event: Event) -> list[Attendance]:
    session.expire_all()
    of_event = select(Attendance).where(Attendance.event_id == event.id)
    return list(session.scalars(of_event.order_by(Attendance.id)))


def test_one_tap_says_that_someone_is_there_and_a_second_takes_it_back(
    officer: FlaskClient, session: Session
) -> None:
    structure = StructureFactory(name="Ville d’exemple", departement_code="59")
    registration = RegistrationFactory(structure_id=structure.id)
    event = registration.event
    page = officer.get(_url(event)).text
    assert "Dominique" in page
    answer = officer.submit(
        _url(event, "/pointer"), {"inscription": registration.id, "presence": "oui"}
    )
    assert answer.status_code == 303
    [came] = _all(session, event)
    assert (came.is_present, came.structure_name, came.departement_code) == (
        True,
        "Ville d’exemple",
        "59",
    )
    assert 'aria-pressed="true"' in officer.get(_url(event)).text
    officer.submit(_url(event, "/pointer"), {"inscription": registration.id, "presence": "non"})
    assert [each.is_present for each in _all(session, event)] == [False]
    officer.submit(_url(event, "/pointer"), {"inscription": registration.id, "presence": ""})
    assert _all(session, event) == []


def test_the_structure_is_kept_as_it_was_that_day(officer: FlaskClient, session: Session) -> None:
    structure = StructureFactory(name="Ancien nom")
    registration = RegistrationFactory(structure_id=structure.id)
    officer.submit(
        _url(registration.event, "/pointer"), {"inscription": registration.id, "presence": "oui"}
    )
    structure.name = "Nouveau nom"
    session.flush()
    assert [each.structure_name for each in _all(session, registration.event)] == ["Ancien nom"]


def test_a_registration_of_another_event_is_refused(officer: FlaskClient, session: Session) -> None:
    event, elsewhere = EventFactory(), EventFactory()
    other = RegistrationFactory(event=elsewhere)
    answer = officer.submit(_url(event, "/pointer"), {"inscription": other.id, "presence": "oui"})
    assert answer.status_code == 303
    assert _all(session, event) == []
    assert _all(session, elsewhere) == []


def test_someone_known_who_comes_without_registering_brings_their_structure(
    officer: FlaskClient, session: Session
) -> None:
    role = AffiliationFactory()
    event = EventFactory()
    for _ in range(2):
        answer = officer.submit(_url(event, "/ajouter"), {"contact": role.contact_id})
        assert answer.status_code == 303
    [came] = _all(session, event)
    assert (came.contact_id, came.structure_id, came.is_present) == (
        role.contact_id,
        role.structure_id,
        True,
    )


def test_someone_with_two_structures_is_seated_at_neither(
    officer: FlaskClient, session: Session
) -> None:
    contact = ContactFactory()
    AffiliationFactory(contact=contact)
    other = AffiliationFactory(contact=contact)
    event = EventFactory()
    officer.submit(_url(event, "/ajouter"), {"contact": contact.id})
    [came] = _all(session, event)
    assert came.structure_id is None
    page = f"/{came.id}/structure"
    assert officer.get(_url(event, page)).status_code == 200
    stale = officer.submit(
        _url(event, page), {"structure": other.structure_id, "version": came.version + 1}
    )
    assert stale.status_code == 409
    saved = officer.submit(
        _url(event, page), {"structure": other.structure_id, "version": came.version}
    )
    assert saved.status_code == 303
    assert [each.structure_id for each in _all(session, event)] == [other.structure_id]


def test_someone_registered_is_ticked_and_not_added(officer: FlaskClient, session: Session) -> None:
    contact = ContactFactory()
    registration = RegistrationFactory(contact_id=contact.id)
    officer.submit(_url(registration.event, "/ajouter"), {"contact": contact.id})
    [came] = _all(session, registration.event)
    assert came.registration_id == registration.id


def test_a_name_alone_counts_without_a_record(officer: FlaskClient, session: Session) -> None:
    event = EventFactory()
    before = session.scalar(select(func.count()).select_from(ContactFactory._meta.model))
    for name in ("Camille Exemple", "EXEMPLE camille"):
        assert officer.submit(_url(event, "/ajouter"), {"name": name}).status_code == 303
    assert [each.name for each in _all(session, event)] == ["Camille Exemple"]
    assert session.scalar(select(func.count()).select_from(ContactFactory._meta.model)) == before


def test_the_name_of_someone_registered_is_to_be_ticked(
    officer: FlaskClient, session: Session
) -> None:
    registration = RegistrationFactory(first_name="Camille", last_name="Exemple")
    answer = officer.submit(_url(registration.event, "/ajouter"), {"name": "Exemple Camille"})
    assert answer.status_code == 422
    assert "dans la liste" in answer.text
    assert "Exemple Camille" in answer.text
    assert _all(session, registration.event) == []


def test_nobody_or_someone_made_up_is_refused(officer: FlaskClient, session: Session) -> None:
    event = EventFactory()
    for data in (
        {},
        {"name": " "},
        {"contact": "new:Camille"},
        {"contact": "999999"},
        {"name": "x" * 201},
    ):
        assert officer.submit(_url(event, "/ajouter"), data).status_code == 422
    assert _all(session, event) == []


def test_the_search_finds_a_name_or_a_structure(officer: FlaskClient, session: Session) -> None:
    event = EventFactory()
    RegistrationFactory(event=event, last_name="Béthune", structure_name="Ville A")
    RegistrationFactory(event=event, last_name="Autre", structure_name="Lycée Z")
    found = officer.get(_url(event) + "?q=bethune").text
    assert "Béthune" in found
    assert "Lycée Z" not in found
    assert "Lycée Z" in officer.get(_url(event) + "?q=lycee").text


def test_reading_is_for_all_and_an_unknown_event_is_not_found(
    director: FlaskClient, client: FlaskClient
) -> None:
    assert director.get("/evenements/999999/presence").status_code == 404


def test_those_not_signed_in_see_nothing(client: FlaskClient, session: Session) -> None:
    event = EventFactory()
    for part in ("", "/ajouter", "/fichier", "/relances", "/seances"):
        assert client.get(_url(event, part)).status_code == 303


def test_the_three_counts_differ_and_the_headcount_stands_apart(
    officer: FlaskClient, session: Session
) -> None:
    structure = StructureFactory()
    event = EventFactory(
        status=EventStatus.HELD, headcount=60, headcount_is_about=True,
        headcount_wording="une soixantaine",
    )  # fmt: skip
    for _ in range(2):
        registration = RegistrationFactory(event=event, structure_id=structure.id)
        officer.submit(_url(event, "/pointer"), {"inscription": registration.id, "presence": "oui"})
    officer.submit(_url(event, "/ajouter"), {"name": "Camille Exemple"})
    page = " ".join(officer.get(_url(event)).text.split())
    assert "une soixantaine" in page
    for value, label in ((3, "personnes présentes"), (1, "structure présente"), (3, "présences")):
        assert f'{value}<span class="stat-label">{label}' in page


def test_the_list_reads_no_more_for_more_people(
    officer: FlaskClient, session: Session, connection: Connection
) -> None:
    event = EventFactory()

    def reads(count: int) -> int:
        for _ in range(count):
            RegistrationFactory(event=event)
        with counted(connection) as statements:
            assert officer.get(_url(event)).status_code == 200
        return len(statements)

    reads(1)
    assert reads(1) == reads(20)
