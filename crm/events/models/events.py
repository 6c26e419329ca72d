"""Events: webinars, meetings of groups, forums…, their past dates and their questions."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.contacts.models import Group, Structure
from crm.database import Base, UtcDateTime, key_text
from crm.events.types import EventStatus, QuestionKind
from crm.funding.models import FundingCall
from crm.reference.models import ReferenceItem
from crm.territories.models import Country

event_theme = Table(
    "event_theme",
    Base.metadata,
    Column("event_id", ForeignKey("event.id"), primary_key=True),
    Column("theme_id", ForeignKey("reference_item.id"), primary_key=True, index=True),
)
event_axis = Table(
    "event_axis",
    Base.metadata,
    Column("event_id", ForeignKey("event.id"), primary_key=True),
    Column("axis_id", ForeignKey("reference_item.id"), primary_key=True, index=True),
)
event_country = Table(
    "event_country",
    Base.metadata,
    Column("event_id", ForeignKey("event.id"), primary_key=True),
    Column("country_code", ForeignKey("country.code"), primary_key=True, index=True),
)

_statuses = ", ".join(f"'{status}'" for status in EventStatus)
_kinds = ", ".join(f"'{kind}'" for kind in QuestionKind)


class Event(Base):
    """A moment that people come to; without `starts_at`, its date is to be fixed.

    `held_on` is the day in Paris on which it starts: the year it counts in. `link` is shown only to
    those with a seat and to the team. `headcount` is how many came, without their names.
    `presence_percent` is the share of its length that makes someone present, where it is not the
    network's. `sequence` grows when its date, its place, its title or its cancellation changes:
    what people were sent before is then out of date.
    """

    __tablename__ = "event"
    __history__ = "event"
    __history_exclude__ = frozenset({"sort_title", "held_on", "sequence", "created_at"})
    __table_args__ = (
        CheckConstraint(f"status IN ({_statuses})", name="status"),
        CheckConstraint("starts_at <= ends_at", name="ends_after_start"),
        CheckConstraint("capacity > 0", name="capacity"),
        CheckConstraint("headcount >= 0", name="headcount"),
        CheckConstraint("presence_percent BETWEEN 1 AND 100", name="presence_percent"),
        CheckConstraint(
            "registration_opens_at <= registration_closes_at", name="registration_closes_after"
        ),
        Index("ix_event_starts_at", "deleted_at", "starts_at", "id"),
        Index("ix_event_sort_title", "deleted_at", "sort_title", "id"),
        Index("ix_event_held_on", "deleted_at", "held_on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    sort_title: Mapped[str] = mapped_column(key_text(200))
    kind_id: Mapped[int] = mapped_column(ForeignKey("reference_item.id"), index=True)
    role_id: Mapped[int | None] = mapped_column(ForeignKey("reference_item.id"), index=True)
    status: Mapped[str] = mapped_column(key_text(20), default=EventStatus.PREPARED)
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_all_day: Mapped[bool] = mapped_column(default=False)
    held_on: Mapped[date | None]
    place: Mapped[str | None] = mapped_column(String(200))
    link: Mapped[str | None] = mapped_column(String(300))
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("structure.id"), index=True)
    organiser: Mapped[str | None] = mapped_column(String(200))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("group.id"), index=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("funding_call.id"), index=True)
    capacity: Mapped[int | None]
    headcount: Mapped[int | None]
    headcount_is_about: Mapped[bool] = mapped_column(default=False)
    headcount_wording: Mapped[str | None] = mapped_column(String(80))
    presence_percent: Mapped[int | None]
    takes_registrations: Mapped[bool] = mapped_column(default=False)
    registration_opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    registration_closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_public: Mapped[bool] = mapped_column(default=False)
    description: Mapped[str | None] = mapped_column(Text)
    replay_link: Mapped[str | None] = mapped_column(String(300))
    sequence: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    kind: Mapped[ReferenceItem] = relationship(lazy="raise", foreign_keys=[kind_id])
    role: Mapped[ReferenceItem | None] = relationship(lazy="raise", foreign_keys=[role_id])
    organising_structure: Mapped[Structure | None] = relationship(lazy="raise")
    group: Mapped[Group | None] = relationship(lazy="raise")
    call: Mapped[FundingCall | None] = relationship(lazy="raise")
    themes: Mapped[list[ReferenceItem]] = relationship(
        secondary=event_theme, lazy="raise", order_by=ReferenceItem.position
    )
    axes: Mapped[list[ReferenceItem]] = relationship(
        secondary=event_axis, lazy="raise", order_by=ReferenceItem.position
    )
    countries: Mapped[list[Country]] = relationship(
        secondary=event_country, lazy="raise", order_by=Country.sort_name
    )

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        about = (
            ("structure", self.organiser_id),
            ("group", self.group_id),
            ("funding_call", self.call_id),
        )
        return [(entity, record_id) for entity, record_id in about if record_id]


class EventMove(Base):
    """A date that an event had, and the one it got in its place (none: to be fixed).

    `sequence` is that of the event since: people told up to an earlier one know the old date.
    """

    __tablename__ = "event_move"
    __history__ = "event_move"
    __table_args__ = (Index("ix_event_move_event_id", "event_id", "moved_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    sequence: Mapped[int]
    old_starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    old_ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    new_starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    new_ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    was_all_day: Mapped[bool] = mapped_column(default=False)
    is_all_day: Mapped[bool] = mapped_column(default=False)
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    moved_by: Mapped[str] = mapped_column(String(120))

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the record on whose page this change is told."""
        return [("event", self.event_id)]


class EventQuestion(Base):
    """A question of the registration page; one that is retired keeps the answers it got."""

    __tablename__ = "event_question"
    __history__ = "event_question"
    __table_args__ = (
        CheckConstraint(f"kind IN ({_kinds})", name="kind"),
        Index("ix_event_question_event_id", "event_id", "position", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    position: Mapped[int]
    label: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(key_text(10), default=QuestionKind.TEXT)
    options: Mapped[list[str]] = mapped_column(JSON, default=list)
    is_required: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the record on whose page this change is told."""
        return [("event", self.event_id)]
