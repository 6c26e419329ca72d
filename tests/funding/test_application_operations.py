"""Applications are made, changed and moved along; what is written at filing stays."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from crm.core import clock
from crm.core.errors import NotFoundError, RuleError, StaleRecordError
from crm.duplicates.merging import merge_records
from crm.funding.models import ApplicationStep, FundingApplication, Payment
from crm.funding.operations.applications import (
    create_application,
    set_status,
    update_application,
)
from crm.funding.operations.belongings import (
    CO_FUNDING,
    DEADLINE,
    PAYMENT,
    add_belonging,
    mark_sent,
    remove_belonging,
    update_belonging,
)
from crm.funding.operations.checks import received_cents
from crm.funding.operations.partners import add_partners, remove_partner
from crm.funding.types import (
    ApplicationData,
    ApplicationStatus,
    CoFundingData,
    DeadlineData,
    PaymentData,
    StatusData,
)
from tests.factories.contacts import StructureFactory
from tests.factories.followups import reference
from tests.factories.funding import (
    ApplicationFactory,
    CallFactory,
    ReportingDeadlineFactory,
    SchemeFactory,
)
from tests.factories.projects import ProjectFactory


def _data(**changes: Any) -> ApplicationData:
    data = ApplicationData(scheme_id=0, beneficiary="", title="Un forage à Kayes")
    if "scheme_id" not in changes:
        changes["scheme_id"] = SchemeFactory().id
    if "beneficiary" not in changes:
        changes["beneficiary"] = str(StructureFactory().id)
    return replace(data, **changes)


def _steps(session: Session, record: FundingApplication) -> list[tuple[str, date]]:
    rows = session.execute(
        select(ApplicationStep.status, ApplicationStep.changed_on)
        .where(ApplicationStep.application_id == record.id)
        .order_by(ApplicationStep.id)
    )
    return list(rows.tuples())


def test_an_application_begins_with_a_step_and_goes_on(app: Flask, session: Session) -> None:
    today = clock.today()
    filed = today - timedelta(days=90)
    structure = StructureFactory(departement_code="62", commune_code="62119")
    record = create_application(session, data=_data(beneficiary=str(structure.id)))
    set_status(session, application_id=record.id, data=StatusData("depose", filed))
    set_status(session, application_id=record.id, data=StatusData("obtenu", today, 5_000))
    assert _steps(session, record) == [("identifie", today), ("depose", filed), ("obtenu", today)]
    assert (record.filed_on, record.decided_on, record.awarded_cents) == (filed, today, 5_000)
    assert (record.departement_code, record.commune_code) == ("62", "62119")


def test_the_beneficiary_is_written_at_filing_and_never_again(app: Flask, session: Session) -> None:
    structure = StructureFactory(name="Comité des puits", departement_code="59")
    record = create_application(session, data=_data(beneficiary=str(structure.id)))
    structure.name, structure.departement_code = "Puits sans frontières", "62"
    set_status(session, application_id=record.id, data=StatusData("depose", clock.today()))
    assert (record.beneficiary_name, record.departement_code) == ("Puits sans frontières", "62")
    structure.name, structure.family_code = "Autre nom", "collectivite"
    set_status(session, application_id=record.id, data=StatusData("instruction", clock.today()))
    data = _data(
        scheme_id=record.scheme_id, beneficiary=str(structure.id), title="Deux forages",
        status="instruction", filed_on=record.filed_on,
    )  # fmt: skip
    update_application(session, application_id=record.id, version=record.version, data=data)
    assert (record.beneficiary_name, record.family_code) == ("Puits sans frontières", "association")
    assert record.title == "Deux forages"


def test_a_merged_beneficiary_stays_where_it_was_filed(app: Flask, session: Session) -> None:
    kept, gone = StructureFactory(name="Reste"), StructureFactory(name="Part")
    record = ApplicationFactory(beneficiary=gone, filed=True)
    merge_records(session, kind="structure", kept_id=kept.id, merged_id=gone.id)
    session.refresh(record)
    assert (record.beneficiary_id, record.beneficiary_name) == (gone.id, "Part")
    # A form opened before the merge still names the one that went: the survivor is meant.
    made = create_application(session, data=_data(beneficiary=str(gone.id)))
    assert (made.beneficiary_id, made.beneficiary_name) == (kept.id, "Reste")


def test_a_beneficiary_in_the_trash_is_kept_but_not_chosen_anew(
    app: Flask, session: Session
) -> None:
    structure = StructureFactory(deleted_at=clock.now())
    record = ApplicationFactory(beneficiary=structure)
    kept = _data(scheme_id=record.scheme_id, beneficiary=str(structure.id), title="Autre titre")
    update_application(session, application_id=record.id, version=1, data=kept)
    assert (record.beneficiary_id, record.title) == (structure.id, "Autre titre")
    with pytest.raises(RuleError) as caught:
        create_application(session, data=_data(beneficiary=str(structure.id)))
    assert caught.value.field == "beneficiary"


def test_the_only_funder_of_a_scheme_is_the_application_s(app: Flask, session: Session) -> None:
    one, other = StructureFactory(), StructureFactory()
    alone = SchemeFactory(funders=[one])
    made = create_application(session, data=_data(scheme_id=alone.id))
    assert made.funder_id == one.id
    told = create_application(session, data=_data(scheme_id=alone.id, funder=str(other.id)))
    assert told.funder_id == other.id
    shared = create_application(
        session, data=_data(scheme_id=SchemeFactory(funders=[one, other]).id)
    )
    assert shared.funder_id is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"scheme_id": 999_999}, "scheme"),
        ({"call_id": 999_999}, "call"),
        ({"project_id": 999_999}, "project"),
        ({"person_id": 999_999}, "person"),
        ({"beneficiary": "999999"}, "beneficiary"),
        ({"beneficiary": "new:Neuve", "new_family": ""}, "new_family"),
        ({"funder": "999999"}, "funder"),
        ({"funder": "x\x00"}, "funder"),
        (
            {"status": "refuse", "decided_on": date(2020, 1, 1), "refusal_reason_id": 999_999},
            "refusal_reason",
        ),
    ],
)
def test_what_does_not_exist_is_refused(
    app: Flask, session: Session, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(RuleError) as caught:
        create_application(session, data=_data(**changes))
    assert caught.value.field == field


def test_what_is_in_the_trash_is_refused(app: Flask, session: Session) -> None:
    gone = {"deleted_at": clock.now()}
    call = CallFactory(**gone)
    for changes, field in (
        ({"scheme_id": SchemeFactory(**gone).id}, "scheme"),
        ({"scheme_id": call.scheme_id, "call_id": call.id}, "call"),
        ({"call_id": CallFactory().id}, "call"),
        ({"project_id": ProjectFactory(**gone).id}, "project"),
    ):
        with pytest.raises(RuleError) as caught:
            create_application(session, data=_data(**changes))
        assert caught.value.field == field
    record = ApplicationFactory(**gone)
    with pytest.raises(NotFoundError):
        set_status(session, application_id=record.id, data=StatusData("montage", clock.today()))


def test_a_new_structure_and_a_commune_are_made_with_it(app: Flask, session: Session) -> None:
    data = _data(beneficiary="new:Amis du Sahel", funder="commune:62119", new_family="association")
    record = create_application(session, data=data)
    assert record.beneficiary_name == "Amis du Sahel"
    assert session.get_one(Structure, record.funder_id).insee_code == "62119"


def test_a_version_that_is_past_is_stale(app: Flask, session: Session) -> None:
    record = ApplicationFactory()
    with pytest.raises(StaleRecordError):
        update_application(session, application_id=record.id, version=7, data=_data())


def test_a_step_keeps_what_goes_with_it(app: Flask, session: Session) -> None:
    reason = reference("refusal_reason", "hors_criteres")
    record = ApplicationFactory(filed=True)
    step = StatusData("refuse", clock.today(), refusal_reason_id=reason.id, refusal_note="Trop tôt")
    set_status(session, application_id=record.id, data=step)
    assert (record.refusal_reason_id, record.refusal_note) == (reason.id, "Trop tôt")
    set_status(session, application_id=record.id, data=StatusData("instruction", clock.today()))
    assert (record.refusal_reason_id, record.refusal_note) == (None, None)
    for wrong, field in (
        (StatusData("obtenu", clock.today()), "awarded"),
        (StatusData("obtenu", clock.today(), 2_000_000), "award_reason"),
        (StatusData("obtenu", date(2001, 1, 1), 5), "changed_on"),
        (StatusData("obtenu", clock.today() + timedelta(days=1), 5), "changed_on"),
        (StatusData("reve", clock.today()), "status"),
        (StatusData("refuse", clock.today(), refusal_reason_id=999_999), "refusal_reason"),
    ):
        with pytest.raises(RuleError) as caught:
            set_status(session, application_id=record.id, data=wrong)
        assert caught.value.field == field


def test_payments_never_exceed_the_award(app: Flask, session: Session) -> None:
    record = ApplicationFactory(awarded=True, requested_cents=10_000, awarded_cents=10_000)
    first = add_belonging(
        session, kind=PAYMENT, application_id=record.id, data=PaymentData(clock.today(), 6_000)
    )
    with pytest.raises(RuleError, match="dépasseraient"):
        add_belonging(
            session, kind=PAYMENT, application_id=record.id, data=PaymentData(clock.today(), 5_000)
        )
    update_belonging(
        session, kind=PAYMENT, record_id=first.id, version=1,
        data=PaymentData(clock.today(), 10_000),
    )  # fmt: skip
    assert received_cents(session, record.id) == 10_000
    less = _data(
        scheme_id=record.scheme_id, beneficiary=str(record.beneficiary_id), status="partiel",
        requested_cents=10_000, awarded_cents=9_000, filed_on=record.filed_on,
        decided_on=record.decided_on,
    )  # fmt: skip
    with pytest.raises(RuleError) as caught:
        update_application(session, application_id=record.id, version=record.version, data=less)
    assert caught.value.field == "awarded"
    with pytest.raises(RuleError) as caught:
        set_status(session, application_id=record.id, data=StatusData("refuse", clock.today()))
    assert caught.value.field == "status"
    remove_belonging(session, kind=PAYMENT, record_id=first.id)
    set_status(session, application_id=record.id, data=StatusData("refuse", clock.today()))
    assert record.awarded_cents is None


def test_a_funder_is_noted_once(app: Flask, session: Session) -> None:
    funder, main = StructureFactory(), StructureFactory()
    record = ApplicationFactory(funder=main)
    data = CoFundingData(str(funder.id), requested_cents=5)
    made = add_belonging(session, kind=CO_FUNDING, application_id=record.id, data=data)
    for twin in (funder, main):
        with pytest.raises(RuleError) as caught:
            add_belonging(
                session, kind=CO_FUNDING, application_id=record.id, data=CoFundingData(str(twin.id))
            )
        assert caught.value.field == "funder"
    update_belonging(
        session, kind=CO_FUNDING, record_id=made.id, version=1, data=replace(data, awarded_cents=3)
    )
    assert made.awarded_cents == 3
    with pytest.raises(StaleRecordError):
        update_belonging(session, kind=CO_FUNDING, record_id=made.id, version=1, data=data)


def test_a_report_is_sent_once(app: Flask, session: Session) -> None:
    owed = ReportingDeadlineFactory(due_on=date(2020, 1, 1))
    mark_sent(session, deadline_id=owed.id)
    assert owed.done_on == clock.today()
    version = owed.version
    mark_sent(session, deadline_id=owed.id)
    assert owed.version == version
    hidden = ReportingDeadlineFactory(of=ApplicationFactory(deleted_at=clock.now()))
    with pytest.raises(NotFoundError):
        mark_sent(session, deadline_id=hidden.id)
    with pytest.raises(NotFoundError):
        update_belonging(
            session, kind=DEADLINE, record_id=hidden.id, version=1,
            data=DeadlineData("Bilan", clock.today()),
        )  # fmt: skip


def test_partners_have_each_role_once(app: Flask, session: Session) -> None:
    record, partner = ApplicationFactory(), StructureFactory()
    for count in (1, 0):
        added = add_partners(
            session, application_id=record.id, structures=[str(partner.id)], role="parrain"
        )
        assert added == count
    assert record.version == 2
    for structures, role, field in (
        ([], "parrain", "structures"),
        ([str(partner.id)], "ami", "role"),
        ([str(record.beneficiary_id)], "parrain", "structures"),
    ):
        with pytest.raises(RuleError) as caught:
            add_partners(session, application_id=record.id, structures=structures, role=role)
        assert caught.value.field == field
    with pytest.raises(NotFoundError):
        remove_partner(session, partner_id=999_999)


MOVES = st.one_of(
    st.builds(
        StatusData,
        status=st.sampled_from(list(ApplicationStatus)),
        changed_on=st.dates(date(2024, 1, 1), date(2026, 1, 1)),
        awarded_cents=st.none() | st.integers(0, 2_000_000),
        award_reason=st.none() | st.just("Enveloppe élargie"),
    ),
    st.integers(1, 1_500_000),
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40
)
@given(st.lists(MOVES, max_size=8))
def test_any_history_is_taken_by_the_tables(
    app: Flask, session: Session, moves: list[StatusData | int]
) -> None:
    record = ApplicationFactory()
    for move in moves:
        try:
            with session.begin_nested():
                if isinstance(move, int):
                    data = PaymentData(date(2026, 1, 1), move)
                    add_belonging(session, kind=PAYMENT, application_id=record.id, data=data)
                else:
                    set_status(session, application_id=record.id, data=move)
        except RuleError:
            continue
    session.expire_all()
    received = session.scalars(
        select(Payment.amount_cents).where(Payment.application_id == record.id)
    ).all()
    assert sum(received) <= (record.awarded_cents or 0)
    steps = _steps(session, record)
    assert not steps or steps[-1][0] == record.status
