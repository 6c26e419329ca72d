"""The lists of sessions, accompanied structures and follow-ups, and their one-click actions."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.followups.models import AccompanimentSession, FollowUp
from crm.followups.timeline import FOLLOW_UP_PANELS, session_entries
from tests.factories.contacts import ContactFactory, StructureFactory
from tests.factories.followups import FollowUpFactory, SessionFactory, reference, seat
from tests.support.client import PageClient
from tests.support.queries import counted


@pytest.fixture
def history(session: Session, officer: PageClient) -> dict[str, int]:
    """Three sessions that each filter tells apart."""
    arras = StructureFactory(name="Ville d’Arras", collectivite=True, departement_code="62")
    sahel = StructureFactory(name="Association Sahel", departement_code="59")
    one = SessionFactory(held_on=date(2018, 3, 4), structures=[arras])
    two = SessionFactory(
        held_on=date(2019, 3, 4), structures=[sahel], kind_code="relecture",
        officers=[session.merge(officer.user)],
    )  # fmt: skip
    three = SessionFactory(
        held_on=date(2019, 6, 4), status="annulee",
        structures=[seat(sahel, family_code="reseau", structure_name="Réseau Sahel")],
    )  # fmt: skip
    return {"one": one.id, "two": two.id, "three": three.id, "sahel": sahel.id, "arras": arras.id}


def shown(page: str, history: dict[str, int]) -> set[str]:
    return {n for n in ("one", "two", "three") if f'href="/seances/{history[n]}"' in page}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"one", "two", "three"}),
        ("annee=2018", {"one"}),
        ("annee=2018&annee=2019", {"one", "two", "three"}),
        ("annee=abcd", set()),
        ("annee=0000", set()),
        ("du=2019-03-04&au=2019-05-01", {"two"}),
        ("du=pas+une+date", set()),
        ("type=ponctuel", {"two"}),
        ("type=formel", {"one", "three"}),
        ("statut=annulee", {"three"}),
        ("famille=reseau", {"three"}),
        ("departement=62", {"one"}),
        ("structure={sahel}", {"two", "three"}),
        ("structure=99999999999", set()),
        ("suivi=0", set()),
        ("q=arras", {"one"}),
        ("q=réseau+sahel", {"three"}),
        ("q=%25", {"one", "two", "three"}),
        ("tri=nature", {"one", "two", "three"}),
        ("tri=inconnu&apres=zzz", {"one", "two", "three"}),
        ("statut=realisee&filtres=1", {"one", "two"}),
    ],
)
def test_the_url_narrows_the_list(
    officer: PageClient, history: dict[str, int], query: str, expected: set[str]
) -> None:
    page = officer.get(f"/seances?{query.format(**history)}").text
    assert shown(page, history) == expected


@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_the_list_is_exported_as_narrowed(
    officer: PageClient, history: dict[str, int], extension: str
) -> None:
    response = officer.get(f"/seances/export.{extension}?annee=2019")
    assert response.status_code == 200
    if extension == "csv":
        text = response.data.decode("utf-8-sig")
        assert "Réseau Sahel" in text
        assert "Arras" not in text
        assert text.count("\r\n") == 3


def test_a_theme_is_put_on_a_selection_and_taken_off(
    officer: PageClient, session: Session, history: dict[str, int]
) -> None:
    theme = reference("theme", "urgence_humanitaire")
    asked = {"selection": [str(history["one"]), str(history["two"])], "value": str(theme.id)}
    officer.submit("/seances/lot", asked | {"action": "theme"})
    page = officer.get(f"/seances?theme={theme.id}").text
    assert shown(page, history) == {"one", "two"}
    officer.submit("/seances/lot", asked | {"action": "sans-theme"})
    assert shown(officer.get(f"/seances?theme={theme.id}").text, history) == set()
    officer.submit("/seances/lot", asked | {"action": "theme", "value": "0"})
    assert "Choisissez une entrée" in officer.get("/seances").text


def test_an_axis_and_a_status_are_given_to_all_that_the_filters_keep(
    officer: PageClient, session: Session, history: dict[str, int]
) -> None:
    axis = reference("axis", "axe_3")
    choices = officer.submit("/seances/lot", {"tout": "1", "filtre": "annee=2019", "autre": "1"})
    assert axis.label in choices.text
    whole = {"tout": "1", "filtre": "annee=2019"}
    officer.submit("/seances/lot", whole | {"action": "axe", "valeur-axe": str(axis.id)})
    page = officer.get(f"/seances?axe={axis.id}&colonnes=axes&filtres=1").text
    assert shown(page, history) == {"two", "three"}
    assert f"{axis.label} (2)" in page
    officer.submit("/seances/lot", whole | {"action": "statut", "valeur-statut": "absent"})
    found = session.scalars(select(AccompanimentSession.status).order_by("held_on")).all()
    assert found == ["realisee", "absent", "absent"]
    officer.submit("/seances/lot", whole | {"action": "sans-axe", "valeur-sans-axe": str(axis.id)})
    assert shown(officer.get(f"/seances?axe={axis.id}").text, history) == set()


def test_no_session_to_come_is_said_done_together(officer: PageClient, session: Session) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    record = SessionFactory(structures=[StructureFactory()], status="prevue", held_on=tomorrow)
    asked = {"selection": [str(record.id)], "action": "statut", "valeur-statut": "realisee"}
    officer.submit("/seances/lot", asked)
    assert "est à venir" in officer.get("/seances").text
    session.refresh(record)
    assert record.status == "prevue"


def test_the_accompanied_structures_are_the_rows_of_the_figure(
    officer: PageClient, history: dict[str, int]
) -> None:
    page = officer.get("/seances/structures?du=2018-01-01&au=2019-12-31").text
    assert "2 structures accompagnées" in page
    assert f"/structures/{history['sahel']}" in page
    narrowed = officer.get(
        "/seances/structures?du=2018-01-01&au=2019-12-31&famille=collectivite&filtres=1"
    ).text
    assert "1 structure accompagnée" in narrowed
    for query in ("theme=x", "departement=aucun", "type=formel&nature=1&pays=BJ&suivi=3"):
        assert officer.get(f"/seances/structures?{query}").status_code == 200


def test_the_number_of_queries_does_not_grow(
    officer: PageClient, session: Session, connection: Connection
) -> None:
    me = session.merge(officer.user)
    structure, person = StructureFactory(), ContactFactory()

    def fill(count: int) -> None:
        for _ in range(count):
            SessionFactory(structures=[structure], officers=[me], contacts=[person])
            FollowUpFactory(assignee_id=me.id, structure_id=structure.id)

    def sizes() -> list[int]:
        found = []
        for url in ("/seances", "/relances", "/", "/seances/structures", "/seances/nouvelle"):
            with counted(connection) as statements:
                assert officer.get(url).status_code == 200
            found.append(len(statements))
        return found

    fill(10)
    officer.get("/")
    before = sizes()
    fill(190)
    assert sizes() == before
    assert max(before) <= 20


class TestFollowUps:
    """What is to be done, by whom, by when."""

    def test_one_s_own_still_to_do_come_first(self, officer: PageClient, session: Session) -> None:
        today = clock.today()
        mine = FollowUpFactory(assignee_id=officer.user.id, what="La mienne")
        FollowUpFactory(assignee_id=officer.user.id, what="Déjà faite", done_at=clock.now())
        FollowUpFactory(what="Celle d’une autre", due_on=today - timedelta(days=3))
        page = officer.get("/relances").text
        assert "La mienne" in page
        assert "Déjà faite" not in page
        assert "Celle d’une autre" not in page
        assert "Celle d’une autre" in officer.get("/relances?quand=retard").text
        assert "Déjà faite" in officer.get("/relances?quand=faites").text
        assert "La mienne" in officer.get(f"/relances?q=mienne&pour={officer.user.id}").text
        for query in ("quand=jour", "quand=semaine", "quand=zzz", "structure=1", "filtres=1"):
            assert officer.get(f"/relances?{query}").status_code == 200
        exported = officer.get("/relances/export.csv?quand=a-faire").data.decode("utf-8-sig")
        assert mine.what in exported

    def test_those_of_a_session_in_the_trash_are_hidden(
        self, officer: PageClient, session: Session
    ) -> None:
        record = SessionFactory(structures=[StructureFactory()], deleted_at=clock.now())
        FollowUpFactory(assignee_id=officer.user.id, session_id=record.id, what="Cachée")
        assert "Cachée" not in officer.get("/relances").text

    def test_done_opened_again_put_off_in_one_click_each(
        self, officer: PageClient, session: Session
    ) -> None:
        today = clock.today()
        record = FollowUpFactory(assignee_id=officer.user.id, due_on=today - timedelta(days=9))
        url = f"/relances/{record.id}"
        assert officer.submit(f"{url}/faite", {"next": "/"}).location == "/"
        session.refresh(record)
        assert record.done_at is not None
        assert "/annuler?next=" in officer.get("/relances").text
        assert f"{url}/rouvrir" in officer.get(url).text
        officer.submit(f"{url}/rouvrir", {})
        for fields, expected in (
            ({"de": "jour"}, today + timedelta(days=1)),
            ({"de": "semaine"}, today + timedelta(days=8)),
            ({"au": "dans 15 jours"}, today + timedelta(days=15)),
            ({"au": "2019-03-12"}, date(2019, 3, 12)),
        ):
            officer.submit(f"{url}/reporter", fields)
            session.refresh(record)
            assert (record.due_on, record.done_at) == (expected, None)
        officer.submit(f"{url}/reporter", {"au": "un jour"})
        assert "Date non comprise" in officer.get("/relances").text

    def test_one_is_made_about_a_structure_and_changed(
        self, officer: PageClient, session: Session
    ) -> None:
        structure = StructureFactory(name="Comité Sahel")
        url = f"/relances/nouvelle?structure={structure.id}"
        page = officer.get(url).text
        assert "Comité Sahel" in page
        typed = {
            "what": "Envoyer l’appel", "due_on": "lundi prochain", "structure": str(structure.id),
            "assignee": str(officer.user.id), "submission_key": "d" * 20,
        }  # fmt: skip
        for _ in range(2):
            assert officer.submit(url, typed).status_code == 303
        record = session.scalars(select(FollowUp)).one()
        edit = f"/relances/{record.id}/modifier"
        version = str(record.version)
        changed = typed | {"what": "Envoyer le guide", "version": version}
        assert officer.submit(edit, changed).status_code == 303
        late = officer.submit(edit, typed | {"what": "Autre chose", "version": version})
        assert late.status_code == 409
        assert "Envoyer le guide" in late.text
        wrong = officer.submit(url, {"what": "", "due_on": "", "assignee": "0"})
        assert wrong.status_code == 422
        assert "Dites ce qu’il y a à faire." in wrong.text


def test_a_structure_and_a_person_tell_of_their_sessions(
    app: object, session: Session, connection: Connection
) -> None:
    structure, person = StructureFactory(), ContactFactory()
    for day in range(1, 6):
        SessionFactory(
            held_on=date(2019, 1, day), structures=[structure], contacts=[person],
            notes="mot " * 200, status="prevue" if day == 5 else "realisee",
        )  # fmt: skip
    FollowUpFactory(structure_id=structure.id, what="Rappeler")
    with app.test_request_context():  # type: ignore[attr-defined]
        for entity, record in (("structure", structure), ("contact", person)):
            with counted(connection) as statements:
                told = session_entries(session, entity=entity, record_id=record.id, limit=3)
            assert len(statements) == 1
            assert [entry.when.day for entry in told] == [5, 4, 3]
            assert told[0].title.endswith("(prévue)")
            assert told[0].body
            assert len(told[0].body) < 300
        assert session_entries(session, entity="group", record_id=1, limit=3) == []
        panel = FOLLOW_UP_PANELS["structure"](session, structure.id)
    assert [row.title for row in panel.rows] == ["Rappeler"]
