"""An application's page, its form and the small form of its steps, as people use them."""

import re
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.accounts.models import Draft
from crm.contacts.models import Structure
from crm.core import clock
from crm.funding.models import ApplicationStep, FundingApplication
from tests.factories.contacts import StructureFactory
from tests.factories.followups import reference
from tests.factories.funding import (
    ApplicationFactory,
    ApplicationPartnerFactory,
    CallFactory,
    SchemeFactory,
)
from tests.factories.projects import ProjectFactory
from tests.support.client import PageClient

NEW = "/financements/nouveau"


def _count(session: Session, model: type = FundingApplication) -> int:
    session.expire_all()
    return session.scalar(select(func.count()).select_from(model)) or 0


def _only(session: Session) -> FundingApplication:
    session.expire_all()
    return session.scalars(select(FundingApplication)).one()


def _undo(browser: FlaskClient, page: str) -> None:
    undo = re.search(r'action="(/historique/\d+/annuler[^"]*)"', page)
    assert undo is not None
    assert browser.submit(undo[1].replace("&amp;", "&"), {}).status_code == 303  # type: ignore[attr-defined]


@pytest.fixture
def typed(session: Session) -> dict[str, object]:
    """Return a whole form, with a structure and a call that exist."""
    call = CallFactory(name="Appel 2026", scheme=SchemeFactory(name="Micro-projets"))
    structure = StructureFactory(name="Eau vive", departement_code="62")
    return {
        "beneficiary": str(structure.id),
        "scheme": f"{call.scheme_id}-{call.id}",
        "title": "Un forage à Kayes",
        "status": "depose",
        "filed_on": "01/02/2026",
        "total": "100 k€",
        "requested": "25 k€",
        "reference": "MP-12",
        "notes": "Avec la mairie",
        "submission_key": "dossier-1",
    }


def test_a_whole_application_is_created_once_by_a_double_submit(
    officer: PageClient, session: Session, typed: dict[str, object]
) -> None:
    first = officer.submit(NEW, typed)
    assert first.status_code == 303
    assert officer.submit(NEW, typed).location == first.location
    record = _only(session)
    assert (record.requested_cents, record.total_cents) == (2_500_000, 10_000_000)
    assert (record.filed_on, record.call_id is not None) == (date(2026, 2, 1), True)
    assert _count(session, ApplicationStep) == 1
    page = officer.get(first.location).text
    for words in (
        "Eau vive", "Micro-projets", "Appel 2026", "25\u202f000", "MP-12", "Avec la mairie",
        "Déposé", "Dossier de financement\u00a0: création",
    ):  # fmt: skip
        assert words in page, words
    assert re.search(r"Passer à «\sEn instruction\s»", page)
    structure = officer.get(f"/structures/{record.beneficiary_id}").text
    assert "Un forage à Kayes" in structure
    assert re.search(r"Dossier déposé\s: Un forage à Kayes", structure)
    assert f"/financements/nouveau?structure={record.beneficiary_id}" in structure


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"beneficiary": ""}, "Dites quelle structure dépose"),
        ({"beneficiary": "999999"}, "Choisissez une structure"),
        ({"beneficiary": "new:Neuve"}, "Choisissez la famille"),
        ({"beneficiary": "", "beneficiary_text": "Zzyzx"}, "Choisissez la famille"),
        ({"scheme": ""}, "Choisissez un dispositif"),
        ({"scheme": "999999"}, "Choisissez un dispositif"),
        ({"title": ""}, "Ce champ est nécessaire"),
        ({"requested": "beaucoup"}, "Montant non compris"),
        ({"requested": "-5"}, "négatif"),
        ({"requested": "200 k€"}, "dépasse le budget"),
        ({"filed_on": ""}, "quel jour le dossier a été déposé"),
        ({"filed_on": "01/01/2090"}, "à venir"),
        ({"status": "identifie"}, "changez son statut"),
        ({"status": "reve"}, "Choisissez un statut"),
        ({"status": "refuse"}, "quel jour la décision"),
        ({"status": "obtenu", "decided_on": "01/03/2026"}, "Dites quel montant"),
        (
            {"status": "obtenu", "decided_on": "01/03/2026", "awarded": "30 k€"},
            "dépasse le montant demandé",
        ),
        ({"status": "obtenu", "decided_on": "01/01/2026", "awarded": "1"}, "précéder le dépôt"),
        ({"project": ["999999"]}, "Ce projet n’existe pas"),
        ({"project_text": "Zzyzx"}, "nom entier d’un projet"),
        ({"person": "999999"}, "membre actuel"),
        ({"reference": "x" * 61}, "60 caractères au plus"),
    ],
)
def test_a_wrong_input_is_said_and_writes_nothing(
    officer: PageClient,
    session: Session,
    typed: dict[str, object],
    changes: dict[str, object],
    sentence: str,
) -> None:
    structures = _count(session, Structure)
    response = officer.submit(NEW, typed | changes)
    assert response.status_code == 422
    assert sentence in response.text
    assert "Avec la mairie" in response.text
    assert _count(session) == 0
    assert _count(session, Structure) == structures


def test_what_was_understood_of_an_amount_is_said(
    officer: PageClient, typed: dict[str, object]
) -> None:
    page = officer.submit(NEW, typed | {"title": ""}).text
    assert 'value="25 k€"' in page
    assert "Compris\u00a0: 25\u202f000,00" in page


def test_an_award_above_the_request_asks_why(
    officer: PageClient, session: Session, typed: dict[str, object]
) -> None:
    won = typed | {"status": "obtenu", "decided_on": "01/03/2026", "awarded": "30 k€"}
    assert 'name="award_reason"' not in officer.get(NEW).text
    page = officer.submit(NEW, won).text
    assert 'id="award_reason-error"' in page
    told = officer.submit(NEW, won | {"award_reason": "Enveloppe élargie"})
    assert told.status_code == 303
    assert "Enveloppe élargie" in officer.get(told.location).text


def test_the_address_fills_the_form(officer: PageClient, session: Session) -> None:
    project = ProjectFactory(name="Puits de Kayes")
    call = CallFactory(name="Appel 2027")
    page = officer.get(f"{NEW}?projet={project.id}&appel={call.id}").text
    assert f'<option value="{project.lead_structure_id}" selected>' in page
    assert f'<option value="{project.id}" selected>Puits de Kayes' in page
    assert f'<option selected value="{call.scheme_id}-{call.id}">' in page
    assert (
        f'<option selected value="{call.scheme_id}">'
        in officer.get(f"{NEW}?dispositif={call.scheme_id}").text
    )
    structure = StructureFactory(name="Eau vive")
    assert (
        f'value="{structure.id}" selected>Eau vive'
        in officer.get(f"{NEW}?structure={structure.id}").text
    )
    gone = ProjectFactory(deleted_at=clock.now())
    for lie in (f"projet={gone.id}", "projet=x", "appel=999999", "structure=new:x", "dispositif=z"):
        assert officer.get(f"{NEW}?{lie}").status_code == 200, lie


def test_the_second_editor_sees_both_versions_and_chooses(
    officer: PageClient, session: Session, typed: dict[str, object]
) -> None:
    url = officer.submit(NEW, typed).location + "/modifier"
    page = officer.get(url).text
    assert "25\u202f000,00" in page
    mine = typed | {"version": "1", "requested": "30 k€"}
    theirs = typed | {"version": "1", "title": "Deux forages"}
    assert officer.submit(url, theirs).status_code == 303
    late = officer.submit(url, mine)
    assert late.status_code == 409
    for words in ("Deux forages", "Un forage à Kayes", "30\u202f000,00"):
        assert words in late.text
    chosen = mine | {"version": str(_only(session).version), "choix-title": "theirs"}
    assert officer.submit(url, chosen).status_code == 303
    record = _only(session)
    assert (record.title, record.requested_cents) == ("Deux forages", 3_000_000)


def test_a_draft_is_taken_up_again_and_leaves_with_the_save(
    officer: PageClient, session: Session, typed: dict[str, object]
) -> None:
    officer.submit(f"/brouillons?formulaire={NEW}", {"title": "Commencé"})
    page = officer.get(NEW).text
    assert "Votre brouillon est repris" in page
    assert 'value="Commencé"' in page
    assert officer.submit(NEW, typed).status_code == 303
    assert _count(session, Draft) == 0


def test_what_it_names_stays_though_it_left(officer: PageClient, session: Session) -> None:
    gone = StructureFactory(name="Partie", deleted_at=clock.now())
    call = CallFactory(
        name="Appel parti", deleted_at=clock.now(), scheme=SchemeFactory(name="Fini", over=True)
    )
    record = ApplicationFactory(beneficiary=gone, call=call, title="Ancien")
    page = officer.get(f"/financements/{record.id}").text
    assert "à la corbeille" in page
    form = officer.get(f"/financements/{record.id}/modifier").text
    assert f'value="{gone.id}" selected>Partie' in form
    assert "Fini › Appel parti" in form
    sent = {
        "beneficiary": str(gone.id), "scheme": f"{call.scheme_id}-{call.id}", "title": "Changé",
        "status": "identifie", "version": "1",
    }  # fmt: skip
    assert officer.submit(f"/financements/{record.id}/modifier", sent).status_code == 303
    assert _only(session).title == "Changé"


def test_misfits_are_told_and_nothing_is_refused(officer: PageClient, session: Session) -> None:
    call = CallFactory(
        for_families=("collectivite",), for_departements=("59",), minimum_partners=2,
        cap_cents=500_000, rate_percent=50, closes_on=date(2020, 1, 1),
    )  # fmt: skip
    structure = StructureFactory(departement_code="62")
    record = ApplicationFactory(call=call, beneficiary=structure, filed=True, total_cents=1_100_000)
    ApplicationPartnerFactory(of=record)
    page = officer.get(f"/financements/{record.id}").text
    for words in (
        "La famille du bénéficiaire", "Le siège du bénéficiaire", "Il manque des partenaires",
        "dépasse le plafond", "dépasse le taux", "après la clôture",
    ):  # fmt: skip
        assert words in page, words


def test_a_status_is_noted_with_its_day_and_taken_back(
    officer: PageClient, session: Session
) -> None:
    record = ApplicationFactory(title="Puits", drafting=True)
    url = f"/financements/{record.id}/statut"
    page = officer.get(url).text
    assert re.search(r"Passer à «\sDéposé\s»", page)
    assert "Montant obtenu" not in page
    filed = clock.today() - timedelta(days=3)
    answer = officer.submit(url, {"status": "depose", "changed_on": filed.isoformat()})
    assert answer.location == f"/financements/{record.id}"
    assert _only(session).filed_on == filed
    _undo(officer, officer.get(answer.location).text)
    assert (_only(session).status, _only(session).filed_on) == ("montage", None)
    assert _count(session, ApplicationStep) == 0


def test_an_award_and_a_refusal_ask_for_what_goes_with_them(
    officer: PageClient, session: Session
) -> None:
    record = ApplicationFactory(filed=True)
    url = f"/financements/{record.id}/statut"
    page = officer.get(f"{url}?statut=obtenu").text
    assert "Montant obtenu" in page
    assert "Demandé\u00a0: 10\u202f000,00" in page
    wrong = officer.submit(url, {"status": "obtenu", "changed_on": "aujourd'hui"})
    assert wrong.status_code == 422
    assert "Dites quel montant" in wrong.text
    above = {"status": "obtenu", "changed_on": "aujourd'hui", "awarded": "12 k€"}
    asked = officer.submit(url, above)
    assert asked.status_code == 422
    assert 'name="award_reason"' in asked.text
    assert 'value="12 k€"' in asked.text
    less = officer.submit(url, above | {"awarded": "4 k€"})
    assert "Obtenu partiellement" in officer.get(less.location).text
    reason = reference("refusal_reason", "incomplet")
    page = officer.get(f"{url}?statut=refuse").text
    assert reason.label in page
    sent = {"status": "refuse", "changed_on": "aujourd'hui", "refusal_reason": str(reason.id)}
    assert officer.submit(url, sent).status_code == 303
    record = _only(session)
    assert (record.awarded_cents, record.refusal_reason_id) == (None, reason.id)
    assert reason.label in officer.get(f"/financements/{record.id}").text


def test_a_card_moves_today_or_asks_what_is_missing(officer: PageClient, session: Session) -> None:
    record = ApplicationFactory(drafting=True)
    back = "/financements?departement=62"
    url = f"/financements/{record.id}/etape"
    moved = officer.submit(url, {"etape": "depose", "next": back})
    assert moved.location == back
    assert (_only(session).status, _only(session).filed_on) == ("depose", clock.today())
    asked = officer.submit(url, {"etape": "obtenu", "next": back})
    assert asked.status_code == 303
    assert asked.location.startswith(f"/financements/{record.id}/statut?statut=obtenu&next=")
    assert _only(session).status == "depose"
    form = officer.get(asked.location).text
    assert 'name="next" value="/financements?departement=62"' in form
    refused = officer.submit(url, {"etape": "ailleurs", "next": back})
    assert "Choisissez un statut" in officer.get(refused.location).text
    forged = officer.submit(url, {"etape": "instruction", "next": "https://ailleurs.example"})
    assert forged.location == "/financements"


def test_an_application_in_the_trash_is_not_found(officer: PageClient, session: Session) -> None:
    record = ApplicationFactory(deleted_at=clock.now())
    partner = ApplicationPartnerFactory(of=record)
    for path in ("", "/modifier", "/statut", "/participants", "/versements", "/echeances"):
        assert officer.get(f"/financements/{record.id}{path}").status_code == 404, path
    for path in (f"{record.id}/etape", f"participants/{partner.id}/retirer"):
        assert officer.submit(f"/financements/{path}", {}).status_code == 404, path
    assert officer.get("/financements/99999999999").status_code == 404


def test_nobody_comes_in_without_signing_in(client: PageClient, session: Session) -> None:
    record = ApplicationFactory()
    for path in ("", "/liste", f"/{record.id}", "/nouveau", f"/{record.id}/statut"):
        assert client.get(f"/financements{path}").status_code == 303, path
    assert client.post(f"/financements/{record.id}/etape").status_code == 401
