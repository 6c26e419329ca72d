"""Who is in a frozen audience, who was left out and why; the links they were sent."""

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from crm.database import Base, key_text


class MailingRecipient(Base):
    """Someone a mailing was frozen for, or left out: written once, as they were that moment.

    `is_in` without a delivery cannot be. `reason` says why in or out. Names, role and place are
    what the message says of its reader; family and département what results are split by.
    """

    __tablename__ = "mailing_recipient"
    __table_args__ = (
        Index("uq_mailing_recipient_contact", "mailing_id", "contact_id", unique=True),
        Index(
            "uq_mailing_recipient_address",
            "mailing_id",
            "address_key",
            unique=True,
            sqlite_where=text("is_in"),
            postgresql_where=text("is_in"),
        ),
        Index("ix_mailing_recipient_mailing_id", "mailing_id", "is_in", "reason"),
        Index("ix_mailing_recipient_contact_id", "contact_id", "mailing_id"),
        Index("ix_mailing_recipient_structure_id", "structure_id", "mailing_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    structure_id: Mapped[int | None] = mapped_column(ForeignKey("structure.id"))
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segment.id"), index=True)
    is_in: Mapped[bool]
    reason: Mapped[str] = mapped_column(key_text(20))
    address: Mapped[str | None] = mapped_column(String(254))
    address_key: Mapped[str | None] = mapped_column(key_text(254))
    first_name: Mapped[str | None] = mapped_column(String(100))
    last_name: Mapped[str | None] = mapped_column(String(100))
    role: Mapped[str | None] = mapped_column(String(120))
    structure_name: Mapped[str | None] = mapped_column(String(200))
    family_code: Mapped[str | None] = mapped_column(key_text(20))
    commune_name: Mapped[str | None] = mapped_column(String(100))
    departement_code: Mapped[str | None] = mapped_column(key_text(3))
    token: Mapped[str | None] = mapped_column(key_text(40), unique=True)
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"), unique=True)


class MailingLink(Base):
    """An address that a mailing leads to; its readers are counted by `number`, from 0."""

    __tablename__ = "mailing_link"
    __table_args__ = (UniqueConstraint("mailing_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"))
    number: Mapped[int]
    url: Mapped[str] = mapped_column(Text)
