"""Applications go to the trash and come back; what comes back keeps to the rules."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.contacts.operations.structures import create_structure, update_structure
from crm.contacts.types import StructureData
from crm.core import clock
from crm.core.errors import RuleError
from crm.funding.models import (
    ApplicationStep,
    CoFunding,
    FundingApplication,
    Payment,
    ReportingDeadline,
)
from crm.funding.operations.applications import create_application, set_status
from crm.funding.operations.belongings import (
    CO_FUNDING,
    PAYMENT,
    add_belonging,
    remove_belonging,
)
from crm.funding.types import ApplicationData, CoFundingData, PaymentData, StatusData
from crm.history.models import Change
from crm.history.trash import (
    StillUsedError,
    move_to_trash,
    purge_trash,
    restore_from_trash,
)
from crm.history.undo import undo_changes
from crm.search.queries import matching_ids
from tests.factories.contacts import StructureFactory
from tests.factories.funding import (
    ApplicationFactory,
    ApplicationPartnerFactory,
    ApplicationStepFactory,
    CallFactory,
    CoFundingFactory,
    PaymentFactory,
    ReportingDeadlineFactory,
    SchemeFactory,
)
from tests.factories.projects import ProjectFactory
from tests.support.client import PageClient


def _made(session: Session) -> FundingApplication:
    data = ApplicationData(
        scheme_id=SchemeFactory().id, beneficiary=str(StructureFactory().id), title="Forage"
    )
    return create_application(session, data=data)


def _last_change(session: Session, entity: str) -> Change:
    return session.scalars(
        select(Change).where(Change.entity == entity).order_by(Change.id.desc()).limit(1)
    ).one()


def _found(session: Session, word: str) -> list[int]:
    return list(session.scalars(matching_ids("application", [word])))


def test_it_leaves_the_search_and_the_lists_and_comes_back(
    officer: PageClient, session: Session
) -> None:
    record = _made(session)
    assert _found(session, "forage") == [record.id]
    assert "Forage" in officer.get("/recherche/palette?q=forage").text
    page = officer.get(f"/corbeille/funding_application/{record.id}/ajouter").text
    assert "Forage" in page
    answer = officer.submit(f"/corbeille/funding_application/{record.id}/ajouter", {})
    assert answer.status_code == 303
    assert _found(session, "forage") == []
    assert f"/financements/{record.id}" not in officer.get("/financements/liste").text
    assert "Forage" in officer.get("/corbeille").text
    answer = officer.submit(f"/corbeille/funding_application/{record.id}/restaurer", {})
    assert answer.status_code == 303
    assert _found(session, "forage") == [record.id]


def test_what_it_needs_must_come_back_first(app: Flask, session: Session) -> None:
    gone = {"deleted_at": clock.now()}
    call = CallFactory(name="Appel parti")
    for record in (
        ApplicationFactory(beneficiary=StructureFactory(**gone), **gone),
        ApplicationFactory(scheme=SchemeFactory(**gone), **gone),
        ApplicationFactory(call=call, **gone),
        ApplicationFactory(project=ProjectFactory(**gone), **gone),
    ):
        call.deleted_at = clock.now()
        session.flush()
        with pytest.raises(RuleError, match="Rétablissez d’abord"):
            restore_from_trash(session, entity="funding_application", record_id=record.id)
    kept = StructureFactory()
    merged = StructureFactory(merged_into_id=kept.id, **gone)
    record = ApplicationFactory(beneficiary=merged, **gone)
    restore_from_trash(session, entity="funding_application", record_id=record.id)
    assert record.deleted_at is None


def test_nothing_that_an_application_points_at_goes_to_the_trash(
    app: Flask, session: Session
) -> None:
    funder, partner, other = (StructureFactory() for _ in range(3))
    record = ApplicationFactory(call=CallFactory(), project=ProjectFactory(), funder=funder)
    ApplicationPartnerFactory(of=record, structure=partner)
    CoFundingFactory(of=record, funder=other)
    with app.test_request_context():
        for entity, record_id in (
            ("structure", record.beneficiary_id),
            ("structure", funder.id),
            ("structure", partner.id),
            ("structure", other.id),
            ("project", record.project_id),
            ("funding_scheme", record.scheme_id),
            ("funding_call", record.call_id),
        ):
            with pytest.raises(StillUsedError) as caught:
                move_to_trash(session, entity=entity, record_id=record_id)
            labels = [pointer.label for pointer in caught.value.pointers]
            assert any(re.match(r"Dossiers de financement\s: 1", each) for each in labels), entity


def test_a_purge_takes_what_belongs_to_it(app: Flask, session: Session) -> None:
    record = ApplicationFactory(awarded=True)
    ApplicationStepFactory(of=record)
    ApplicationPartnerFactory(of=record)
    CoFundingFactory(of=record)
    PaymentFactory(of=record)
    ReportingDeadlineFactory(of=record)
    with app.test_request_context():
        move_to_trash(session, entity="funding_application", record_id=record.id)
    purge_trash(session, now=clock.now() + timedelta(days=31))
    for model in (FundingApplication, ApplicationStep, CoFunding, Payment, ReportingDeadline):
        assert session.scalar(select(func.count()).select_from(model)) == 0


def test_an_award_is_not_undone_under_its_payments(app: Flask, session: Session) -> None:
    record = ApplicationFactory(filed=True, requested_cents=10_000)
    set_status(session, application_id=record.id, data=StatusData("obtenu", clock.today(), 10_000))
    change = _last_change(session, "funding_application")
    add_belonging(
        session, kind=PAYMENT, application_id=record.id, data=PaymentData(clock.today(), 5_000)
    )
    with pytest.raises(RuleError, match="versements"):
        undo_changes(session, change_set_id=change.change_set_id, change_id=change.id)
    session.expire_all()
    assert (record.status, record.awarded_cents) == ("obtenu", 10_000)


def test_a_payment_does_not_come_back_above_the_award(app: Flask, session: Session) -> None:
    record = ApplicationFactory(awarded=True, requested_cents=10_000, awarded_cents=10_000)

    def pay(cents: int) -> int:
        data = PaymentData(clock.today(), cents)
        return int(add_belonging(session, kind=PAYMENT, application_id=record.id, data=data).id)

    remove_belonging(session, kind=PAYMENT, record_id=pay(8_000))
    pay(5_000)
    with pytest.raises(RuleError, match="dépasseraient"):
        _undo_deletion(session, "payment")
    assert session.scalars(select(Payment.amount_cents)).all() == [5_000]


def test_a_funder_noted_again_does_not_come_back_twice(app: Flask, session: Session) -> None:
    record, data = ApplicationFactory(), CoFundingData(str(StructureFactory().id))
    first = add_belonging(session, kind=CO_FUNDING, application_id=record.id, data=data)
    remove_belonging(session, kind=CO_FUNDING, record_id=first.id)
    add_belonging(session, kind=CO_FUNDING, application_id=record.id, data=data)
    with pytest.raises(RuleError, match="déjà noté"):
        _undo_deletion(session, "co_funding")
    assert len(session.scalars(select(CoFunding)).all()) == 1


def test_nothing_comes_back_to_an_application_in_the_trash(app: Flask, session: Session) -> None:
    owed = ReportingDeadlineFactory()
    record = session.get_one(FundingApplication, owed.application_id)
    session.delete(owed)
    session.flush()
    record.deleted_at = clock.now()
    session.flush()
    with pytest.raises(RuleError, match="rétablissez-le d’abord"):
        _undo_deletion(session, "reporting_deadline")


def _undo_deletion(session: Session, entity: str) -> None:
    change = session.scalars(
        select(Change).where(Change.entity == entity, Change.action == "deleted")
    ).one()
    undo_changes(session, change_set_id=change.change_set_id, change_id=change.id)


def test_the_history_tells_in_words(officer: PageClient, session: Session) -> None:
    record = _made(session)
    scheme = SchemeFactory(name="Autre dispositif")
    url = f"/financements/{record.id}"
    sent = {
        "beneficiary": str(record.beneficiary_id), "scheme": str(scheme.id), "title": "Forage",
        "status": "obtenu", "requested": "10 k€", "awarded": "10 k€", "filed_on": "01/01/2026",
        "decided_on": "01/02/2026", "version": "1",
    }  # fmt: skip
    assert officer.submit(f"{url}/modifier", sent).status_code == 303
    officer.submit(f"{url}/versements", {"amount": "5 k€", "received_on": "hier"})
    page = officer.get(url).text.partition('id="historique"')[2]
    for words in (
        "Autre dispositif", "Identifié", "Obtenu", "10\u202f000,00", "01/02/2026",
        "Versement reçu\u00a0: création", "5\u202f000,00",
    ):  # fmt: skip
        assert words in page, words


def test_the_palette_begins_one_for_a_structure(officer: PageClient, session: Session) -> None:
    page = officer.get("/recherche/palette?q=nouveau dossier").text
    assert "/financements/nouveau" in page
    assert "/financements" in officer.get("/recherche/palette?q=financements").text


def test_a_renamed_beneficiary_is_found_by_both_names(app: Flask, session: Session) -> None:
    structure = create_structure(
        session, data=StructureData(name="Comité Kayes", family_code="association")
    )
    data = ApplicationData(SchemeFactory().id, str(structure.id), "Forage", status="depose",
                           filed_on=clock.today())  # fmt: skip
    record = create_application(session, data=data)
    update_structure(
        session, structure_id=structure.id, version=structure.version,
        data=StructureData(name="Puits sans frontières", family_code="association"),
    )  # fmt: skip
    for word in ("kayes", "frontieres", "forage"):
        assert _found(session, word) == [record.id], word
