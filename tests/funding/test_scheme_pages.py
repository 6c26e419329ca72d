"""Schemes as people use them: the form, the page, the list, the history."""

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from crm.contacts.operations import create_structure
from crm.contacts.types import StructureData
from crm.core import clock
from crm.funding.defaults import default_schemes, load_default_schemes
from crm.funding.models import FundingCall, FundingScheme
from tests.factories.contacts import StructureFactory
from tests.factories.funding import ApplicationFactory, CallFactory, SchemeFactory
from tests.support.client import PageClient


def _scheme(session: Session) -> FundingScheme:
    return session.scalars(
        select(FundingScheme)
        .options(selectinload(FundingScheme.funders))
        .execution_options(populate_existing=True)
    ).one()


@pytest.fixture
def typed(session: Session) -> dict[str, object]:
    """Return a whole form, with two funders that exist."""
    ministry, region = StructureFactory(name="Ministère"), StructureFactory(name="Région")
    return {
        "name": "Jeunesse et solidarité",
        "funders": [str(ministry.id), str(region.id)],
        "summary": "Des chantiers de jeunes",
        "link": "www.exemple.example/jsi",
        "is_recurring": "y",
        "submission_key": "dispositif-1",
    }


def test_a_scheme_is_created_once_by_a_double_submit(
    officer: PageClient, session: Session, typed: dict[str, object]
) -> None:
    assert officer.get("/dispositifs/nouveau").status_code == 200
    first = officer.submit("/dispositifs/nouveau", typed)
    assert first.status_code == 303
    assert officer.submit("/dispositifs/nouveau", typed).location == first.location
    scheme = _scheme(session)
    assert (scheme.link, scheme.is_recurring, scheme.is_active) == (
        "https://www.exemple.example/jsi", True, True,
    )  # fmt: skip
    page = officer.get(first.location).text
    for words in ("Ministère", "Région", "Des chantiers de jeunes", "chaque année", "Aucun appel"):
        assert words in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Ce champ est nécessaire"),
        ({"name": "x" * 201}, "200 caractères au plus"),
        ({"link": "javascript:alert(1)"}, "Écrivez une adresse de site"),
        ({"link": "mailto:a@b.example"}, "Écrivez une adresse de site"),
        ({"funders": ["999999"]}, "Choisissez une structure dans la liste"),
        ({"funders": ["abc"]}, "Choisissez une structure dans la liste"),
        ({"funders": ["9" * 30]}, "Ce choix n’existe pas"),
        ({"funders": [], "funders_text": "Zzyzx"}, "Aucune structure ne s’appelle"),
    ],
)
def test_a_wrong_input_is_said_and_writes_nothing(
    officer: PageClient,
    session: Session,
    typed: dict[str, object],
    changes: dict[str, object],
    sentence: str,
) -> None:
    response = officer.submit("/dispositifs/nouveau", typed | changes)
    assert response.status_code == 422
    assert sentence in response.text
    assert "Des chantiers de jeunes" in response.text
    assert session.scalar(select(func.count(FundingScheme.id))) == 0


def test_a_funder_typed_without_a_list_is_found(
    officer: PageClient, session: Session, typed: dict[str, object]
) -> None:
    create_structure(session, data=StructureData(name="Agence", family_code="institution"))
    sent = typed | {"funders": [], "funders_text": "agence"}
    assert officer.submit("/dispositifs/nouveau", sent).status_code == 303
    assert [each.name for each in _scheme(session).funders] == ["Agence"]


def test_the_second_editor_sees_both_versions_and_chooses(
    officer: PageClient, session: Session, typed: dict[str, object]
) -> None:
    url = officer.submit("/dispositifs/nouveau", typed).location + "/modifier"
    page = officer.get(url).text
    assert 'value="https://www.exemple.example/jsi"' in page
    assert "Ministère" in page
    theirs = typed | {"version": "1", "name": "Autre nom", "funders": []}
    assert officer.submit(url, theirs).status_code == 303
    late = officer.submit(url, typed | {"version": "1", "is_over": "y"})
    assert late.status_code == 409
    for words in ("Autre nom", "Ministère, Région"):
        assert words in late.text
    version = str(_scheme(session).version)
    chosen = typed | {"version": version, "is_over": "y", "choix-name": "theirs"}
    assert officer.submit(url, chosen).status_code == 303
    scheme = _scheme(session)
    assert (scheme.name, scheme.is_active, len(scheme.funders)) == ("Autre nom", False, 2)


def test_the_page_tells_what_each_edition_brought(officer: PageClient, session: Session) -> None:
    scheme = SchemeFactory(name="Clés en main")
    call = CallFactory(
        scheme=scheme, name="Édition 2024", year=2024, closes_on=date(2024, 3, 1),
        results_on=date(2024, 6, 1),
    )  # fmt: skip
    ApplicationFactory(call=call, awarded=True)
    ApplicationFactory(call=call, filed=True)
    ApplicationFactory(call=call, drafting=True)
    ApplicationFactory(scheme=scheme, partly_awarded=True)
    ApplicationFactory(call=call, awarded=True, deleted_at=clock.now())
    page = " ".join(officer.get(f"/dispositifs/{scheme.id}").text.split())
    assert "Résultats connus" in page
    for label, value in {"Dossiers déposés": "2", "Dossiers obtenus": "1"}.items():
        assert f'<td data-label="{label}" class="numeric">{value}</td>' in page
    assert "Hors appel" in page
    assert '<dt>Obtenu</dt><dd><span class="number">14 000&nbsp;€</span>' in page


def test_the_list_is_narrowed_and_exported(officer: PageClient, session: Session) -> None:
    ministry = StructureFactory(name="Ministère")
    one = SchemeFactory(name="Jeunesse", funders=[ministry], is_recurring=True)
    SchemeFactory(name="Ancien", over=True)
    SchemeFactory(name="À la corbeille", deleted_at=clock.now())
    ApplicationFactory(scheme=one, awarded=True)
    for query, names in {
        "": {"Jeunesse", "Ancien"},
        "?termine=oui": {"Ancien"},
        "?termine=non&filtres=1": {"Jeunesse"},
        "?recurrent=oui": {"Jeunesse"},
        f"?financeur={ministry.id}": {"Jeunesse"},
        "?financeur=abc": set(),
        "?tri=annee&colonnes=toutes": {"Jeunesse", "Ancien"},
    }.items():
        page = officer.get(f"/dispositifs{query}").text
        found = {
            each for each in ("Jeunesse", "Ancien", "À la corbeille") if f">{each}</a>" in page
        }
        assert found == names, query
    text = officer.get("/dispositifs/export.csv?tri=nom").data.decode("utf-8-sig")
    assert "Jeunesse;Ministère;0;;1;1;10000,0" in text
    assert officer.get("/dispositifs/export.xlsx?colonnes=toutes").status_code == 200


def test_a_selection_ends_at_once_and_comes_back(officer: PageClient, session: Session) -> None:
    ids = [SchemeFactory().id for _ in range(2)]
    sent = {"action": "termine", "valeur-termine": "oui", "selection": [str(each) for each in ids]}
    page = officer.get(officer.submit("/dispositifs/lot", sent).location).text
    session.expire_all()
    assert not any(session.scalars(select(FundingScheme.is_active)))
    undo = page.partition('action="/historique/')[2].partition('"')[0]
    assert officer.submit(f"/historique/{undo}", {}).status_code == 303
    session.expire_all()
    assert all(session.scalars(select(FundingScheme.is_active)))
    sent = {"action": "recurrent", "valeur-recurrent": "oui", "selection": [str(ids[0])]}
    officer.submit("/dispositifs/lot", sent)
    session.expire_all()
    assert session.get_one(FundingScheme, ids[0]).is_recurring


def test_a_scheme_with_calls_is_ended_rather_than_deleted(
    officer: PageClient, session: Session
) -> None:
    call = CallFactory()
    page = officer.get(f"/corbeille/funding_scheme/{call.scheme_id}/ajouter").text
    assert "Appels de ce dispositif" in page
    assert "Marquer le dispositif comme terminé" in page
    alone = SchemeFactory(name="Sans appel")
    answer = officer.submit(f"/corbeille/funding_scheme/{alone.id}/ajouter", {})
    assert answer.status_code == 303
    assert officer.get(f"/dispositifs/{alone.id}").status_code == 404
    assert "Sans appel" in officer.get("/corbeille").text


def test_the_history_tells_who_changed_what(
    officer: PageClient, session: Session, typed: dict[str, object]
) -> None:
    url = officer.submit("/dispositifs/nouveau", typed).location
    officer.submit(f"{url}/modifier", typed | {"version": "1", "funders": [], "is_over": "y"})
    page = officer.get(url).text
    for words in ("Dispositif\u00a0: modification", "En vigueur", "Ministère, Région"):
        assert words in page


def test_a_scheme_is_found_by_its_name_and_by_who_funds_it(
    officer: PageClient, session: Session, typed: dict[str, object]
) -> None:
    officer.submit("/dispositifs/nouveau", typed)
    for words in ("jeunesse solid", "ministere"):
        page = officer.get(f"/recherche?q={words}").text
        assert "Jeunesse et solidarité" in page, words


def test_a_new_network_starts_from_the_usual_schemes(session: Session) -> None:
    assert load_default_schemes(session) == len(default_schemes())
    assert load_default_schemes(session) == 0
    assert session.scalar(select(func.count(FundingScheme.id))) == len(default_schemes())
    assert session.scalar(select(func.count(FundingCall.id))) == 0
