"""The board: a column for each status, its number and euros, what is most urgent first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, case, func, select
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
    """Return the columns of the applications that a list is narrowed to: two reads in all."""
    if narrowing.counted is None:
        raise ValueError("a list that counts its ids was expected")
    columns = {status: BoardColumn(status, label) for status, label in STATUS_LABELS.items()}
    for row in _read(session, _totals(narrowing.counted), narrowing.values):
        column = columns[ApplicationStatus(row.status)]
        column.count = row.number
        column.requested_cents, column.awarded_cents = row.requested_cents, row.awarded_cents
    for row in _read(session, _cards(narrowing.counted, today), narrowing.values):
        columns[ApplicationStatus(row.status)].cards.append(row)
    return list(columns.values())


def _read(session: Session, statement: Select[Any], values: Mapping[str, Any]) -> list[Row[Any]]:
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


def _cards(counted: Select[Any], today: date) -> Select[Any]:
    """Select the first cards of each status: the nearest closing, longest wait, latest decision."""
    status = FundingApplication.status
    closing = (
        select(FundingCall.closes_on)
        .where(FundingCall.id == FundingApplication.call_id)
        .correlate(FundingApplication)
        .scalar_subquery()
    )
    waiting = case(
        (status.in_(PREPARED), func.coalesce(closing, _FAR)),
        (status.in_(PENDING), FundingApplication.filed_on),
    )
    decided = case((status.in_(DECIDED), FundingApplication.decided_on))
    rank = func.row_number().over(
        partition_by=status,
        order_by=(waiting.asc(), decided.desc(), FundingApplication.id.desc()),
    )
    ranked = counted.add_columns(rank.label("place")).subquery()
    return (
        select(
            FundingApplication.id,
            FundingApplication.title,
            FundingApplication.beneficiary_name,
            FundingApplication.departement_code,
            FundingApplication.status,
            FundingApplication.requested_cents,
            FundingApplication.awarded_cents,
            FundingApplication.filed_on,
            FundingApplication.decided_on,
            FundingScheme.name.label("scheme"),
            FundingCall.closes_on,
            User.name.label("person"),
            case((is_late(today), 1), else_=0).label("is_late"),
        )
        .join(ranked, ranked.c.id == FundingApplication.id)
        .join(FundingScheme, FundingScheme.id == FundingApplication.scheme_id)
        .outerjoin(FundingCall, FundingCall.id == FundingApplication.call_id)
        .outerjoin(User, User.id == FundingApplication.person_id)
        .where(ranked.c.place <= SHOWN)
        .order_by(FundingApplication.status, ranked.c.place)
    )
