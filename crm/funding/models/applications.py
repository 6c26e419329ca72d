"""Applications to a scheme: who applies, who pays, what was asked and obtained."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.contacts.models import Structure
from crm.contacts.types import Family
from crm.database import Base, UtcDateTime, key_text
from crm.funding.models.schemes import FundingCall, FundingScheme
from crm.funding.types import DECIDED, OBTAINED, PENDING, ApplicationStatus, PartnerRole
from crm.projects.models import Project
from crm.reference.models import ReferenceItem


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


_statuses = _listed(tuple(ApplicationStatus))
_families = _listed(tuple(Family))
_roles = _listed(tuple(PartnerRole))


class FundingApplication(Base):
    """A file that a structure prepares or filed, for one scheme and often one call of it.

    `beneficiary_name`, `family_code`, `departement_code` and `commune_code` are the beneficiary's
    as of the day it was filed, and follow it until then: merging, moving or reclassifying it later
    changes no figure. `person_id` is who follows it in our team. Amounts are cents asked from and
    given by `funder`; what others give is a `CoFunding`. An application is *filed* when it has
    `filed_on` or, where only the award is known, `decided_on`.
    """

    __tablename__ = "funding_application"
    __history__ = "funding_application"
    __history_exclude__ = frozenset({"sort_title", "created_at"})
    __table_args__ = (
        CheckConstraint(f"status IN ({_statuses})", name="status"),
        CheckConstraint(f"family_code IN ({_families})", name="family_code"),
        CheckConstraint("requested_cents >= 0", name="requested_cents"),
        CheckConstraint("awarded_cents >= 0", name="awarded_cents"),
        CheckConstraint("total_cents >= 0", name="total_cents"),
        CheckConstraint("filed_on <= decided_on", name="decided_after_filing"),
        CheckConstraint(
            f"(awarded_cents IS NOT NULL) = (status IN ({_listed(OBTAINED)}))", name="awarded"
        ),
        CheckConstraint(
            f"status NOT IN ({_listed(PENDING)}) OR filed_on IS NOT NULL", name="filed"
        ),
        CheckConstraint(
            f"(decided_on IS NOT NULL) = (status IN ({_listed(DECIDED)}))", name="decided"
        ),
        ForeignKeyConstraint(
            ["scheme_id", "call_id"], ["funding_call.scheme_id", "funding_call.id"]
        ),
        Index("ix_funding_application_title", "deleted_at", "sort_title", "id"),
        Index("ix_funding_application_status", "status", "deleted_at", "id"),
        Index("ix_funding_application_scheme", "scheme_id", "call_id", "deleted_at"),
        Index("ix_funding_application_filed_on", "deleted_at", "filed_on", "id"),
        Index("ix_funding_application_decided_on", "deleted_at", "decided_on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("funding_scheme.id"))
    call_id: Mapped[int | None] = mapped_column(index=True)
    title: Mapped[str] = mapped_column(String(200))
    sort_title: Mapped[str] = mapped_column(key_text(200))
    reference: Mapped[str | None] = mapped_column(key_text(60), index=True)
    beneficiary_id: Mapped[int] = mapped_column(ForeignKey("structure.id"), index=True)
    beneficiary_name: Mapped[str] = mapped_column(String(200))
    family_code: Mapped[str] = mapped_column(key_text(20))
    departement_code: Mapped[str | None] = mapped_column(key_text(3))
    commune_code: Mapped[str | None] = mapped_column(key_text(5), index=True)
    funder_id: Mapped[int | None] = mapped_column(ForeignKey("structure.id"), index=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    status: Mapped[str] = mapped_column(key_text(12), default=ApplicationStatus.IDENTIFIED)
    total_cents: Mapped[int | None] = mapped_column(BigInteger)
    requested_cents: Mapped[int | None] = mapped_column(BigInteger)
    awarded_cents: Mapped[int | None] = mapped_column(BigInteger)
    award_reason: Mapped[str | None] = mapped_column(String(300))
    filed_on: Mapped[date | None]
    decided_on: Mapped[date | None]
    refusal_reason_id: Mapped[int | None] = mapped_column(
        ForeignKey("reference_item.id"), index=True
    )
    refusal_note: Mapped[str | None] = mapped_column(String(500))
    notes: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    scheme: Mapped[FundingScheme] = relationship(lazy="raise")
    call: Mapped[FundingCall | None] = relationship(
        lazy="raise",
        primaryjoin=lambda: FundingApplication.call_id == FundingCall.id,
        foreign_keys=[call_id],
    )
    beneficiary: Mapped[Structure] = relationship(lazy="raise", foreign_keys=[beneficiary_id])
    funder: Mapped[Structure | None] = relationship(lazy="raise", foreign_keys=[funder_id])
    project: Mapped[Project | None] = relationship(lazy="raise")
    person: Mapped[User | None] = relationship(lazy="raise")
    refusal_reason: Mapped[ReferenceItem | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        about = (("structure", self.beneficiary_id), ("project", self.project_id))
        return [(entity, record_id) for entity, record_id in about if record_id]


class ApplicationPartner(Base):
    """A role of a structure in an application, besides filing it; one row a role."""

    __tablename__ = "application_partner"
    __history__ = "application_partner"
    __table_args__ = (
        UniqueConstraint("application_id", "structure_id", "role"),
        CheckConstraint(f"role IN ({_roles})", name="role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("funding_application.id"))
    structure_id: Mapped[int] = mapped_column(ForeignKey("structure.id"), index=True)
    role: Mapped[str] = mapped_column(key_text(20), default=PartnerRole.PARTNER)

    structure: Mapped[Structure] = relationship(lazy="raise")

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        return [("funding_application", self.application_id), ("structure", self.structure_id)]


class ApplicationStep(Base):
    """A step of an application: the status reached, the day, who said so (None for a command)."""

    __tablename__ = "application_step"
    __history__ = "application_step"
    __table_args__ = (
        CheckConstraint(f"status IN ({_statuses})", name="status"),
        Index("ix_application_step_of", "application_id", "changed_on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("funding_application.id"))
    status: Mapped[str] = mapped_column(key_text(12))
    changed_on: Mapped[date]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)

    author: Mapped[User | None] = relationship(lazy="raise")
