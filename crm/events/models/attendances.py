"""Who came to an event, and the files that say so while the team reads them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.contacts.models import Contact, Structure
from crm.database import Base, UtcDateTime, key_text
from crm.events.models.events import Event
from crm.events.models.registrations import Registration
from crm.events.types import AttendanceSource, Match

_sources = ", ".join(f"'{source}'" for source in AttendanceSource)
_matches = ", ".join(f"'{match}'" for match in Match)


class Attendance(Base):
    """Someone who came, or who did not, with their structure as it was that day.

    `structure_name`, `family_code` and `departement_code` are written once. `minutes` is how long
    they stayed, where a file says it.
    """

    __tablename__ = "attendance"
    __history__ = "attendance"
    __history_exclude__ = frozenset({"created_at"})
    __table_args__ = (
        UniqueConstraint("event_id", "contact_id"),
        UniqueConstraint("event_id", "registration_id"),
        CheckConstraint(f"source IN ({_sources})", name="source"),
        CheckConstraint(f"match IN ({_matches})", name="match"),
        CheckConstraint("minutes >= 0", name="minutes"),
        Index("ix_attendance_event_id", "event_id", "is_present"),
        Index("ix_attendance_contact_id", "contact_id", "is_present", "event_id"),
        Index("ix_attendance_structure_id", "structure_id", "is_present", "event_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    structure_id: Mapped[int | None] = mapped_column(ForeignKey("structure.id"))
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254))
    structure_name: Mapped[str | None] = mapped_column(String(200))
    family_code: Mapped[str | None] = mapped_column(key_text(20))
    departement_code: Mapped[str | None] = mapped_column(key_text(3))
    minutes: Mapped[int | None]
    is_present: Mapped[bool] = mapped_column(default=True)
    source: Mapped[str] = mapped_column(key_text(10), default=AttendanceSource.LIST)
    match: Mapped[str | None] = mapped_column(key_text(12))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    event: Mapped[Event] = relationship(lazy="raise")
    registration: Mapped[Registration | None] = relationship(lazy="raise")
    contact: Mapped[Contact | None] = relationship(lazy="raise")
    structure: Mapped[Structure | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        about = (
            ("event", self.event_id),
            ("contact", self.contact_id),
            ("structure", self.structure_id),
        )
        return [(entity, record_id) for entity, record_id in about if record_id]


class AttendanceFile(Base):
    """An export of a meeting tool, read but not yet counted until `applied_at`.

    `headings` holds the names of its columns and what each means. `change_set_id` is the save that
    counted it, by which it is undone. The same content comes in once.
    """

    __tablename__ = "attendance_file"
    __table_args__ = (UniqueConstraint("event_id", "content_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    name: Mapped[str] = mapped_column(String(200))
    content_hash: Mapped[str] = mapped_column(key_text(64))
    tool: Mapped[str | None] = mapped_column(key_text(20))
    headings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    change_set_id: Mapped[int | None] = mapped_column(ForeignKey("change_set.id"), index=True)


class AttendanceRow(Base):
    """Someone in a file, all their comings and goings summed; `decision` is the team's."""

    __tablename__ = "attendance_row"
    __table_args__ = (UniqueConstraint("file_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("attendance_file.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254))
    email_key: Mapped[str | None] = mapped_column(key_text(254))
    minutes: Mapped[int | None]
    sittings: Mapped[int] = mapped_column(default=1)
    joined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cells: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    structure_id: Mapped[int | None] = mapped_column(ForeignKey("structure.id"), index=True)
    match: Mapped[str | None] = mapped_column(key_text(12))
    decision: Mapped[str | None] = mapped_column(key_text(12))


class AttendanceHeading(Base):
    """What a column's heading, folded, means: said once, remembered for the next file."""

    __tablename__ = "attendance_heading"

    heading: Mapped[str] = mapped_column(key_text(120), primary_key=True)
    field: Mapped[str] = mapped_column(key_text(20))
    chosen_at: Mapped[datetime] = mapped_column(UtcDateTime)
