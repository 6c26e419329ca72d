"""Structures: the organisations of the network."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.contacts.types import Family
from crm.database import Base, UtcDateTime, index_of_filled, key_text
from crm.reference.models import ReferenceItem
from crm.territories.models import Commune, Country, Departement, Epci

structure_theme = Table(
    "structure_theme",
    Base.metadata,
    Column("structure_id", ForeignKey("structure.id"), primary_key=True),
    Column("theme_id", ForeignKey("reference_item.id"), primary_key=True, index=True),
)
structure_expertise = Table(
    "structure_expertise",
    Base.metadata,
    Column("structure_id", ForeignKey("structure.id"), primary_key=True),
    Column("expertise_id", ForeignKey("reference_item.id"), primary_key=True, index=True),
)
structure_country = Table(
    "structure_country",
    Base.metadata,
    Column("structure_id", ForeignKey("structure.id"), primary_key=True),
    Column("country_code", ForeignKey("country.code"), primary_key=True, index=True),
)
structure_tag = Table(
    "structure_tag",
    Base.metadata,
    Column("structure_id", ForeignKey("structure.id"), primary_key=True),
    Column("tag_id", ForeignKey("tag.id"), primary_key=True, index=True),
)


class Tag(Base):
    """A free word that a team puts on records; `key` is its folded form."""

    __tablename__ = "tag"

    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(key_text(60), unique=True)


def _unique_while_alive(column: str) -> Index:
    """Return a unique index that forgets records in the trash."""
    alive = text("deleted_at IS NULL")
    return Index(
        f"uq_structure_{column}_alive",
        column,
        unique=True,
        sqlite_where=alive,
        postgresql_where=alive,
    )


_families = ", ".join(f"'{family}'" for family in Family)


class Structure(Base):
    """An organisation with exactly one reporting family.

    `insee_code` or `epci_siren` says that it is that commune or EPCI itself; `commune_code` is
    where it has its seat. `listed_on` is the day it entered the directory of actors, `closed_on`
    the day it left, `dormant_on` the day since which nothing is heard of it; whether it is a
    prospect, an actor, dormant or closed on a date is derived from them (`rules.standing_on`).
    Where `merged_into_id` is set, it was found to be that structure: it is hidden, and stays what
    its sessions of then point at.
    """

    __tablename__ = "structure"
    __history__ = "structure"
    __history_exclude__ = frozenset({"sort_name", "created_at"})
    __table_args__ = (
        CheckConstraint(f"family_code IN ({_families})", name="family_code"),
        CheckConstraint("closed_on IS NULL OR listed_on <= closed_on", name="closed_after_listed"),
        Index("ix_structure_sort_name", "deleted_at", "sort_name", "id"),
        Index("ix_structure_departement", "departement_code", "deleted_at", "sort_name", "id"),
        Index("ix_structure_family", "family_code", "deleted_at", "sort_name", "id"),
        index_of_filled("structure", "parent_id"),
        index_of_filled("structure", "merged_into_id"),
        *(_unique_while_alive(name) for name in ("siret", "rna", "insee_code", "epci_siren")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    acronym: Mapped[str | None] = mapped_column(String(40))
    sort_name: Mapped[str] = mapped_column(key_text(200))
    family_code: Mapped[str] = mapped_column(key_text(20))
    subtype_id: Mapped[int | None] = mapped_column(ForeignKey("reference_item.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("structure.id"))
    siren: Mapped[str | None] = mapped_column(key_text(9), index=True)
    siret: Mapped[str | None] = mapped_column(key_text(14))
    rna: Mapped[str | None] = mapped_column(key_text(10))
    insee_code: Mapped[str | None] = mapped_column(ForeignKey("commune.insee_code"))
    epci_siren: Mapped[str | None] = mapped_column(ForeignKey("epci.siren"))
    address: Mapped[str | None] = mapped_column(String(300))
    postcode: Mapped[str | None] = mapped_column(key_text(10))
    commune_code: Mapped[str | None] = mapped_column(ForeignKey("commune.insee_code"), index=True)
    departement_code: Mapped[str | None] = mapped_column(ForeignKey("departement.code"))
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(key_text(20))
    website: Mapped[str | None] = mapped_column(String(300))
    description: Mapped[str | None] = mapped_column(Text)
    listed_on: Mapped[date | None] = mapped_column(index=True)
    dormant_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    verified_on: Mapped[date | None]
    referent_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("structure.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    subtype: Mapped[ReferenceItem | None] = relationship(lazy="raise", foreign_keys=[subtype_id])
    parent: Mapped["Structure | None"] = relationship(
        lazy="raise", remote_side=[id], foreign_keys=[parent_id]
    )
    commune: Mapped[Commune | None] = relationship(lazy="raise", foreign_keys=[commune_code])
    departement: Mapped[Departement | None] = relationship(lazy="raise")
    epci: Mapped[Epci | None] = relationship(lazy="raise", foreign_keys=[epci_siren])
    referent: Mapped[User | None] = relationship(lazy="raise")
    themes: Mapped[list[ReferenceItem]] = relationship(
        secondary=structure_theme, lazy="raise", order_by=ReferenceItem.position
    )
    expertises: Mapped[list[ReferenceItem]] = relationship(
        secondary=structure_expertise, lazy="raise", order_by=ReferenceItem.position
    )
    countries: Mapped[list[Country]] = relationship(
        secondary=structure_country, lazy="raise", order_by=Country.sort_name
    )
    tags: Mapped[list[Tag]] = relationship(secondary=structure_tag, lazy="raise", order_by=Tag.key)

    __mapper_args__ = {"version_id_col": version}
