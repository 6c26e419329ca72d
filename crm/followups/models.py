"""Accompaniment sessions, who was there, and what is to be done next."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.contacts.models import Contact, Structure
from crm.database import Base, UtcDateTime, key_text
from crm.followups.types import Priority, Recurrence, SessionStatus
from crm.funding.models import FundingApplication, FundingCall
from crm.funding.types import SupportLevel
from crm.projects.models import Project
from crm.reference.models import ReferenceItem
from crm.territories.models import Country

session_contact = Table(
    "session_contact",
    Base.metadata,
    Column("session_id", ForeignKey("accompaniment_session.id"), primary_key=True),
    Column("contact_id", ForeignKey("contact.id"), primary_key=True, index=True),
)
session_officer = Table(
    "session_officer",
    Base.metadata,
    Column("session_id", ForeignKey("accompaniment_session.id"), primary_key=True),
    Column("user_id", ForeignKey("user.id"), primary_key=True, index=True),
)
session_theme = Table(
    "session_theme",
    Base.metadata,
    Column("session_id", ForeignKey("accompaniment_session.id"), primary_key=True),
    Column("theme_id", ForeignKey("reference_item.id"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)
session_country = Table(
    "session_country",
    Base.metadata,
    Column("session_id", ForeignKey("accompaniment_session.id"), primary_key=True),
    Column("country_code", ForeignKey("country.code"), primary_key=True, index=True),
)
session_project = Table(
    "session_project",
    Base.metadata,
    Column("session_id", ForeignKey("accompaniment_session.id"), primary_key=True),
    Column("project_id", ForeignKey("project.id"), primary_key=True, index=True),
)
session_axis = Table(
    "session_axis",
    Base.metadata,
    Column("session_id", ForeignKey("accompaniment_session.id"), primary_key=True),
    Column("axis_id", ForeignKey("reference_item.id"), primary_key=True, index=True),
)

session_private_note_reader = Table(
    "session_private_note_reader",
    Base.metadata,
    Column("note_id", ForeignKey("session_private_note.id"), primary_key=True),
    Column("user_id", ForeignKey("user.id"), primary_key=True, index=True),
)

_statuses = ", ".join(f"'{status}'" for status in SessionStatus)
_priorities = ", ".join(f"'{priority}'" for priority in Priority)
_levels = ", ".join(f"'{level}'" for level in SupportLevel)
_recurrences = ", ".join(f"'{recurrence}'" for recurrence in Recurrence)


class AccompanimentSession(Base):
    """Support given to structures on a day; `submission_key` makes a double submit harmless."""

    __tablename__ = "accompaniment_session"
    __history__ = "session"
    __history_exclude__ = frozenset({"submission_key", "created_at"})
    __history_keep__ = {"structures": ("structure_name", "family_code", "departement_code")}
    __table_args__ = (
        CheckConstraint(f"status IN ({_statuses})", name="status"),
        CheckConstraint("duration_minutes > 0", name="duration_minutes"),
        Index("ix_accompaniment_session_held_on", "deleted_at", "held_on", "id"),
        Index("ix_accompaniment_session_counted", "status", "deleted_at", "held_on", "kind_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_key: Mapped[str] = mapped_column(key_text(40), unique=True)
    kind_id: Mapped[int] = mapped_column(ForeignKey("reference_item.id"), index=True)
    status: Mapped[str] = mapped_column(key_text(10), default=SessionStatus.DONE)
    held_on: Mapped[date]
    duration_minutes: Mapped[int | None]
    notes: Mapped[str | None] = mapped_column(Text)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    kind: Mapped[ReferenceItem] = relationship(lazy="raise", foreign_keys=[kind_id])
    structures: Mapped[list["SessionStructure"]] = relationship(
        lazy="raise",
        back_populates="accompaniment_session",
        order_by="SessionStructure.structure_name",
        cascade="all, delete-orphan",
    )
    contacts: Mapped[list[Contact]] = relationship(
        secondary=session_contact, lazy="raise", order_by=Contact.sort_name
    )
    officers: Mapped[list[User]] = relationship(
        secondary=session_officer, lazy="raise", order_by=User.name
    )
    themes: Mapped[list[ReferenceItem]] = relationship(
        secondary=session_theme, lazy="raise", order_by=ReferenceItem.position
    )
    countries: Mapped[list[Country]] = relationship(
        secondary=session_country, lazy="raise", order_by=Country.sort_name
    )
    projects: Mapped[list[Project]] = relationship(
        secondary=session_project, lazy="raise", order_by=Project.sort_name
    )
    axes: Mapped[list[ReferenceItem]] = relationship(
        secondary=session_axis, lazy="raise", order_by=ReferenceItem.position
    )
    applications: Mapped[list["SessionApplication"]] = relationship(
        lazy="raise", order_by="SessionApplication.application_id", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        return [("structure", seat.structure_id) for seat in self.structures]


class SessionStructure(Base):
    """A structure supported in a session, as it was that day: written once, never updated."""

    __tablename__ = "session_structure"
    __table_args__ = (
        Index("ix_session_structure_structure_id", "structure_id", "session_id"),
        {"sqlite_with_rowid": False},
    )

    session_id: Mapped[int] = mapped_column(
        ForeignKey("accompaniment_session.id"), primary_key=True
    )
    structure_id: Mapped[int] = mapped_column(ForeignKey("structure.id"), primary_key=True)
    structure_name: Mapped[str] = mapped_column(String(200))
    family_code: Mapped[str] = mapped_column(key_text(20))
    departement_code: Mapped[str | None] = mapped_column(key_text(3))

    accompaniment_session: Mapped[AccompanimentSession] = relationship(
        lazy="raise", back_populates="structures"
    )
    structure: Mapped[Structure] = relationship(lazy="raise")


class SessionApplication(Base):
    """An application that a session helped, and how much (`level`)."""

    __tablename__ = "session_application"
    __history_identity__ = "told"
    __table_args__ = (CheckConstraint(f"level IN ({_levels})", name="level"),)

    session_id: Mapped[int] = mapped_column(
        ForeignKey("accompaniment_session.id"), primary_key=True
    )
    application_id: Mapped[int] = mapped_column(
        ForeignKey("funding_application.id"), primary_key=True, index=True
    )
    level: Mapped[str] = mapped_column(key_text(12), default=SupportLevel.LIGHT)

    application: Mapped[FundingApplication] = relationship(lazy="raise")

    @property
    def told(self) -> str:
        """What history keeps of the link: which application, and how much it was helped."""
        return f"{self.application_id}:{self.level}"

    @told.setter
    def told(self, told: str) -> None:
        application_id, _, level = told.partition(":")
        self.application_id, self.level = int(application_id), level

    def is_same(self, other: "SessionApplication") -> bool:
        """Tell whether another link is to the same application."""
        return self.application_id == other.application_id


class SessionPrivateNote(Base):
    """What a session holds for a few eyes: those named as readers, and the director.

    A record of its own, so that neither history nor an export of the session can carry it along.
    """

    __tablename__ = "session_private_note"
    __history__ = "session_private_note"
    __history_exclude__ = frozenset({"created_at"})

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("accompaniment_session.id"), unique=True)
    body: Mapped[str | None] = mapped_column(Text)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    readers: Mapped[list[User]] = relationship(
        secondary=session_private_note_reader, lazy="raise", order_by=User.name
    )


class FollowUp(Base):
    """Something someone must do by a day, about a record, often out of a session.

    One that comes back (`recurrence`) makes the next when it is done: `previous_id` says out of
    which, `anchored_on` from which day its days are counted. `outcome` is what came of it. One
    counted back from the closing of its call (`days_before_closing`) moves with that day.
    """

    __tablename__ = "follow_up"
    __history__ = "follow_up"
    __history_exclude__ = frozenset({"created_at", "previous_id"})
    __table_args__ = (
        CheckConstraint(f"priority IN ({_priorities})", name="priority"),
        CheckConstraint(f"recurrence IN ({_recurrences})", name="recurrence"),
        Index("ix_follow_up_assignee_id_done_at_due_on", "assignee_id", "done_at", "due_on"),
        Index("ix_follow_up_due_on", "done_at", "due_on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(String(300))
    due_on: Mapped[date]
    assignee_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    priority: Mapped[str] = mapped_column(key_text(10), default=Priority.NORMAL)
    recurrence: Mapped[str | None] = mapped_column(key_text(12))
    anchored_on: Mapped[date | None]
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("follow_up.id"), unique=True)
    structure_id: Mapped[int | None] = mapped_column(ForeignKey("structure.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    application_id: Mapped[int | None] = mapped_column(
        ForeignKey("funding_application.id"), index=True
    )
    call_id: Mapped[int | None] = mapped_column(ForeignKey("funding_call.id"), index=True)
    days_before_closing: Mapped[int | None]
    session_id: Mapped[int | None] = mapped_column(
        ForeignKey("accompaniment_session.id"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(Text)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    assignee: Mapped[User] = relationship(lazy="raise")
    structure: Mapped[Structure | None] = relationship(lazy="raise")
    contact: Mapped[Contact | None] = relationship(lazy="raise")
    project: Mapped[Project | None] = relationship(lazy="raise")
    application: Mapped[FundingApplication | None] = relationship(lazy="raise")
    call: Mapped[FundingCall | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        about = (
            ("structure", self.structure_id),
            ("contact", self.contact_id),
            ("project", self.project_id),
            ("funding_application", self.application_id),
            ("funding_call", self.call_id),
        )
        return [(entity, record_id) for entity, record_id in about if record_id]


class CalendarFeed(Base):
    """The secret address of a person's calendar; its token is known to them alone."""

    __tablename__ = "calendar_feed"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(key_text(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
