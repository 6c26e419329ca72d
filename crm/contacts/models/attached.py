"""What hangs on a structure or a person: addresses, numbers, fees, partners abroad, seats."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.contacts.models.people import Contact
from crm.contacts.models.structures import Structure
from crm.database import Base, key_text
from crm.territories.models import Commune


class ContactPoint(Base):
    """A further e-mail, phone or link of a structure or of a person.

    `value_key` is the form under which it is compared; `nature` says whose an address is (generic,
    personal, shared by several structures), or which social network a link leads to.
    """

    __tablename__ = "contact_point"
    __history__ = "contact_point"
    __history_exclude__ = frozenset({"value_key"})
    __table_args__ = (
        CheckConstraint("(structure_id IS NULL) <> (contact_id IS NULL)", name="one_owner"),
        Index("ix_contact_point_structure_id", "structure_id"),
        Index("ix_contact_point_contact_id", "contact_id"),
        Index("ix_contact_point_value_key", "value_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    structure_id: Mapped[int | None] = mapped_column(ForeignKey("structure.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    medium: Mapped[str] = mapped_column(key_text(10))
    nature: Mapped[str | None] = mapped_column(key_text(20))
    value: Mapped[str] = mapped_column(String(300))
    value_key: Mapped[str] = mapped_column(key_text(300))
    label: Mapped[str | None] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the record on whose page this change is told."""
        if self.structure_id is not None:
            return [("structure", self.structure_id)]
        return [("contact", self.contact_id)] if self.contact_id is not None else []


class StructureAddress(Base):
    """A further address of a structure: a branch, where its post goes."""

    __tablename__ = "structure_address"
    __history__ = "structure_address"

    id: Mapped[int] = mapped_column(primary_key=True)
    structure_id: Mapped[int] = mapped_column(ForeignKey("structure.id"), index=True)
    label: Mapped[str] = mapped_column(String(80))
    address: Mapped[str | None] = mapped_column(String(300))
    postcode: Mapped[str | None] = mapped_column(key_text(10))
    commune_code: Mapped[str | None] = mapped_column(ForeignKey("commune.insee_code"))
    version: Mapped[int] = mapped_column(default=1)

    commune: Mapped[Commune | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the record on whose page this change is told."""
        return [("structure", self.structure_id)]


class NetworkMembership(Base):
    """A structure's membership of the network in a year: its fee, and who votes for it."""

    __tablename__ = "network_membership"
    __history__ = "network_membership"
    __table_args__ = (
        UniqueConstraint("structure_id", "year"),
        CheckConstraint("fee_cents >= 0", name="fee_cents"),
        Index("ix_network_membership_year", "year", "structure_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    structure_id: Mapped[int] = mapped_column(ForeignKey("structure.id"))
    year: Mapped[int]
    fee_cents: Mapped[int | None]
    is_paid: Mapped[bool] = mapped_column(default=False)
    paid_on: Mapped[date | None]
    voting_contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)

    voting_contact: Mapped[Contact | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the record on whose page this change is told."""
        return [("structure", self.structure_id)]


class Partnership(Base):
    """A structure's partner abroad, from a day to a day, both inclusive and optional."""

    __tablename__ = "partnership"
    __history__ = "partnership"
    __table_args__ = (
        CheckConstraint("structure_id <> partner_id", name="not_itself"),
        CheckConstraint(
            "start_on IS NULL OR end_on IS NULL OR start_on <= end_on", name="end_after_start"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    structure_id: Mapped[int] = mapped_column(ForeignKey("structure.id"), index=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("structure.id"), index=True)
    about: Mapped[str | None] = mapped_column(String(200))
    start_on: Mapped[date | None]
    end_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    structure: Mapped[Structure] = relationship(lazy="raise", foreign_keys=[structure_id])
    partner: Mapped[Structure] = relationship(lazy="raise", foreign_keys=[partner_id])

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        return [("structure", self.structure_id), ("structure", self.partner_id)]
