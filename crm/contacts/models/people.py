"""People, and what ties them to structures over time."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.contacts.models.structures import Structure, Tag
from crm.database import Base, UtcDateTime, index_of_filled, key_text

contact_tag = Table(
    "contact_tag",
    Base.metadata,
    Column("contact_id", ForeignKey("contact.id"), primary_key=True),
    Column("tag_id", ForeignKey("tag.id"), primary_key=True, index=True),
)


class Contact(Base):
    """A person. An e-mail address is no identity: several people may share one.

    Where `merged_into_id` is set, they were found to be that person, and are hidden.
    """

    __tablename__ = "contact"
    __history__ = "contact"
    __history_exclude__ = frozenset({"sort_name", "email_key", "created_at"})
    __table_args__ = (
        Index("ix_contact_sort_name", "deleted_at", "sort_name", "id"),
        index_of_filled("contact", "merged_into_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    first_name: Mapped[str | None] = mapped_column(String(100))
    last_name: Mapped[str] = mapped_column(String(100))
    sort_name: Mapped[str] = mapped_column(key_text(200))
    email: Mapped[str | None] = mapped_column(String(254))
    email_key: Mapped[str | None] = mapped_column(key_text(254), index=True)
    phone: Mapped[str | None] = mapped_column(key_text(20))
    mobile: Mapped[str | None] = mapped_column(key_text(20))
    language: Mapped[str | None] = mapped_column(key_text(2))
    notes: Mapped[str | None] = mapped_column(Text)
    verified_on: Mapped[date | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    tags: Mapped[list[Tag]] = relationship(secondary=contact_tag, lazy="raise", order_by=Tag.key)

    __mapper_args__ = {"version_id_col": version}

    @property
    def full_name(self) -> str:
        """Return the first and last names as one reads them aloud."""
        return " ".join(filter(None, (self.first_name, self.last_name)))


class Seat(Base):
    """A role that a structure should have someone in; it is vacant while nobody current holds it.

    Vacancy is derived from the dates of the affiliations that point at it, never stored.
    """

    __tablename__ = "seat"
    __history__ = "seat"
    __table_args__ = (
        CheckConstraint(
            "opened_on IS NULL OR closed_on IS NULL OR opened_on <= closed_on",
            name="closed_after_opened",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    structure_id: Mapped[int] = mapped_column(ForeignKey("structure.id"), index=True)
    role: Mapped[str] = mapped_column(String(120))
    is_elected: Mapped[bool] = mapped_column(default=False)
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    structure: Mapped[Structure] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the record on whose page this change is told."""
        return [("structure", self.structure_id)]


class Affiliation(Base):
    """What a person does in a structure, from a day to a day; without an end, until further news.

    Dates are inclusive. Whether it is current is derived from them, never stored.
    """

    __tablename__ = "affiliation"
    __history__ = "affiliation"
    __table_args__ = (
        CheckConstraint(
            "start_on IS NULL OR end_on IS NULL OR start_on <= end_on", name="end_after_start"
        ),
        Index("ix_affiliation_structure_id_end_on", "structure_id", "end_on"),
        Index("ix_affiliation_contact_id_end_on", "contact_id", "end_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    structure_id: Mapped[int] = mapped_column(ForeignKey("structure.id"))
    role: Mapped[str] = mapped_column(String(120))
    is_elected: Mapped[bool] = mapped_column(default=False)
    start_on: Mapped[date | None]
    end_on: Mapped[date | None]
    end_reason: Mapped[str | None] = mapped_column(key_text(20))
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("seat.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)

    contact: Mapped[Contact] = relationship(lazy="raise")
    structure: Mapped[Structure] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        return [("contact", self.contact_id), ("structure", self.structure_id)]
