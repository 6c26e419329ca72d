"""The board and the list of applications: what narrows them, their totals, exports, selections."""

import csv
import io
import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.funding.application_indexing import index_application
from crm.funding.board import SHOWN
from crm.funding.models import ApplicationStep, FundingApplication
from crm.territories.models import Commune, Country, FormerCommune
from crm.web.list_additions import _filters, add_filter
from crm.web.list_definition import Filter
from tests.factories.accounts import UserFactory
from tests.factories.contacts import StructureFactory
from tests.factories.followups import reference
from tests.factories.funding import (
    ApplicationFactory,
    ApplicationPartnerFactory,
    CallFactory,
    CoFundingFactory,
    PaymentFactory,
    ReportingDeadlineFactory,
    SchemeFactory,
)
from tests.factories.projects import ProjectFactory
from tests.support.client import PageClient
from tests.support.queries import counted

ALL = {"puits", "festival", "idee", "perdu"}


@pytest.fixture
def made(officer: PageClient, session: Session) -> dict[str, Any]:
    """Make four applications that each filter tells apart."""
    bethune = session.get_one(Commune, "62119")
    session.add(FormerCommune(insee_code="62998", current_insee_code="62119"))
    sahel = StructureFactory(name="Association Sahel", departement_code="62", commune_code="62119")
    arras = StructureFactory(name="Ville d’Arras", collectivite=True, departement_code="59")
    region = StructureFactory(name="Région", family_code="institution")
    state = StructureFactory(name="État", family_code="institution")
    theme = reference("theme", "sante")
    project = ProjectFactory(themes=[theme], countries=[session.get_one(Country, "ML")])
    call = CallFactory(name="Appel 2019", year=2019)
    puits = ApplicationFactory(
        title="Puits de Kayes", reference="MP-12", call=call, beneficiary=sahel, funder=region,
        status="obtenu", requested_cents=2_500_000, awarded_cents=2_500_000,
        filed_on=date(2019, 3, 1), decided_on=date(2020, 1, 15), project=project,
        commune_code="62998",
    )  # fmt: skip
    festival = ApplicationFactory(
        title="Festival", beneficiary=arras, filed=True, requested_cents=1_250_050,
        person=officer.user,  # type: ignore[attr-defined]
    )  # fmt: skip
    idee = ApplicationFactory(title="=1+1", beneficiary=sahel, requested_cents=None)
    reason = reference("refusal_reason", "incomplet")
    perdu = ApplicationFactory(
        title="Perdu", beneficiary=arras, status="refuse", decided_on=date(2020, 2, 1),
        refusal_reason=reason, person=UserFactory(), requested_cents=100_000,
    )  # fmt: skip
    ApplicationPartnerFactory(of=festival, structure=sahel)
    CoFundingFactory(of=festival, funder=region)
    CoFundingFactory(of=idee, funder=state)
    PaymentFactory(of=puits, amount_cents=100_050)
    ReportingDeadlineFactory(of=puits, due_on=date(2021, 1, 1))
    ReportingDeadlineFactory(of=perdu, due_on=date(2021, 1, 1), done_on=date(2020, 12, 1))
    ApplicationFactory(title="À la corbeille", deleted_at=clock.now())
    for each in (puits, festival, idee, perdu):
        index_application(session, each)
    return {
        "puits": puits.id, "festival": festival.id, "idee": idee.id, "perdu": perdu.id,
        "sahel": sahel.id, "arras": arras.id, "region": region.id, "state": state.id,
        "scheme": call.scheme_id, "call": call.id, "project": project.id, "theme": theme.id,
        "reason": reason.id, "epci": bethune.epci_siren, "arr": bethune.arrondissement_code,
        "other": perdu.person_id,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ALL),
        ("statut=obtenu", {"puits"}),
        ("statut=obtenu&statut=refuse", {"puits", "perdu"}),
        ("etat=preparation", {"idee"}),
        ("etat=depose", {"puits", "festival", "perdu"}),
        ("etat=attente", {"festival"}),
        ("etat=decide", {"puits", "perdu"}),
        ("etat=obtenu", {"puits"}),
        ("etat=perdu", {"perdu"}),
        ("etat=abandonne", set()),
        ("etat=zzz", set()),
        ("motif={reason}", {"perdu"}),
        ("retard=oui", {"puits"}),
        ("retard=zzz", set()),
        ("dispositif={scheme}", {"puits"}),
        ("appel={call}", {"puits"}),
        ("financeur={region}", {"puits", "festival"}),
        ("financeur={state}", {"idee"}),
        ("demande_min=12,5 k€", {"puits", "festival"}),
        ("demande_max=12500,50", {"festival", "perdu"}),
        ("demande_min=beaucoup", set()),
        ("obtenu_min=1", {"puits"}),
        ("annee_depot=2019", {"puits"}),
        ("annee_depot=2020", {"perdu"}),
        ("annee_decision=2020", {"puits", "perdu"}),
        ("annee_decision=zzzz", set()),
        ("annee_depot=0000", set()),
        ("famille=collectivite", {"festival", "perdu"}),
        ("departement=62", {"puits", "idee"}),
        ("departement=aucun", set()),
        ("commune=62119", {"puits", "idee"}),
        ("commune=62119,59350", {"puits", "idee"}),
        ("commune=aucun", {"festival", "perdu"}),
        ("commune=62119&commune=aucun", ALL),
        ("epci={epci}", {"puits", "idee"}),
        ("arrondissement={arr}", {"puits", "idee"}),
        ("personne=moi", {"festival"}),
        ("personne={other}", {"perdu"}),
        ("personne=aucun", {"puits", "idee"}),
        ("beneficiaire={sahel}", {"puits", "idee"}),
        ("structure={sahel}", {"puits", "idee", "festival"}),
        ("structure={region}", {"puits", "festival"}),
        ("projet={project}", {"puits"}),
        ("theme={theme}", {"puits"}),
        ("pays=ML", {"puits"}),
        ("q=kayes", {"puits"}),
        ("q=SAHEL", {"puits", "idee"}),
        ("q=mp-12", {"puits"}),
        ("q=zzyzx", set()),
        ("filtres=1&statut=obtenu&etat=obtenu&annee_depot=2019", {"puits"}),
        ("tri=-demande", ALL),
        ("tri=obtenu&apres=zzz", ALL),
        ("tri=statut&colonnes=toutes", ALL),
        ("tri=beneficiaire", ALL),
        ("tri=dispositif", ALL),
        ("tri=personne", ALL),
        ("tri=decision", ALL),
        ("tri=departement", ALL),
    ],
)
def test_the_url_narrows_the_list(
    officer: PageClient, made: dict[str, Any], query: str, expected: set[str]
) -> None:
    page = officer.get(f"/financements/liste?{query.format(**made)}").text
    shown = {
        name for name in ALL if f'<th scope="row"><a href="/financements/{made[name]}"' in page
    }
    assert shown == expected
    assert "À la corbeille" not in page


def test_filters_say_how_many(officer: PageClient, made: dict[str, Any]) -> None:
    page = officer.get("/financements/liste?filtres=1").text
    for option in (
        'value="depose">Déposé, quelle que soit la suite (3)',
        'value="moi">Moi (1)',
        'value="aucun">Personne (2)',
        f'value="{made["region"]}">Région (2)',
        'value="2020">2020 (1)',
        f'value="{made["theme"]}">Santé (1)',
    ):
        assert option in page, option


def test_the_totals_are_those_of_the_filtered_list(
    officer: PageClient, made: dict[str, Any]
) -> None:
    assert made
    page = officer.get("/financements/liste").text
    assert re.search(r"Demandé\s: 38\u202f500,50\s€ · obtenu\s: 25\u202f000,00", page)
    page = officer.get("/financements/liste?etat=perdu").text
    assert re.search(r"Demandé\s: 1\u202f000,00\s€ · obtenu\s: 0,00", page)


def test_the_list_is_exported_with_euros_as_numbers(
    officer: PageClient, made: dict[str, Any]
) -> None:
    url = "/financements/liste/export.csv?tri=intitule"
    text = officer.get(url).data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert [row["Dossier"] for row in rows] == ["'=1+1", "Festival", "Perdu", "Puits de Kayes"]
    assert [row["Demandé (euros)"] for row in rows] == ["", "12500,5", "1000,0", "25000,0"]
    assert (rows[3]["Statut"], rows[3]["Décision du"]) == ("Obtenu", "15/01/2020")
    whole = officer.get(f"{url}&fiche={made['puits']}&colonnes=toutes").data.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(whole), delimiter=";")
    assert (row["Reçu (euros)"], row["Commune"], row["Financeur"], row["Appel"]) == (
        "1000,5", "Béthune", "Région", "Appel 2019",
    )  # fmt: skip
    assert row["Projet"]
    assert officer.get("/financements/liste/export.xlsx?colonnes=toutes").status_code == 200


def test_the_board_counts_all_and_shows_the_most_urgent(
    officer: PageClient, session: Session, connection: Connection
) -> None:
    late = CallFactory(closes_on=date(2030, 1, 1))
    soon = CallFactory(closes_on=date(2029, 1, 1))
    ApplicationFactory(title="Plus tard", drafting=True, call=late)
    ApplicationFactory(title="Bientôt", drafting=True, call=soon)
    owing = ApplicationFactory(title="En dette", awarded=True)
    ReportingDeadlineFactory(of=owing, due_on=date(2020, 1, 1))
    for _ in range(SHOWN + 2):
        ApplicationFactory(filed=True, requested_cents=100_000)
    with counted(connection) as few:
        page = officer.get("/financements").text
    assert page.index("Bientôt") < page.index("Plus tard")
    assert "compte rendu en retard" in page
    column = page.partition('data-board-stage="depose"')[2].partition("</section>")[0]
    assert column.count("data-board-card") == SHOWN
    assert "22\u202f000" in column
    assert f"Voir les {SHOWN + 2} dans la liste" in column
    for _ in range(30):
        ApplicationFactory(under_review=True, call=late, person=UserFactory())
    with counted(connection) as many:
        officer.get("/financements?colonne=instruction")
    assert len(many) <= len(few)


def test_the_board_is_narrowed_like_the_list(officer: PageClient, made: dict[str, Any]) -> None:
    page = officer.get("/financements?departement=62&filtres=1").text
    assert f"carte-{made['puits']}" in page
    assert f"carte-{made['festival']}" not in page
    assert 'name="statut"' not in page
    assert "/financements/liste?statut=" not in page
    empty = officer.get("/financements?famille=jeunesse").text
    assert "Aucun résultat" in empty


def test_an_empty_board_and_list_offer_the_first(officer: PageClient) -> None:
    for path in ("", "/liste"):
        assert "Noter le premier dossier" in officer.get(f"/financements{path}").text


def _send(browser: PageClient, action: str, value: str, *ids: int, **more: str) -> str:
    sent = {"action": action, f"valeur-{action}": value, "selection": [str(i) for i in ids], **more}
    answer = browser.submit("/financements/liste/lot", sent)
    assert answer.status_code == 303
    return browser.get(answer.location).text


def _statuses(session: Session) -> dict[int, str]:
    session.expire_all()
    rows = session.execute(select(FundingApplication.id, FundingApplication.status))
    return dict(rows.tuples().all())


def test_a_selection_moves_where_it_can_and_comes_back(
    officer: PageClient, session: Session
) -> None:
    idea, filed = ApplicationFactory(), ApplicationFactory(filed=True)
    page = _send(officer, "statut", "montage", idea.id, filed.id)
    assert "Fiches modifiées\u00a0: 1." in page
    assert _statuses(session) == {idea.id: "montage", filed.id: "depose"}
    assert session.scalars(select(ApplicationStep.status)).all() == ["montage"]
    undo = page.partition('action="/historique/')[2].partition('"')[0]
    assert officer.submit(f"/historique/{undo}", {}).status_code == 303
    assert _statuses(session)[idea.id] == "identifie"
    assert "Choisissez un statut" in _send(officer, "statut", "obtenu", idea.id)


def test_all_that_a_filter_keeps_gets_a_person(officer: PageClient, session: Session) -> None:
    person = UserFactory()
    one, other = ApplicationFactory(filed=True), ApplicationFactory()
    _send(officer, "personne", str(person.id), tout="1", filtre="etat=attente")
    session.expire_all()
    assert session.get_one(FundingApplication, one.id).person_id == person.id
    assert session.get_one(FundingApplication, other.id).person_id is None
    assert "membre actuel" in _send(officer, "personne", "999999", one.id)
    page = officer.submit("/financements/liste/lot", {"autre": "1", "selection": [str(one.id)]})
    assert "Modifier plusieurs dossiers" in page.text


def test_a_page_is_followed_by_the_next_in_each_order(
    officer: PageClient, session: Session
) -> None:
    scheme, structure = SchemeFactory(), StructureFactory()
    for rank in range(60):
        ApplicationFactory(
            scheme=scheme, beneficiary=structure, requested_cents=rank or None, filed=rank % 3 == 0
        )
    for order in ("-depot", "depot", "-demande", "intitule", "statut", "beneficiaire"):
        page = officer.get(f"/financements/liste?tri={order}").text
        following = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        seen = {part.split('"')[0] for text in (page, officer.get(following).text)
                for part in text.split('<th scope="row"><a href="')[1:]}  # fmt: skip
        assert len(seen) == 60, order


def test_packages_above_add_a_filter(officer: PageClient, made: dict[str, Any]) -> None:
    try:
        add_filter(
            "applications",
            Filter(
                "essai",
                "Essai",
                FundingApplication.reference.in_,
                lambda _session: [("MP-12", "MP-12")],
            ),
        )
        page = officer.get("/financements/liste?essai=MP-12").text
        assert f'href="/financements/{made["puits"]}"' in page
        assert f'href="/financements/{made["festival"]}"' not in page
    finally:
        _filters["applications"].pop("essai")


def test_the_number_of_queries_does_not_grow(
    officer: PageClient, session: Session, connection: Connection
) -> None:
    structure, project = StructureFactory(), ProjectFactory()
    record = ApplicationFactory(awarded=True, beneficiary=structure, project=project)

    def sizes(count: int) -> list[int]:
        for _ in range(count):
            ApplicationFactory(filed=True, beneficiary=structure, project=project)
            ApplicationPartnerFactory(of=record)
            CoFundingFactory(of=record)
            PaymentFactory(of=record, amount_cents=1)
            ReportingDeadlineFactory(of=record)
        found = []
        for url in (
            "/financements", "/financements/liste?colonnes=toutes", f"/financements/{record.id}",
            f"/structures/{structure.id}", f"/projets/{project.id}",
            f"/financements/{record.id}/modifier", "/financements/liste/export.csv",
        ):  # fmt: skip
            with counted(connection) as statements:
                assert officer.get(url).status_code == 200
            found.append(len(statements))
        return found

    sizes(1)
    before = sizes(10)
    assert all(after <= at_first for after, at_first in zip(sizes(20), before, strict=True))
