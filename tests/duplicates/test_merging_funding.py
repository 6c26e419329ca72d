"""Funding follows merges of structures: who pays moves, who applied stays as it was."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.duplicates.merging import merge_records
from crm.duplicates.unmerging import get_merge, later_items, unmerge_records
from crm.funding.models import ApplicationPartner, CoFunding, FundingApplication, FundingScheme
from crm.funding.models.schemes import funding_scheme_funder
from crm.funding.operations import create_scheme, update_scheme
from crm.funding.queries.schemes import funder_options, scheme_for_page
from crm.funding.types import SchemeData
from tests.factories.contacts import StructureFactory
from tests.factories.funding import (
    ApplicationFactory,
    ApplicationPartnerFactory,
    CoFundingFactory,
    SchemeFactory,
)


def _merge(session: Session, kept_id: int, merged_id: int) -> int:
    return merge_records(session, kind="structure", kept_id=kept_id, merged_id=merged_id).id


def _funders(session: Session, scheme_id: int) -> list[int]:
    session.expire_all()
    return [each.id for each in scheme_for_page(session, scheme_id).funders]


def test_who_funds_a_scheme_is_joined_and_comes_back(session: Session) -> None:
    kept, merged = StructureFactory(name="Ministère"), StructureFactory(name="MEAE")
    theirs = SchemeFactory(funders=[merged])
    both = SchemeFactory(funders=[kept, merged])
    merge_id = _merge(session, kept.id, merged.id)
    assert _funders(session, theirs.id) == [kept.id]
    assert _funders(session, both.id) == [kept.id]
    assert [value for value, _ in funder_options(session)] == [str(kept.id)]
    unmerge_records(session, merge_id=merge_id)
    assert _funders(session, theirs.id) == [merged.id]
    assert set(_funders(session, both.id)) == {kept.id, merged.id}


def test_a_scheme_changed_after_the_merge_keeps_who_funds_it(session: Session) -> None:
    kept, merged = StructureFactory(name="Ministère"), StructureFactory(name="MEAE")
    scheme = create_scheme(session, data=SchemeData(name="JSI", funders=(str(merged.id),)))
    merge_id = _merge(session, kept.id, merged.id)
    session.expire_all()
    data = SchemeData(name="JSI et VVV", funders=(str(kept.id),))
    version = session.get_one(FundingScheme, scheme.id).version
    update_scheme(session, scheme_id=scheme.id, version=version, data=data)
    assert _funders(session, scheme.id) == [kept.id]
    unmerge_records(session, merge_id=merge_id)
    rows = session.scalars(select(funding_scheme_funder.c.structure_id)).all()
    assert list(rows) == [merged.id]


def test_an_application_keeps_who_filed_it_and_follows_who_pays(session: Session) -> None:
    kept, merged = StructureFactory(name="Eau vive"), StructureFactory(name="Eau vive (doublon)")
    filed = ApplicationFactory(beneficiary=merged, awarded=True)
    paid = ApplicationFactory(funder_id=merged.id)
    merge_id = _merge(session, kept.id, merged.id)
    session.expire_all()
    filed, paid = (session.get_one(FundingApplication, each.id) for each in (filed, paid))
    assert (filed.beneficiary_id, filed.beneficiary_name) == (merged.id, "Eau vive (doublon)")
    assert paid.funder_id == kept.id
    assert not unmerge_records(session, merge_id=merge_id).rows
    session.expire_all()
    assert session.get_one(FundingApplication, paid.id).funder_id == merged.id


def test_roles_and_other_funders_move_and_twins_stay(session: Session) -> None:
    kept, merged = StructureFactory(), StructureFactory()
    one, other = ApplicationFactory(), ApplicationFactory()
    alone = ApplicationPartnerFactory(of=one, structure=merged)
    ApplicationPartnerFactory(of=other, structure=kept)
    twin = ApplicationPartnerFactory(of=other, structure=merged)
    elsewhere = ApplicationPartnerFactory(of=other, structure=merged, role="parrain")
    paid = CoFundingFactory(of=one, funder=merged)
    CoFundingFactory(of=other, funder=kept)
    paid_twin = CoFundingFactory(of=other, funder=merged)
    merge_id = _merge(session, kept.id, merged.id)

    def places() -> list[int]:
        session.expire_all()
        roles = (session.get_one(ApplicationPartner, each) for each in role_ids)
        money = (session.get_one(CoFunding, each) for each in money_ids)
        return [each.structure_id for each in roles] + [each.funder_id for each in money]

    role_ids = (alone.id, twin.id, elsewhere.id)
    money_ids = (paid.id, paid_twin.id)
    assert places() == [kept.id, merged.id, kept.id, kept.id, merged.id]
    assert {line[0] for line in get_merge(session, merge_id).kept} == {
        "application_partner",
        "co_funding",
    }
    assert not unmerge_records(session, merge_id=merge_id).rows
    assert places() == [merged.id] * 5


def test_what_was_paid_since_goes_where_it_is_told(session: Session) -> None:
    kept, merged = StructureFactory(), StructureFactory()
    merge_id = _merge(session, kept.id, merged.id)
    scheme = SchemeFactory()
    later = ApplicationFactory(scheme=scheme, funder_id=kept.id, decided_on=date(2026, 1, 5),
                               status="obtenu", awarded_cents=100)  # fmt: skip
    session.flush()
    items = later_items(session, get_merge(session, merge_id))
    assert [(each.table, each.record_id) for each in items] == [("funding_application", later.id)]
    unmerge_records(session, merge_id=merge_id, given_back={items[0].key})
    session.expire_all()
    assert session.get_one(FundingApplication, later.id).funder_id == merged.id
