"""Logging a session from the browser: the form, what goes wrong, two editors, drafts."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.accounts.models import Draft
from crm.core import clock
from crm.followups.models import AccompanimentSession, FollowUp, SessionStructure
from crm.projects.models import Project
from crm.territories.models import Commune
from tests.factories.contacts import ContactFactory, StructureFactory
from tests.factories.followups import SessionFactory, reference
from tests.support.client import PageClient

NEW = "/seances/nouvelle"
KEY = "a-key-of-the-form-000000"


def fields(*structures: object, **changes: Any) -> dict[str, Any]:
    values = {
        "submission_key": KEY,
        "structures": [str(each) for each in structures],
        "held_on": "hier",
        "kind": str(reference("session_kind", "rdv").id),
    }
    return values | changes


def only(session: Session) -> AccompanimentSession:
    return session.scalars(
        select(AccompanimentSession).execution_options(populate_existing=True)
    ).one()


def version_in(page: str) -> str:
    found = re.search(r'name="version" type="hidden" value="(\d+)"', page)
    assert found, page
    return found[1]


def test_the_family_of_a_new_structure_is_marked_as_needed(officer: PageClient) -> None:
    label = officer.get("/seances/nouvelle").text.partition('for="new_family"')[2]
    assert "(obligatoire)" in label.partition("</label>")[0]


def test_a_session_needs_a_structure_a_day_and_a_kind(
    officer: PageClient, session: Session
) -> None:
    structure = StructureFactory(name="Ville de Lens")
    response = officer.submit(NEW, fields(structure.id))
    record = only(session)
    assert response.status_code == 303
    assert response.location == f"/seances/{record.id}"
    assert record.held_on == clock.today() - timedelta(days=1)
    page = officer.get(response.location).text
    assert "Séance notée." in page
    assert f"/seances/{record.id}/supprimer" in page
    assert "Ville de Lens" in page


def test_the_blank_form_is_about_today_and_me(officer: PageClient, session: Session) -> None:
    page = officer.get(NEW).text
    assert clock.today().strftime('value="%d/%m/%Y"') in page
    assert re.search(rf'name="officers" id="[^"]+" value="{officer.user.id}" checked', page)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"structures": []}, "Choisissez au moins une structure."),
        ({"held_on": ""}, "Dites quel jour"),
        ({"held_on": "un de ces jours"}, "Date non comprise"),
        ({"held_on": "demain"}, "Cette date est à venir"),
        ({"kind": ""}, "Choisissez la nature"),
        ({"kind": "999999999999999999999"}, "Choisissez une nature de la liste."),
        ({"structures": ["new:Sans famille"]}, "Choisissez la famille"),
        ({"structures": ["99999999999999999999"]}, "Ce choix n’existe pas"),
        ({"structures": ["new:" + "x" * 10_000], "new_family": "autre"}, "trop long"),
        ({"contacts": ["new:" + "x" * 10_000]}, "trop long"),
        ({"notes": "x" * 20_001}, "C’est trop long"),
        ({"next_what": "x" * 10_000, "next_due": "demain"}, "C’est trop long"),
        ({"next_what": "Rappeler"}, "Dites pour quand"),
        ({"next_due": "dans 15 jours"}, "Dites ce qu’il y aura à faire"),
        ({"duration": "longtemps"}, "Durée non comprise"),
        ({"themes": ["abc"]}, "Un de ces thèmes"),
        ({"countries": ["a\x00"]}, "Un de ces pays"),
        ({"officers": ["0"]}, "Choisissez des membres"),
        ({"status": "reussie"}, "Choisissez un statut"),
    ],
)
def test_a_wrong_field_gets_a_sentence_and_nothing_typed_is_lost(
    officer: PageClient, session: Session, changes: dict[str, Any], sentence: str
) -> None:
    typed = fields(StructureFactory().id, notes="Ils veulent forer un puits.") | changes
    response = officer.submit(NEW, typed)
    assert response.status_code == 422
    assert sentence in response.text
    if "notes" not in changes:
        assert "Ils veulent forer un puits." in response.text
    assert session.scalar(select(func.count()).select_from(AccompanimentSession)) == 0


def test_a_double_submit_makes_one_session_and_leads_to_it(
    officer: PageClient, session: Session
) -> None:
    typed = fields("new:Les Amis du Mali", new_family="association")
    first, second = officer.submit(NEW, typed), officer.submit(NEW, typed)
    assert first.location == second.location
    assert only(session)


def test_a_next_step_becomes_a_follow_up(officer: PageClient, session: Session) -> None:
    structure = StructureFactory()
    officer.submit(
        NEW, fields(structure.id, next_what="Relire le budget", next_due="dans 15 jours")
    )
    follow_up = session.scalars(select(FollowUp)).one()
    assert follow_up.due_on == clock.today() + timedelta(days=15)
    assert (follow_up.assignee_id, follow_up.structure_id) == (officer.user.id, structure.id)
    assert "Relire le budget" in officer.get(f"/seances/{only(session).id}").text


def test_it_goes_back_to_where_it_came_from_within_this_site(
    officer: PageClient, session: Session
) -> None:
    structure = StructureFactory()
    there = f"/structures/{structure.id}"
    response = officer.submit(f"{NEW}?next={there}", fields(structure.id))
    assert response.location == there
    away = officer.submit(
        f"{NEW}?next=https://mauvais.example/", fields(structure.id, submission_key="b" * 20)
    )
    assert away.location.startswith("/seances/")


def test_the_form_opens_on_what_the_address_names(officer: PageClient, session: Session) -> None:
    structure, person = StructureFactory(name="Comité Sahel"), ContactFactory(last_name="Diallo")
    commune = session.scalars(select(Commune).order_by(Commune.insee_code).limit(1)).one()
    project = Project(
        name="Puits", sort_name="puits", lead_structure_id=structure.id, created_at=clock.now(),
        themes=[], countries=[],
    )  # fmt: skip
    session.add(project)
    session.flush()
    page = officer.get(
        f"{NEW}?structure=commune:{commune.insee_code}&contact={person.id}&structure=zzz"
    ).text
    assert f'value="commune:{commune.insee_code}" selected' in page
    assert f'value="{person.id}" selected' in page
    assert f'value="{structure.id}" selected' in officer.get(f"{NEW}?projet={project.id}").text
    assert officer.get(f"{NEW}?structure=99999999999&copie=x&projet=0").status_code == 200


def test_a_copy_takes_everything_but_the_notes(officer: PageClient, session: Session) -> None:
    record = SessionFactory(
        structures=[StructureFactory()], notes="Confidences du maire", duration_minutes=90
    )
    page = officer.get(f"{NEW}?copie={record.id}").text
    assert f'value="{record.structures[0].structure_id}" selected' in page
    assert "1 h 30".replace(" ", "\u00a0") in page
    assert "Confidences" not in page


class TestWithoutScripts:
    """The picker's text box, searched by the server."""

    def test_one_match_is_taken(self, officer: PageClient, session: Session) -> None:
        officer.submit(NEW, fields("new:Maison du Bénin", new_family="association"))
        response = officer.submit(
            NEW, fields(structures_text="maison du benin", submission_key="c" * 20)
        )
        assert response.status_code == 303
        assert session.scalar(select(func.count()).select_from(AccompanimentSession)) == 2

    def test_several_are_asked_about(self, officer: PageClient, session: Session) -> None:
        for name in ("Zébulon Nord", "Zébulon Sud"):
            officer.submit(
                NEW, fields(f"new:{name}", new_family="autre", submission_key=f"{name:_<20}")
            )
        response = officer.submit(NEW, fields(structures_text="zebulon"))
        assert response.status_code == 422
        assert response.text.count('type="radio" name="structures"') == 3
        assert "Zébulon Nord" in response.text
        assert "Choisissez la famille" not in response.text

    def test_none_offers_to_create_it(self, officer: PageClient, session: Session) -> None:
        response = officer.submit(NEW, fields(structures_text="Xylophonistes unis"))
        assert response.status_code == 422
        assert 'value="new:Xylophonistes unis" checked' in response.text
        assert "hidden>" not in response.text.split("data-when-new")[1][:20]
        again = officer.submit(NEW, fields("new:Xylophonistes unis", new_family="association"))
        assert again.status_code == 303

    def test_a_person_is_asked_about_too(self, officer: PageClient, session: Session) -> None:
        typed = fields(StructureFactory().id, contacts_text="Ousmane Ba")
        response = officer.submit(NEW, typed)
        assert response.status_code == 422
        assert 'value="new:Ousmane Ba" checked' in response.text


class TestTwoEditors:
    """The second to save sees both versions and loses nothing."""

    def test_the_second_chooses_field_by_field(self, officer: PageClient, session: Session) -> None:
        officer.submit(NEW, fields(StructureFactory().id, notes="Version de départ"))
        record_id = only(session).id
        edit = f"/seances/{record_id}/modifier"
        version = version_in(officer.get(edit).text)
        typed = fields(_structure_of(session), version=version)
        officer.submit(edit, typed | {"notes": "Première à écrire", "duration": "45"})
        late = officer.submit(edit, typed | {"notes": "Seconde à écrire"})
        assert late.status_code == 409
        for text in ("Première à écrire", "Seconde à écrire", "choix-notes", "choix-duration"):
            assert text in late.text
        answer = typed | {"version": version_in(late.text), "notes": "Seconde à écrire"}
        final = officer.submit(edit, answer | {"choix-notes": "mine", "choix-duration": "theirs"})
        assert final.status_code == 303
        record = only(session)
        assert (record.notes, record.duration_minutes) == ("Seconde à écrire", 45)


def _structure_of(session: Session) -> int:
    return session.scalars(select(SessionStructure.structure_id)).one()


class TestDrafts:
    """What was typed and not saved."""

    def keep(self, session: Session, user_id: int, key: str, **typed: str) -> None:
        session.add(
            Draft(
                user_id=user_id,
                form_key=key,
                payload=[[name, value] for name, value in typed.items()],
                updated_at=clock.now(),
            )
        )
        session.flush()

    def test_the_form_opens_on_its_draft(self, officer: PageClient, session: Session) -> None:
        self.keep(session, officer.user.id, NEW, notes="Tapé avant la coupure", kind="")
        page = officer.get(NEW).text
        assert "Tapé avant la coupure" in page
        assert "Jeter le brouillon" in page
        structure = StructureFactory()
        officer.submit(NEW, fields(structure.id))
        assert session.scalar(select(func.count()).select_from(Draft)) == 0

    def test_elsewhere_it_is_offered(self, officer: PageClient, session: Session) -> None:
        self.keep(session, officer.user.id, NEW, notes="Tapé avant la coupure")
        page = officer.get(f"{NEW}?structure={StructureFactory().id}").text
        assert "Tapé avant" not in page
        assert "Reprendre" in page
        response = officer.submit("/seances/brouillon/jeter", {"next": NEW})
        assert response.location == NEW
        assert "Tapé avant" not in officer.get(NEW).text

    def test_one_that_was_sent_is_forgotten(self, officer: PageClient, session: Session) -> None:
        SessionFactory(structures=[StructureFactory()], submission_key=KEY)
        self.keep(session, officer.user.id, NEW, notes="Déjà envoyé", submission_key=KEY)
        assert "Déjà envoyé" not in officer.get(NEW).text


class TestThePage:
    """A session's own page."""

    def test_it_tells_the_names_of_that_day_and_of_today(
        self, officer: PageClient, session: Session
    ) -> None:
        structure = StructureFactory(name="Nom d’hier")
        record = SessionFactory(structures=[structure])
        structure.name, structure.family_code = "Nom d’aujourd’hui", "reseau"
        session.flush()
        page = officer.get(f"/seances/{record.id}").text
        assert "Nom d’hier" in page
        assert "aujourd’hui\u00a0: Nom d’aujourd’hui" in page
        assert "Réseau partenaire" in page

    def test_notes_are_formatted_and_harmless(self, officer: PageClient, session: Session) -> None:
        notes = (
            "# Titre\n**gras**\n<script>alert(1)</script>\n[piège](javascript:alert(1))\n"
            "[site](https://exemple.fr) ![image](https://pisteur.example/x.png)"
        )
        record = SessionFactory(structures=[StructureFactory()], notes=notes)
        page = officer.get(f"/seances/{record.id}").text
        assert "<strong>gras</strong>" in page
        assert "<script>alert" not in page
        assert 'href="javascript' not in page
        assert 'src="https://pisteur.example' not in page
        assert 'href="https://exemple.fr"' in page

    def test_it_goes_to_the_trash_and_back(self, officer: PageClient, session: Session) -> None:
        record = SessionFactory(structures=[StructureFactory()])
        response = officer.submit(f"/seances/{record.id}/supprimer", {})
        assert response.status_code == 303
        assert f"/seances/{record.id}/restaurer" in officer.get("/seances").text
        assert "corbeille" in officer.get(f"/seances/{record.id}").text
        officer.submit(f"/seances/{record.id}/restaurer", {})
        assert only(session).deleted_at is None

    def test_a_status_is_one_click_and_undone_in_one(
        self, officer: PageClient, session: Session
    ) -> None:
        yesterday = clock.today() - timedelta(days=1)
        record = SessionFactory(status="prevue", held_on=yesterday, structures=[StructureFactory()])
        url = f"/seances/{record.id}/statut"
        officer.submit(url, {"statut": "realisee", "next": "/"})
        assert only(session).status == "realisee"
        officer.submit(f"{url}?statut=prevue&next=/", {})
        assert only(session).status == "prevue"
        refused = officer.submit(url, {"statut": "reussie"})
        assert refused.status_code == 303
        assert "Choisissez un statut" in officer.get("/seances").text

    def test_what_does_not_exist_is_not_found(self, officer: PageClient) -> None:
        for number in (999_999_999, 99_999_999_999_999):
            assert officer.get(f"/seances/{number}").status_code == 404
            assert officer.get(f"/seances/{number}/modifier").status_code == 404
            assert officer.submit(f"/seances/{number}/supprimer", {}).status_code == 404
