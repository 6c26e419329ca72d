"""The board: a column for each status, its number and euros, what is most urgent first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Row,
    Select,
    bindparam,
    case,
    func,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.funding.models import FundingApplication, FundingCall, FundingScheme
from crm.funding.queries.applications import is_late
from crm.funding.queries.totals import cents_of
from crm.funding.rules import next_status
from crm.funding.types import DECIDED, PENDING, PREPARED, STATUS_LABELS, ApplicationStatus
from crm.web.list_definition import Narrowing

SHOWN = 20
_FAR = date(9999, 1, 1)


@dataclass(slots=True)
class BoardColumn:
    """A status: how many applications stand there, their cents, and the cards shown."""

    status: ApplicationStatus
    label: str
    count: int = 0
    requested_cents: int = 0
    awarded_cents: int = 0
    cards: list[Row[Any]] = field(default_factory=list)

    @property
    def following(self) -> ApplicationStatus | None:
        """Return the status that most often comes next."""
        return next_status(self.status)

    @property
    def has_award(self) -> bool:
        """Tell whether the applications of this status obtained something."""
        return self.awarded_cents > 0


def board_columns(session: Session, narrowing: Narrowing, today: date) -> list[BoardColumn]:
    """Return the columns of the applications that a list is narrowed to: three reads in all."""
    if narrowing.counted is None:
        raise ValueError("a list that counts its ids was expected")
    columns = {status: BoardColumn(status, label) for status, label in STATUS_LABELS.items()}
    for row in _read(session, _totals(narrowing.counted), narrowing.values):
        column = columns[ApplicationStatus(row.status)]
        column.count = row.number
        column.requested_cents, column.awarded_cents = row.requested_cents, row.awarded_cents
    ids = [row.id for row in _read(session, _first_ids(narrowing.counted), narrowing.values)]
    cards = _read(session, _cards(today), {"ids": ids}) if ids else []
    for row in sorted(cards, key=_urgency):
        columns[ApplicationStatus(row.status)].cards.append(row)
    return list(columns.values())


def _read(session: Session, statement: Any, values: Mapping[str, Any]) -> list[Row[Any]]:
    return list(session.connection().execute(statement, values))


def _totals(counted: Select[Any]) -> Select[Any]:
    found = counted.add_columns(
        FundingApplication.status,
        FundingApplication.requested_cents,
        FundingApplication.awarded_cents,
    ).subquery()
    return select(
        found.c.status,
        func.count().label("number"),
        cents_of(found.c.requested_cents).label("requested_cents"),
        cents_of(found.c.awarded_cents).label("awarded_cents"),
    ).group_by(found.c.status)


def _first_ids(counted: Select[Any]) -> CompoundSelect[Any]:
    """Select the ids of the first cards of each status: a short sort each, by its index."""
    columns = (
        counted.where(FundingApplication.status == status)
        .order_by(*_order(status), FundingApplication.id.desc())
        .limit(SHOWN)
        .subquery()
        for status in ApplicationStatus
    )
    return union_all(*(select(column.c.id) for column in columns))


def _order(status: ApplicationStatus) -> tuple[ColumnElement[Any], ...]:
    """Return what comes first: the nearest closing, the longest wait, the latest decision."""
    if status in PREPARED:
        closing = (
            select(FundingCall.closes_on)
            .where(FundingCall.id == FundingApplication.call_id)
            .correlate(FundingApplication)
            .scalar_subquery()
        )
        return (func.coalesce(closing, _FAR),)
    if status in PENDING:
        return (FundingApplication.filed_on.asc(),)
    return (FundingApplication.decided_on.desc(),) if status in DECIDED else ()


def _urgency(row: Row[Any]) -> tuple[int, int]:
    """Return what the cards of a status are sorted by: the order of `_order`, read again."""
    if row.status in PREPARED:
        return (row.closes_on or _FAR).toordinal(), -row.id
    if row.status in PENDING:
        return row.filed_on.toordinal(), -row.id
    return -(row.decided_on or _FAR).toordinal(), -row.id


def _cards(today: date) -> Select[Any]:
    return (
        select(
            FundingApplication.id,
            FundingApplication.title,
            FundingApplication.beneficiary_name,
            FundingApplication.departement_code,
            FundingApplication.status,
            FundingApplication.version,
            FundingApplication.requested_cents,
            FundingApplication.awarded_cents,
            FundingApplication.filed_on,
            FundingApplication.decided_on,
            FundingScheme.name.label("scheme"),
            FundingCall.closes_on,
            User.name.label("person"),
            case((is_late(today), 1), else_=0).label("is_late"),
        )
        .join(FundingScheme, FundingScheme.id == FundingApplication.scheme_id)
        .outerjoin(FundingCall, FundingCall.id == FundingApplication.call_id)
        .outerjoin(User, User.id == FundingApplication.person_id)
        .where(FundingApplication.id.in_(bindparam("ids", expanding=True)))
    )
