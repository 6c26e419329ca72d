"""Introductions, the structures and people of each side, and what each person agreed to."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.contacts.models import Contact, Structure
from crm.database import Base, UtcDateTime, key_text
from crm.followups.models import FollowUp
from crm.introductions.types import Answer, IntroductionOutcome, IntroductionStatus, Means

_statuses = ", ".join(f"'{status}'" for status in IntroductionStatus)
_outcomes = ", ".join(f"'{outcome}'" for outcome in IntroductionOutcome)
_answers = ", ".join(f"'{answer}'" for answer in Answer)
_means = ", ".join(f"'{means}'" for means in Means)


class Introduction(Base):
    """Two structures or more put in touch.

    Once made, `session_id` is the support that counts for those who asked, and `follow_up_id` asks
    the officer what came of it.
    """

    __tablename__ = "introduction"
    __history__ = "introduction"
    __history_exclude__ = frozenset({"created_at", "sides"})
    __table_args__ = (
        CheckConstraint(f"status IN ({_statuses})", name="status"),
        CheckConstraint(f"outcome IN ({_outcomes})", name="outcome"),
        CheckConstraint("(status = 'faite') = (made_on IS NOT NULL)", name="made_on"),
        Index("ix_introduction_introduced_on", "deleted_at", "introduced_on", "id"),
        Index("ix_introduction_officer_id", "officer_id", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(String(500))
    introduced_on: Mapped[date]
    officer_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    status: Mapped[str] = mapped_column(key_text(20), default=IntroductionStatus.PROPOSED)
    made_on: Mapped[date | None]
    session_id: Mapped[int | None] = mapped_column(
        ForeignKey("accompaniment_session.id"), index=True
    )
    follow_up_id: Mapped[int | None] = mapped_column(ForeignKey("follow_up.id"), index=True)
    outcome: Mapped[str | None] = mapped_column(key_text(20))
    outcome_on: Mapped[date | None]
    outcome_note: Mapped[str | None] = mapped_column(String(1000))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    officer: Mapped[User] = relationship(lazy="raise")
    follow_up: Mapped[FollowUp | None] = relationship(lazy="raise", viewonly=True)
    sides: Mapped[list["IntroductionSide"]] = relationship(
        lazy="raise",
        viewonly=True,
        order_by="(IntroductionSide.is_asking.desc(), IntroductionSide.id)",
    )

    __mapper_args__ = {"version_id_col": version}


class IntroductionSide(Base):
    """A structure of an introduction; `is_asking` says that it asked for it."""

    __tablename__ = "introduction_side"
    __history__ = "introduction_side"
    __history_exclude__ = frozenset({"people"})
    __table_args__ = (UniqueConstraint("introduction_id", "structure_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    introduction_id: Mapped[int] = mapped_column(ForeignKey("introduction.id"))
    structure_id: Mapped[int] = mapped_column(ForeignKey("structure.id"), index=True)
    is_asking: Mapped[bool] = mapped_column(default=False)

    structure: Mapped[Structure] = relationship(lazy="raise")
    people: Mapped[list["IntroductionPerson"]] = relationship(
        lazy="raise", viewonly=True, order_by="IntroductionPerson.id"
    )

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        return [("introduction", self.introduction_id), ("structure", self.structure_id)]


class IntroductionPerson(Base):
    """A person of a side, and whether their address may be given to the other side."""

    __tablename__ = "introduction_person"
    __history__ = "introduction_person"
    __table_args__ = (
        UniqueConstraint("side_id", "contact_id"),
        CheckConstraint(f"answer IN ({_answers})", name="answer"),
        CheckConstraint(f"means IN ({_means})", name="means"),
        CheckConstraint("(answer IS NULL) = (answered_on IS NULL)", name="answered_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    side_id: Mapped[int] = mapped_column(ForeignKey("introduction_side.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    asked_on: Mapped[date | None]
    answered_on: Mapped[date | None]
    answer: Mapped[str | None] = mapped_column(key_text(3))
    means: Mapped[str | None] = mapped_column(key_text(20))

    contact: Mapped[Contact] = relationship(lazy="raise")

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        return [("contact", self.contact_id)]
