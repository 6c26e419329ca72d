"""Sessions that help applications: chosen in the form, told on both pages, kept by history."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from crm.core import clock
from crm.followups.models import AccompanimentSession, FollowUp, SessionApplication
from crm.history.models import ChangeSet
from tests.factories.accounts import UserFactory
from tests.factories.contacts import StructureFactory
from tests.factories.followups import FollowUpFactory, SessionFactory, reference
from tests.factories.funding import ApplicationFactory, CallFactory
from tests.factories.projects import ProjectFactory
from tests.support.client import PageClient

NEW = "/seances/nouvelle"


def typed(**changes: Any) -> dict[str, Any]:
    values = {
        "submission_key": "a-key-of-the-form-000000",
        "structures": [str(StructureFactory().id)],
        "held_on": "hier",
        "kind": str(reference("session_kind", "relecture").id),
    }
    return values | changes


def only(session: Session) -> AccompanimentSession:
    every = select(AccompanimentSession).options(selectinload(AccompanimentSession.structures))
    return session.scalars(every).one()


def levels(session: Session) -> list[tuple[int, str]]:
    session.expire_all()
    record = only(session)
    session.refresh(record, ["applications", "structures"])
    return [(link.application_id, link.level) for link in record.applications]


def edited(record: AccompanimentSession, **changes: Any) -> dict[str, Any]:
    """Return what the form of a session holds, with changes."""
    seats = [str(seat.structure_id) for seat in record.structures]
    return typed(structures=seats, version=str(record.version)) | changes


def latest_save(session: Session) -> int:
    found = session.scalar(select(func.max(ChangeSet.id)))
    assert found is not None
    return found


def test_a_session_opened_from_an_application_is_filled_in_and_told_on_its_page(
    officer: PageClient, session: Session
) -> None:
    project = ProjectFactory()
    dossier = ApplicationFactory(title="Puits de Kayes", project=project)
    page = officer.get(f"{NEW}?dossier={dossier.id}").text
    assert f'value="{dossier.id}" selected' in page
    assert dossier.beneficiary.name in page
    assert project.name in page
    officer.submit(
        NEW,
        typed(applications=[str(dossier.id)], support_level="substantiel"),
    )
    assert levels(session) == [(dossier.id, "substantiel")]
    shown = officer.get(f"/seances/{only(session).id}").text
    assert "Puits de Kayes" in shown
    assert "Appui substantiel" in shown
    told = officer.get(f"/financements/{dossier.id}").text
    assert f"/seances/{only(session).id}" in told
    found = officer.get(f"/seances?dossier={dossier.id}&colonnes=dossiers").text
    assert "Puits de Kayes" in found
    assert (
        f"/seances/{only(session).id}"
        in officer.get(f"/seances?dispositif={dossier.scheme_id}").text
    )
    assert f"/seances/{only(session).id}" not in officer.get("/seances?dispositif=0").text
    exported = officer.get(f"/seances/export.csv?dossier={dossier.id}").data.decode("utf-8-sig")
    assert "Puits de Kayes" in exported


def test_how_much_it_helped_can_be_changed_is_told_and_is_undone(
    officer: PageClient, session: Session
) -> None:
    dossier = ApplicationFactory(title="Puits de Kayes")
    officer.submit(NEW, typed(applications=[str(dossier.id)], support_level="leger"))
    assert levels(session) == [(dossier.id, "leger")]
    chosen = {"applications": [str(dossier.id)], "support_level": "initie"}
    officer.submit(f"/seances/{only(session).id}/modifier", edited(only(session), **chosen))
    assert levels(session) == [(dossier.id, "initie")]
    heavier = latest_save(session)
    page = officer.get(f"/seances/{only(session).id}").text
    assert "Puits de Kayes (appui léger)" in page
    assert "Puits de Kayes (à l’origine du dossier)" in page
    officer.submit(f"/seances/{only(session).id}/modifier", edited(only(session)))
    assert levels(session) == []
    officer.submit(f"/historique/{latest_save(session)}/annuler", {})
    assert levels(session) == [(dossier.id, "initie")]
    officer.submit(f"/historique/{heavier}/annuler", {})
    assert levels(session) == [(dossier.id, "leger")]


def test_each_link_keeps_its_own_level_when_another_thing_is_corrected(
    officer: PageClient, session: Session
) -> None:
    light, heavy = ApplicationFactory(), ApplicationFactory()
    record = SessionFactory(
        structures=[StructureFactory()],
        applications=[
            SessionApplication(application_id=light.id, level="leger"),
            SessionApplication(application_id=heavy.id, level="initie"),
        ],
    )
    shown = {"applications": [str(light.id), str(heavy.id)], "support_level": "initie"}
    sent = edited(record, **shown, notes="Une faute corrigée.")
    assert officer.submit(f"/seances/{record.id}/modifier", sent).status_code == 303
    assert levels(session) == [(light.id, "leger"), (heavy.id, "initie")]


def test_undoing_an_older_level_leaves_the_one_that_came_since(
    officer: PageClient, session: Session
) -> None:
    dossier = ApplicationFactory()
    officer.submit(NEW, typed(applications=[str(dossier.id)], support_level="leger"))
    saves = []
    for level in ("substantiel", "initie"):
        chosen = {"applications": [str(dossier.id)], "support_level": level}
        officer.submit(f"/seances/{only(session).id}/modifier", edited(only(session), **chosen))
        saves.append(latest_save(session))
        session.expire_all()
    officer.submit(f"/historique/{saves[0]}/annuler", {})
    assert levels(session) == [(dossier.id, "initie")]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"applications": ["999999"]}, "Un de ces dossiers"),
        ({"applications": ["abc"]}, "Un de ces dossiers"),
        ({"applications": [str(number) for number in range(1, 23)]}, "20 dossiers au plus"),
        ({"support_level": "decisif"}, "niveau d’appui"),
    ],
)
def test_what_is_not_there_is_refused(
    officer: PageClient, changes: dict[str, Any], sentence: str
) -> None:
    response = officer.submit(NEW, typed(**changes))
    assert response.status_code == 422
    assert sentence in response.text


def test_an_application_in_the_trash_stays_where_it_was_and_is_offered_nowhere(
    officer: PageClient, session: Session
) -> None:
    dossier = ApplicationFactory()
    officer.submit(NEW, typed(applications=[str(dossier.id)]))
    assert levels(session) == [(dossier.id, "leger")]
    dossier.deleted_at = clock.now()
    session.flush()
    assert dossier.title in officer.get(f"/seances/{only(session).id}").text
    kept = edited(only(session), applications=[str(dossier.id)], notes="Relu.")
    saved = officer.submit(f"/seances/{only(session).id}/modifier", kept)
    assert saved.status_code == 303
    assert levels(session) == [(dossier.id, "leger")]
    refused = officer.submit(
        NEW, typed(applications=[str(dossier.id)], submission_key="another-key-00000000000")
    )
    assert refused.status_code == 422
    assert "Un de ces dossiers" in refused.text
    assert f'value="{dossier.id}" selected' not in officer.get(f"{NEW}?dossier={dossier.id}").text


def test_a_copy_takes_the_applications_along(officer: PageClient, session: Session) -> None:
    dossier = ApplicationFactory(title="Puits de Kayes")
    officer.submit(NEW, typed(applications=[str(dossier.id)], support_level="initie"))
    page = officer.get(f"{NEW}?modele={only(session).id}").text
    assert f'value="{dossier.id}" selected' in page


def test_a_follow_up_about_an_application_and_a_call(officer: PageClient, session: Session) -> None:
    call = CallFactory(name="Édition 2027", closes_on=date(2027, 3, 31))
    dossier = ApplicationFactory(title="Puits de Kayes", call=call)
    opened = officer.get(f"/relances/nouvelle?dossier={dossier.id}&appel={call.id}").text
    assert "Puits de Kayes" in opened
    assert "Édition 2027" in opened
    officer.submit(
        "/relances/nouvelle",
        {
            "submission_key": "a-key-of-the-form-000000",
            "what": "Demander la lettre du partenaire",
            "due_on": "demain",
            "assignee": str(UserFactory().id),
            "application": [str(dossier.id)],
            "call": [str(call.id)],
        },
    )
    record = session.scalars(select(FollowUp)).one()
    assert (record.application_id, record.call_id) == (dossier.id, call.id)
    page = officer.get(f"/relances/{record.id}").text
    assert "Puits de Kayes" in page
    assert "Édition 2027" in page
    for path in (f"/financements/{dossier.id}", f"/appels/{call.id}"):
        assert "Demander la lettre" in officer.get(path).text
    for narrowed in (f"dossier={dossier.id}", f"appel={call.id}"):
        assert "Demander la lettre" in officer.get(f"/relances?{narrowed}&quand=a-faire").text
    assert "Demander la lettre" not in officer.get("/relances?appel=0").text
    filled = officer.get(f"{NEW}?relance={record.id}").text
    assert f'value="{dossier.id}" selected' in filled


def test_a_follow_up_keeps_its_call_when_that_is_in_the_trash(
    officer: PageClient, session: Session
) -> None:
    call = CallFactory(name="Édition retirée")
    record = FollowUpFactory(call_id=call.id, what="Vérifer")
    call.deleted_at = clock.now()
    session.flush()
    assert f'href="/appels/{call.id}"' not in officer.get(f"/relances/{record.id}").text
    form = officer.get(f"/relances/{record.id}/modifier").text
    assert f'value="{call.id}" selected' in form
    sent = {
        "version": str(record.version),
        "what": "Vérifier",
        "due_on": record.due_on.strftime("%d/%m/%Y"),
        "assignee": str(record.assignee_id),
        "priority": "normale",
        "call": [str(call.id)],
    }
    assert officer.submit(f"/relances/{record.id}/modifier", sent).status_code == 303
    session.refresh(record)
    assert (record.what, record.call_id) == ("Vérifier", call.id)
