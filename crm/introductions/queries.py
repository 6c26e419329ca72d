"""Reads of introductions: a list, one, those of a record, those whose outcome is awaited."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Integer, Row, ScalarSelect, Select, bindparam, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from crm.accounts.models import User
from crm.contacts.models import Structure
from crm.contacts.queries.identities import ids_of
from crm.core.errors import NotFoundError
from crm.introductions.models import Introduction, IntroductionPerson, IntroductionSide
from crm.introductions.rules import OUTCOME_AFTER
from crm.introductions.types import IntroductionStatus


def names_of_sides() -> ScalarSelect[str]:
    """Return the names of an introduction's structures in a line, those who asked first."""
    names = (
        select(Structure.name.label("name"))
        .join(IntroductionSide, IntroductionSide.structure_id == Structure.id)
        .where(IntroductionSide.introduction_id == Introduction.id)
        .order_by(IntroductionSide.is_asking.desc(), IntroductionSide.id)
        .correlate(Introduction)
        .subquery()
    )
    return select(func.aggregate_strings(names.c.name, " – ")).scalar_subquery()


def introduction_rows() -> Select[Any]:
    """Select what a list shows of each introduction that is not in the trash."""
    return (
        select(
            Introduction.id,
            names_of_sides().label("name"),
            Introduction.introduced_on,
            Introduction.reason,
            Introduction.status,
            Introduction.made_on,
            Introduction.outcome,
            Introduction.outcome_note,
            User.name.label("person"),
        )
        .join(User, User.id == Introduction.officer_id)
        .where(Introduction.deleted_at.is_(None))
    )


_TOLD = (
    introduction_rows()
    .order_by(Introduction.introduced_on.desc(), Introduction.id.desc())
    .limit(bindparam("limit", type_=Integer))
)
INTRODUCTIONS_OF = {
    "structure": _TOLD.where(
        Introduction.id.in_(
            select(IntroductionSide.introduction_id).where(
                IntroductionSide.structure_id.in_(ids_of("structure", bindparam("record_id")))
            )
        )
    ),
    "contact": _TOLD.where(
        Introduction.id.in_(
            select(IntroductionSide.introduction_id)
            .join(IntroductionPerson, IntroductionPerson.side_id == IntroductionSide.id)
            .where(IntroductionPerson.contact_id.in_(ids_of("contact", bindparam("record_id"))))
        )
    ),
}


def introductions_of(
    session: Session, entity: str, record_id: int, limit: int
) -> Sequence[Row[Any]]:
    """Return the latest introductions of a structure or a person; none of another kind."""
    if entity not in INTRODUCTIONS_OF:
        return []
    values = {"record_id": record_id, "limit": limit}
    return session.connection().execute(INTRODUCTIONS_OF[entity], values).all()


def awaited_outcomes(
    session: Session, *, user_id: int, today: date, limit: int = 6
) -> Sequence[Row[Any]]:
    """Return what someone introduced a month ago or more without saying what came of it."""
    return session.execute(
        introduction_rows()
        .where(
            Introduction.officer_id == user_id,
            Introduction.status == IntroductionStatus.MADE,
            Introduction.outcome.is_(None),
            Introduction.made_on <= today - OUTCOME_AFTER,
        )
        .order_by(Introduction.made_on, Introduction.id)
        .limit(limit)
    ).all()


def introduction_asked_of(session: Session, follow_up_id: int) -> int | None:
    """Return the id of the introduction whose outcome a follow-up asks for; None for another."""
    return session.scalar(
        select(Introduction.id)
        .where(Introduction.follow_up_id == follow_up_id, Introduction.deleted_at.is_(None))
        .order_by(Introduction.id)
        .limit(1)
    )


def introduction_for_page(session: Session, introduction_id: int) -> Introduction:
    """Return an introduction with its officer, sides and people; raise NotFoundError."""
    record = session.scalar(
        select(Introduction)
        .where(Introduction.id == introduction_id, Introduction.deleted_at.is_(None))
        .options(
            joinedload(Introduction.officer),
            selectinload(Introduction.sides).options(
                joinedload(IntroductionSide.structure),
                selectinload(IntroductionSide.people).joinedload(IntroductionPerson.contact),
            ),
        )
    )
    if record is None:
        raise NotFoundError
    return record
