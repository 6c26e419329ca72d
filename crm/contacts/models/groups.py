"""Groups of structures around a country or a theme, and who speaks there for each structure."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from crm.contacts.models.people import Contact
from crm.contacts.models.structures import Structure
from crm.database import Base, UtcDateTime, index_of_filled, key_text
from crm.reference.models import ReferenceItem
from crm.territories.models import Country

_alive = text("deleted_at IS NULL")


class Group(Base):
    """A groupe-pays or a commission; before `launched_on` it is being launched.

    `closed_on` is its last day; where `merged_into_id` is set, its members went there the next day.
    """

    __tablename__ = "group"
    __history__ = "group"
    __history_exclude__ = frozenset({"sort_name"})
    __table_args__ = (
        index_of_filled("group", "merged_into_id"),
        CheckConstraint(
            "launched_on IS NULL OR closed_on IS NULL OR launched_on <= closed_on",
            name="closed_after_launched",
        ),
        CheckConstraint(
            "merged_into_id IS NULL OR (closed_on IS NOT NULL AND merged_into_id <> id)",
            name="merged_when_closed",
        ),
        Index(
            "uq_group_sort_name_alive",
            "sort_name",
            unique=True,
            sqlite_where=_alive,
            postgresql_where=_alive,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    sort_name: Mapped[str] = mapped_column(key_text(120))
    kind: Mapped[str] = mapped_column(key_text(20))
    country_code: Mapped[str | None] = mapped_column(ForeignKey("country.code"))
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("reference_item.id"))
    description: Mapped[str | None] = mapped_column(Text)
    launched_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("group.id"))
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    country: Mapped[Country | None] = relationship(lazy="raise")
    theme: Mapped[ReferenceItem | None] = relationship(lazy="raise")
    merged_into: Mapped["Group | None"] = relationship(lazy="raise", remote_side=[id])

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        return [("group", self.merged_into_id)] if self.merged_into_id else []


class Membership(Base):
    """A structure's time in a group, from a day to a day, both inclusive."""

    __tablename__ = "membership"
    __history__ = "membership"
    __table_args__ = (
        CheckConstraint("end_on IS NULL OR start_on <= end_on", name="end_after_start"),
        Index("ix_membership_group_id_start_on", "group_id", "start_on"),
        Index("ix_membership_structure_id", "structure_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("group.id"))
    structure_id: Mapped[int] = mapped_column(ForeignKey("structure.id"))
    start_on: Mapped[date]
    end_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    group: Mapped[Group] = relationship(lazy="raise")
    structure: Mapped[Structure] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        return [("group", self.group_id), ("structure", self.structure_id)]


class GroupRepresentative(Base):
    """A person who speaks for a member structure in a group, between two days, both inclusive."""

    __tablename__ = "group_representative"
    __history__ = "group_representative"
    __table_args__ = (
        CheckConstraint("end_on IS NULL OR start_on <= end_on", name="end_after_start"),
        Index("ix_group_representative_membership_id", "membership_id", "start_on"),
        Index("ix_group_representative_contact_id", "contact_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    start_on: Mapped[date]
    end_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    membership: Mapped[Membership] = relationship(lazy="raise")
    contact: Mapped[Contact] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        subjects = [("contact", self.contact_id)]
        session = object_session(self)
        membership = session.get(Membership, self.membership_id) if session else None
        return subjects + (membership.history_subjects() if membership else [])
