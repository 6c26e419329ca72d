"""Reads of schemes."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session, selectinload

from crm.contacts.models import Structure
from crm.core.errors import NotFoundError
from crm.funding.models import FundingApplication, FundingCall, FundingScheme
from crm.funding.models.schemes import funding_scheme_funder
from crm.funding.queries.totals import totals_by

Options = list[tuple[str, str]]


def scheme_rows() -> Select[Any]:
    """Select what a list shows of each scheme that is not in the trash."""
    return select(
        FundingScheme.id,
        FundingScheme.name,
        FundingScheme.link,
        FundingScheme.is_recurring,
        FundingScheme.is_active,
    ).where(FundingScheme.deleted_at.is_(None))


def scheme_for_page(session: Session, scheme_id: int) -> FundingScheme:
    """Return a scheme with its funders; raise NotFoundError for one that is in the trash."""
    scheme = session.scalar(
        select(FundingScheme)
        .where(FundingScheme.id == scheme_id, FundingScheme.deleted_at.is_(None))
        .options(selectinload(FundingScheme.funders))
    )
    if scheme is None:
        raise NotFoundError
    return scheme


def editions_of(session: Session, scheme_id: int) -> Sequence[FundingCall]:
    """Return the calls of a scheme, the latest year first."""
    return session.scalars(
        select(FundingCall)
        .where(FundingCall.scheme_id == scheme_id, FundingCall.deleted_at.is_(None))
        .order_by(
            FundingCall.year.desc(),
            FundingCall.closes_on.desc().nulls_last(),
            FundingCall.id.desc(),
        )
    ).all()


def totals_by_call(session: Session, scheme_id: int) -> dict[int | None, Row[Any]]:
    """Return by call what became of a scheme's applications; None for those of no call."""
    rows = session.execute(
        totals_by(FundingApplication.call_id).where(FundingApplication.scheme_id == scheme_id)
    )
    return {row.key: row for row in rows}


def scheme_options(session: Session, *, kept_id: int | None = None) -> Options:
    """Return the schemes that are not over, by name, for a form; `kept_id` stays among them."""
    rows = session.execute(
        select(FundingScheme.id, FundingScheme.name)
        .where(
            FundingScheme.deleted_at.is_(None),
            FundingScheme.is_active | (FundingScheme.id == (kept_id or 0)),
        )
        .order_by(FundingScheme.sort_name, FundingScheme.id)
    )
    return [(str(scheme_id), name) for scheme_id, name in rows.tuples()]


def all_scheme_options(session: Session) -> Options:
    """Return every scheme that is not in the trash, by name, for a filter."""
    rows = session.execute(
        select(FundingScheme.id, FundingScheme.name)
        .where(FundingScheme.deleted_at.is_(None))
        .order_by(FundingScheme.sort_name, FundingScheme.id)
    )
    return [(str(scheme_id), name) for scheme_id, name in rows.tuples()]


def funder_options(session: Session) -> Options:
    """Return who funds a scheme, by name, for a filter."""
    rows = session.execute(
        select(Structure.id, Structure.name)
        .where(
            Structure.id.in_(select(funding_scheme_funder.c.structure_id)),
            Structure.merged_into_id.is_(None),
        )
        .order_by(Structure.sort_name, Structure.id)
    )
    return [(str(structure_id), name) for structure_id, name in rows.tuples()]


def scheme_and_call_options(session: Session) -> Options:
    """Return each scheme, as `12`, and below it its calls, the latest first, as `12/34`."""
    calls: dict[int, Options] = {}
    rows = session.execute(
        select(FundingCall.scheme_id, FundingCall.id, FundingCall.name)
        .where(FundingCall.deleted_at.is_(None))
        .order_by(FundingCall.year.desc(), FundingCall.id.desc())
    )
    for scheme_id, call_id, name in rows.tuples():
        calls.setdefault(scheme_id, []).append((f"{scheme_id}/{call_id}", name))
    return [
        pair
        for scheme_id, scheme in all_scheme_options(session)
        for pair in (
            (scheme_id, scheme),
            *((value, f"{scheme} › {name}") for value, name in calls.get(int(scheme_id), ())),
        )
    ]
