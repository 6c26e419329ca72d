"""Calls as people use them: the form, the page, what changes after applications were filed."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from crm.core import clock
from crm.funding.models import CallDepartement, CallFamily, FundingCall, FundingScheme
from tests.factories.contacts import StructureFactory
from tests.factories.funding import ApplicationFactory, CallFactory, SchemeFactory
from tests.support.client import PageClient


def _call(session: Session) -> FundingCall:
    return session.scalars(
        select(FundingCall)
        .options(selectinload(FundingCall.families), selectinload(FundingCall.departements))
        .execution_options(populate_existing=True)
        .order_by(FundingCall.id.desc())
        .limit(1)
    ).one()


@pytest.fixture
def typed(session: Session) -> dict[str, object]:
    """Return a whole form of a call of a scheme that exists."""
    scheme = SchemeFactory(name="Jeunesse", funders=[StructureFactory(name="Ministère")])
    return {
        "scheme": str(scheme.id),
        "name": "Jeunesse 2026",
        "year": "2026",
        "opens_on": "10/12/2025",
        "predeposit_on": "15/02/2026",
        "closes_on": "23/03/2026",
        "results_on": "01/06/2026",
        "families": ["collectivite", "association"],
        "departements": ["62"],
        "minimum_partners": "2",
        "cap": "25 k€",
        "rate_percent": "70 %",
        "budget": "1,2 M€",
        "link": "exemple.example/aap",
        "notes": "Un parrain est demandé",
        "submission_key": "appel-1",
    }


def test_a_whole_call_is_created_once_by_a_double_submit(
    officer: PageClient, session: Session, typed: dict[str, object]
) -> None:
    page = officer.get(f"/appels/nouveau?dispositif={typed['scheme']}").text
    assert f'<option selected value="{typed["scheme"]}">Jeunesse</option>' in page
    first = officer.submit("/appels/nouveau", typed)
    assert first.status_code == 303, first.text
    assert officer.submit("/appels/nouveau", typed).location == first.location
    call = _call(session)
    assert (call.cap_cents, call.rate_percent, call.budget_cents) == (2_500_000, 70, 120_000_000)
    assert [each.family_code for each in call.families] == ["association", "collectivite"]
    assert [each.departement_code for each in call.departements] == ["62"]
    page = " ".join(officer.get(first.location).text.split())
    for words in (
        "Jeunesse 2026", "lundi 23 mars 2026", "25 000", "1 200 000",
        "70 % du budget", "Collectivité territoriale", "Pas-de-Calais (62)", "Ministère",
        "Un parrain est demandé", "https://exemple.example/aap", "Aucun dossier pour cet appel",
        "Appel à projets : création",
    ):  # fmt: skip
        assert words in page, words
    form = officer.get(f"{first.location}/modifier").text
    assert 'value="25\u202f000,00\u00a0€"' in form
    assert 'value="23/03/2026"' in form


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"scheme": ""}, "Choisissez un dispositif de la liste"),
        ({"scheme": "999999"}, "Choisissez un dispositif de la liste"),
        ({"scheme": "9" * 30}, "Choisissez un dispositif de la liste"),
        ({"name": ""}, "Ce champ est nécessaire"),
        ({"year": ""}, "Ce champ est nécessaire"),
        ({"year": "deux mille"}, "Écrivez un nombre entier"),
        ({"year": "1492"}, "Écrivez une année entre 1990 et 2100"),
        ({"closes_on": "01/12/2025", "predeposit_on": ""}, "La clôture ne peut pas précéder"),
        ({"predeposit_on": "01/12/2025"}, "Le prédépôt ne peut pas précéder"),
        ({"predeposit_on": "24/03/2026"}, "Le prédépôt ne peut pas suivre"),
        ({"results_on": "01/03/2026"}, "Les résultats ne peuvent pas précéder"),
        ({"closes_on": "un jour"}, "Date non comprise"),
        ({"families": ["licornes"]}, "Choisissez des familles de la liste"),
        ({"departements": ["75"]}, "Choisissez des départements de la liste"),
        ({"departements": ["\x00"]}, "Choisissez des départements de la liste"),
        ({"minimum_partners": "0"}, "Entre 1 et 100 partenaires"),
        ({"minimum_partners": "-2"}, "Écrivez un nombre entier"),
        ({"cap": "-5"}, "négatif"),
        ({"cap": "beaucoup"}, "Montant non compris"),
        ({"cap": "0"}, "Laissez vide"),
        ({"rate_percent": "170"}, "Un taux se compte de 1 à 100"),
        ({"link": "javascript:alert(1)"}, "Écrivez une adresse de site"),
    ],
)
def test_a_wrong_input_is_said_and_writes_nothing(
    officer: PageClient,
    session: Session,
    typed: dict[str, object],
    changes: dict[str, object],
    sentence: str,
) -> None:
    response = officer.submit("/appels/nouveau", typed | changes)
    assert response.status_code == 422
    assert sentence in response.text
    assert "Un parrain est demandé" in response.text
    assert session.scalar(select(func.count(FundingCall.id))) == 0


def test_a_scheme_in_the_trash_or_over_takes_no_new_call(
    officer: PageClient, session: Session, typed: dict[str, object]
) -> None:
    gone, over = SchemeFactory(deleted_at=clock.now()), SchemeFactory(name="Fini", over=True)
    assert officer.submit("/appels/nouveau", typed | {"scheme": str(gone.id)}).status_code == 422
    assert "Fini" not in officer.get("/appels/nouveau").text
    assert "Fini" in officer.get(f"/appels/nouveau?dispositif={over.id}").text


def test_the_next_edition_is_prepared(
    officer: PageClient, session: Session, typed: dict[str, object]
) -> None:
    url = officer.submit("/appels/nouveau", typed).location
    page = officer.get(f"{url}/suivant").text
    for words in ("Jeunesse 2027", "23/03/2027", "25\u202f000,00", "un an plus tard"):
        assert words in page
    sent = typed | {"name": "Jeunesse 2027", "year": "2027", "submission_key": "appel-2"}
    wrong = officer.submit(f"{url}/suivant", sent | {"closes_on": "01/01/2020"})
    assert wrong.status_code == 422
    for name in ("opens_on", "predeposit_on", "closes_on", "results_on"):
        sent[name] = str(typed[name]).replace("2026", "2027").replace("2025", "2026")
    assert officer.submit(f"{url}/suivant", sent).status_code == 303
    session.expire_all()
    assert session.scalar(select(func.count(FundingCall.id))) == 2
    assert "Jeunesse 2027" in officer.get(url).text
    assert officer.get("/appels/999999/suivant").status_code == 404


def test_the_second_editor_sees_both_versions_and_chooses(
    officer: PageClient, session: Session, typed: dict[str, object]
) -> None:
    url = officer.submit("/appels/nouveau", typed).location + "/modifier"
    theirs = typed | {"version": "1", "cap": "30 k€", "families": ["scolaire"]}
    assert officer.submit(url, theirs).status_code == 303
    late = officer.submit(url, typed | {"version": "1", "name": "Le mien"})
    assert late.status_code == 409
    for words in ("30\u202f000,00", "25\u202f000,00", "Établissement scolaire", "Le mien"):
        assert words in late.text
    version = str(_call(session).version)
    chosen = typed | {"version": version, "name": "Le mien", "choix-cap": "theirs"}
    assert officer.submit(url, chosen).status_code == 303
    call = _call(session)
    assert (call.name, call.cap_cents, len(call.families)) == ("Le mien", 3_000_000, 2)


def test_a_scheme_forged_in_the_form_of_a_change_does_not_move_the_call(
    officer: PageClient, session: Session, typed: dict[str, object]
) -> None:
    url = officer.submit("/appels/nouveau", typed).location + "/modifier"
    other = SchemeFactory()
    sent = typed | {"version": "1", "scheme": str(other.id)}
    assert officer.submit(url, sent).status_code == 303
    assert str(_call(session).scheme_id) == typed["scheme"]


def test_terms_change_after_applications_were_filed_only_when_it_is_said(
    officer: PageClient, session: Session, typed: dict[str, object]
) -> None:
    url = officer.submit("/appels/nouveau", typed).location + "/modifier"
    call = _call(session)
    ApplicationFactory(call=call, scheme=session.get_one(FundingScheme, call.scheme_id), filed=True)
    assert 'name="confirms_filed"' not in officer.get(url).text
    sent = typed | {"version": "1", "cap": "10 k€"}
    asked = officer.submit(url, sent)
    assert asked.status_code == 422
    assert "Dossiers déjà déposés à cet appel\u00a0: 1" in asked.text
    assert 'name="confirms_filed"' in asked.text
    assert _call(session).cap_cents == 2_500_000
    assert officer.submit(url, sent | {"confirms_filed": "y"}).status_code == 303
    assert _call(session).cap_cents == 1_000_000
    version = str(_call(session).version)
    plain = sent | {"version": version, "notes": "Seulement une note"}
    assert officer.submit(url, plain).status_code == 303


def test_the_page_counts_applications_by_status(officer: PageClient, session: Session) -> None:
    call = CallFactory(closes_on=clock.today() + timedelta(days=12))
    ApplicationFactory(call=call, awarded=True)
    ApplicationFactory(call=call, awarded=True)
    ApplicationFactory(call=call, refused=True)
    ApplicationFactory(call=call, filed=True, deleted_at=clock.now())
    page = " ".join(officer.get(f"/appels/{call.id}").text.split())
    assert "dans 12 jours" in page
    link = f"/financements/liste?appel={call.id}&amp;statut=obtenu"
    row = page.partition(link)[2].partition("</tr>")[0]
    assert ">2</td>" in row
    assert row.count("20 000") == 2
    assert "statut=refuse" in page
    assert "statut=depose" not in page


def test_files_are_joined_to_a_call(officer: PageClient, session: Session) -> None:
    call = CallFactory()
    page = officer.get(f"/appels/{call.id}").text
    assert f"/pieces-jointes/funding_call/{call.id}/ajouter" in page
    assert officer.get(f"/pieces-jointes/funding_call/{call.id}/ajouter").status_code == 200


def test_who_may_apply_comes_back_when_a_change_is_undone(
    officer: PageClient, session: Session, typed: dict[str, object]
) -> None:
    url = officer.submit("/appels/nouveau", typed).location
    sent = typed | {"version": "1", "families": ["scolaire"], "departements": [], "cap": "1 k€"}
    assert officer.submit(f"{url}/modifier", sent).status_code == 303
    page = officer.get(url).text
    assert "Association, Collectivité territoriale" in page
    undo = page.partition('class="history-undo" href="')[2].partition('"')[0].split("?")[0]
    assert officer.submit(f"{undo}/annuler", {}).status_code == 303
    call = _call(session)
    assert [each.family_code for each in call.families] == ["association", "collectivite"]
    assert [each.departement_code for each in call.departements] == ["62"]
    assert call.cap_cents == 2_500_000


def test_a_call_goes_to_the_trash_and_comes_back_after_its_scheme(
    officer: PageClient, session: Session
) -> None:
    call = CallFactory(name="Édition unique", for_families=("association",))
    assert officer.submit(f"/corbeille/funding_call/{call.id}/ajouter", {}).status_code == 303
    assert officer.get(f"/appels/{call.id}").status_code == 404
    for path in ("/modifier", "/suivant"):
        assert officer.get(f"/appels/{call.id}{path}").status_code == 404
    scheme_id = call.scheme_id
    assert officer.submit(f"/corbeille/funding_scheme/{scheme_id}/ajouter", {}).status_code == 303
    refused = officer.submit(f"/corbeille/funding_call/{call.id}/restaurer", {})
    assert refused.status_code == 422
    assert "Rétablissez d’abord" in refused.text
    officer.submit(f"/corbeille/funding_scheme/{scheme_id}/restaurer", {})
    officer.submit(f"/corbeille/funding_call/{call.id}/restaurer", {})
    assert "Édition unique" in officer.get(f"/appels/{call.id}").text
    assert session.scalar(select(func.count()).select_from(CallFamily)) == 1
    assert session.scalar(select(func.count()).select_from(CallDepartement)) == 0


def test_a_call_is_found_by_its_name_its_scheme_and_its_year(
    officer: PageClient, session: Session, typed: dict[str, object]
) -> None:
    officer.submit("/appels/nouveau", typed)
    for words in ("jeunesse 2026", "appel jeunesse"):
        assert "clôture le 23\u00a0mars\u00a02026" in officer.get(f"/recherche?q={words}").text
    palette = officer.get("/recherche/palette?q=nouvel appel").text
    assert "/appels/nouveau" in palette
    scheme = SchemeFactory(name="Jeunesse")
    assert scheme.id


def test_a_renamed_scheme_leads_to_its_calls(
    officer: PageClient, session: Session, typed: dict[str, object]
) -> None:
    named = {"name": "Premier nom", "version": "1", "submission_key": "dispositif-1"}
    url = officer.submit("/dispositifs/nouveau", named).location
    scheme = url.rpartition("/")[2]
    officer.submit("/appels/nouveau", typed | {"scheme": scheme, "name": "Édition de printemps"})
    sent = named | {"name": "Horizons"}
    assert officer.submit(f"{url}/modifier", sent).status_code == 303
    assert "Édition de printemps" in officer.get("/recherche?q=horizons").text


def test_dates_look_ahead(officer: PageClient, session: Session, typed: dict[str, object]) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    sent = typed | {"closes_on": "demain", "opens_on": "", "predeposit_on": "", "results_on": ""}
    assert officer.submit("/appels/nouveau", sent).status_code == 303
    assert _call(session).closes_on == tomorrow
    assert isinstance(_call(session).closes_on, date)
