"""Partners, other funders, payments and reports owed, from an application's page."""

import re
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.funding.models import ApplicationPartner, CoFunding, Payment, ReportingDeadline
from tests.factories.contacts import StructureFactory
from tests.factories.funding import (
    ApplicationFactory,
    ApplicationPartnerFactory,
    CoFundingFactory,
    PaymentFactory,
    ReportingDeadlineFactory,
)
from tests.support.client import PageClient


def _count(session: Session, model: type) -> int:
    session.expire_all()
    return session.scalar(select(func.count()).select_from(model)) or 0


def _undo(browser: PageClient, page: str) -> None:
    undo = re.search(r'action="(/historique/\d+/annuler[^"]*)"', page)
    assert undo is not None
    assert browser.submit(undo[1].replace("&amp;", "&"), {}).status_code == 303


def test_a_role_is_given_once_taken_away_and_given_back(
    officer: PageClient, session: Session
) -> None:
    record, known = ApplicationFactory(), StructureFactory(name="Ville de Kayes")
    url = f"/financements/{record.id}/participants"
    sent = {"structures": [str(known.id), "commune:62119"], "role": "partenaire_etranger"}
    for _ in range(2):
        assert officer.submit(url, sent).location == f"/financements/{record.id}#participants"
    assert _count(session, ApplicationPartner) == 2
    page = officer.get(f"/financements/{record.id}").text
    assert "Ville de Kayes" in page
    assert "partenaire à l’étranger" in officer.get(f"/structures/{known.id}").text
    partner = session.scalars(
        select(ApplicationPartner).where(ApplicationPartner.structure_id == known.id)
    ).one()
    gone = officer.submit(f"/financements/participants/{partner.id}/retirer", {})
    assert _count(session, ApplicationPartner) == 1
    _undo(officer, officer.get(gone.location).text)
    assert _count(session, ApplicationPartner) == 2
    for changes, sentence in (
        ({"structures": []}, "au moins une structure"),
        ({"structures": [str(record.beneficiary_id)]}, "y est déjà"),
        ({"structures": ["new:Neuve"]}, "Choisissez la famille"),
        ({"role": "ami"}, "Choisissez un rôle"),
    ):
        wrong = officer.submit(url, sent | changes)
        assert wrong.status_code == 422
        assert sentence in wrong.text


Case = tuple[str, type, dict[str, str], dict[str, str], str]
CASES: list[Case] = [
    (
        "cofinancements",
        CoFunding,
        {"requested": "5 k€", "note": "Promis"},
        {"awarded": "4 k€"},
        "4\u202f000",
    ),
    ("versements", Payment, {"amount": "1 000", "received_on": "hier"}, {"amount": "900"}, "900"),
    (
        "echeances",
        ReportingDeadline,
        {"what": "Bilan", "due_on": "31/12/2030"},
        {"what": "Bilan final"},
        "Bilan final",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_one_is_added_once_corrected_and_taken_away(
    officer: PageClient, session: Session, case: Case
) -> None:
    code, model, typed, changes, shown = case
    record = ApplicationFactory(awarded=True)
    typed = {**typed, "submission_key": f"cle-{code}"}
    if code == "cofinancements":
        typed["funder"] = str(StructureFactory(name="Région").id)
    url, back = f"/financements/{record.id}/{code}", f"/financements/{record.id}#{code}"
    assert officer.get(url).status_code == 200
    for _ in range(2):
        assert officer.submit(url, typed).location == back
    assert _count(session, model) == 1
    row = session.scalars(select(model)).one()
    one = f"/financements/{code}/{row.id}"
    assert officer.get(f"{one}/modifier").status_code == 200
    corrected = officer.submit(f"{one}/modifier", {**typed, **changes, "version": "1"})
    assert corrected.location == back
    assert shown in officer.get(f"/financements/{record.id}").text
    late = officer.submit(f"{one}/modifier", {**typed, "version": "1"})
    assert late.status_code == 409
    assert shown in late.text
    gone = officer.submit(f"{one}/retirer", {})
    assert _count(session, model) == 0
    _undo(officer, officer.get(gone.location).text)
    assert _count(session, model) == 1
    assert officer.get(f"/financements/{code}/999999/modifier").status_code == 404
    assert officer.submit(f"/financements/{code}/999999/retirer", {}).status_code == 404


@pytest.mark.parametrize(
    ("code", "typed", "sentence"),
    [
        ("cofinancements", {"requested": "5"}, "Dites qui finance"),
        ("cofinancements", {"funder": "999999"}, "Choisissez une structure"),
        ("cofinancements", {"requested": "beaucoup"}, "Montant non compris"),
        ("versements", {"amount": "", "received_on": "hier"}, "Dites combien"),
        ("versements", {"amount": "0", "received_on": "hier"}, "au-dessus de zéro"),
        ("versements", {"amount": "99 k€", "received_on": "hier"}, "dépasseraient"),
        ("versements", {"amount": "5", "received_on": "01/01/2090"}, "à venir"),
        ("echeances", {"what": "", "due_on": "demain"}, "Ce champ est nécessaire"),
        ("echeances", {"what": "Bilan", "due_on": "bientôt"}, "Date non comprise"),
        (
            "echeances",
            {"what": "Bilan", "due_on": "demain", "done_on": "01/01/2090"},
            "à venir",
        ),
    ],
)
def test_what_is_wrong_is_said_and_kept(
    officer: PageClient, session: Session, code: str, typed: dict[str, str], sentence: str
) -> None:
    record = ApplicationFactory(awarded=True)
    answer = officer.submit(f"/financements/{record.id}/{code}", {**typed, "note": "À garder"})
    assert answer.status_code == 422
    assert sentence in answer.text
    if code != "echeances":
        assert "À garder" in answer.text


def test_the_page_says_what_is_received_to_come_and_late(
    officer: PageClient, session: Session
) -> None:
    record = ApplicationFactory(awarded=True)
    PaymentFactory(of=record, amount_cents=250_000)
    CoFundingFactory(of=record, requested_cents=300_000, awarded_cents=100_000)
    owed = ReportingDeadlineFactory(of=record, what="Bilan", due_on=date(2020, 1, 1))
    ReportingDeadlineFactory(of=record, due_on=date(2020, 1, 1), done_on=date(2019, 12, 1))
    page = officer.get(f"/financements/{record.id}").text
    assert page.count("en retard") == 1
    assert "7\u202f500" in page
    assert "1\u202f000" in page
    sent = officer.submit(f"/financements/echeances/{owed.id}/envoye", {})
    page = officer.get(sent.location).text
    assert "en retard" not in page
    _undo(officer, page)
    session.expire_all()
    assert session.get_one(ReportingDeadline, owed.id).done_on is None


def test_a_co_funder_in_the_trash_keeps_its_place(officer: PageClient, session: Session) -> None:
    funder = StructureFactory(name="Partie", deleted_at=clock.now())
    row = CoFundingFactory(funder=funder)
    url = f"/financements/cofinancements/{row.id}/modifier"
    assert f'value="{funder.id}" selected>Partie' in officer.get(url).text
    sent = {"funder": str(funder.id), "requested": "7 k€", "version": "1"}
    assert officer.submit(url, sent).status_code == 303
    session.expire_all()
    assert session.get_one(CoFunding, row.id).requested_cents == 700_000


def test_a_partner_of_a_merged_structure_is_told_where_it_went(
    officer: PageClient, session: Session
) -> None:
    kept = StructureFactory(name="Reste")
    gone = StructureFactory(name="Part", merged_into_id=kept.id, deleted_at=clock.now())
    partner = ApplicationPartnerFactory(of=ApplicationFactory(title="Puits"), structure=gone)
    assert "Puits" in officer.get(f"/structures/{kept.id}").text
    page = officer.get(f"/financements/{partner.application_id}").text
    assert f'href="/structures/{kept.id}">Part</a>' in page
