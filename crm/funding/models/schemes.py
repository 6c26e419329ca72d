"""Schemes that fund projects, and their editions."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
)
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship

from crm.contacts.models import Structure
from crm.contacts.types import Family
from crm.database import Base, UtcDateTime, key_text

_families = ", ".join(f"'{family}'" for family in Family)

funding_scheme_funder = Table(
    "funding_scheme_funder",
    Base.metadata,
    Column("scheme_id", ForeignKey("funding_scheme.id"), primary_key=True),
    Column("structure_id", ForeignKey("structure.id"), primary_key=True, index=True),
)


class FundingScheme(Base):
    """A way to fund projects, with who pays; one that is over is kept (`is_active` false)."""

    __tablename__ = "funding_scheme"
    __history__ = "funding_scheme"
    __history_exclude__ = frozenset({"sort_name", "created_at"})
    __table_args__ = (Index("ix_funding_scheme_sort_name", "deleted_at", "sort_name", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    sort_name: Mapped[str] = mapped_column(key_text(200))
    summary: Mapped[str | None] = mapped_column(Text)
    link: Mapped[str | None] = mapped_column(String(300))
    is_recurring: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    # A structure that was merged keeps its rows; the one that it went into funds in its place.
    funders: Mapped[list[Structure]] = relationship(
        secondary=funding_scheme_funder,
        secondaryjoin=lambda: and_(
            Structure.id == funding_scheme_funder.c.structure_id,
            Structure.merged_into_id.is_(None),
        ),
        lazy="raise",
        order_by=Structure.sort_name,
        backref=backref("funded_schemes", lazy="raise"),
    )

    __mapper_args__ = {"version_id_col": version}


class CallFamily(Base):
    """A family whose structures may apply to a call."""

    __tablename__ = "funding_call_family"
    __history_identity__ = "family_code"
    __table_args__ = (CheckConstraint(f"family_code IN ({_families})", name="family_code"),)

    call_id: Mapped[int] = mapped_column(ForeignKey("funding_call.id"), primary_key=True)
    family_code: Mapped[str] = mapped_column(key_text(20), primary_key=True)

    def is_same(self, other: "CallFamily") -> bool:
        """Tell whether another row says the same."""
        return self.family_code == other.family_code


class CallDepartement(Base):
    """A département where an applicant to a call must have its seat."""

    __tablename__ = "funding_call_departement"
    __history_identity__ = "departement_code"

    call_id: Mapped[int] = mapped_column(ForeignKey("funding_call.id"), primary_key=True)
    departement_code: Mapped[str] = mapped_column(
        ForeignKey("departement.code"), primary_key=True, index=True
    )

    def is_same(self, other: "CallDepartement") -> bool:
        """Tell whether another row says the same."""
        return self.departement_code == other.departement_code


class FundingCall(Base):
    """One edition of a scheme; no `families` or `departements` means that all are eligible.

    `cap_cents` is the most one application may obtain, `rate_percent` the most of its budget,
    `budget_cents` what the funder shares out in all. Applications keep what they were filed with
    when a call changes afterwards.
    """

    __tablename__ = "funding_call"
    __history__ = "funding_call"
    __history_exclude__ = frozenset({"created_at"})
    __table_args__ = (
        CheckConstraint("opens_on <= closes_on", name="closes_after_opening"),
        CheckConstraint("predeposit_on <= closes_on", name="closes_after_predeposit"),
        CheckConstraint("closes_on <= results_on", name="results_after_closing"),
        CheckConstraint("rate_percent BETWEEN 1 AND 100", name="rate_percent"),
        CheckConstraint("cap_cents > 0", name="cap_cents"),
        CheckConstraint("budget_cents > 0", name="budget_cents"),
        CheckConstraint("minimum_partners > 0", name="minimum_partners"),
        # What an application's call is checked against: docs/adr/0012.
        UniqueConstraint("scheme_id", "id"),
        Index("ix_funding_call_closes_on", "deleted_at", "closes_on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("funding_scheme.id"))
    name: Mapped[str] = mapped_column(String(200))
    year: Mapped[int]
    opens_on: Mapped[date | None]
    predeposit_on: Mapped[date | None]
    closes_on: Mapped[date | None]
    results_on: Mapped[date | None]
    minimum_partners: Mapped[int | None]
    cap_cents: Mapped[int | None] = mapped_column(BigInteger)
    rate_percent: Mapped[int | None]
    budget_cents: Mapped[int | None] = mapped_column(BigInteger)
    link: Mapped[str | None] = mapped_column(String(300))
    notes: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    scheme: Mapped[FundingScheme] = relationship(lazy="raise")
    families: Mapped[list[CallFamily]] = relationship(
        lazy="raise", order_by=CallFamily.family_code, cascade="all, delete-orphan"
    )
    departements: Mapped[list[CallDepartement]] = relationship(
        lazy="raise", order_by=CallDepartement.departement_code, cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        return [("funding_scheme", self.scheme_id)]
