"""One table for every list whose entries a network renames, adds and retires."""

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.database import Base, key_text


class ReferenceItem(Base):
    """An entry of a list; it is retired (`is_active` false), never deleted, once used.

    `family_code` narrows sub-types to a family; `is_formal` tells formal from ad hoc support.
    """

    __tablename__ = "reference_item"
    __history__ = "reference_item"
    __table_args__ = (
        UniqueConstraint("list_code", "code"),
        Index("ix_reference_item_list_code_position", "list_code", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    list_code: Mapped[str] = mapped_column(key_text(30))
    code: Mapped[str] = mapped_column(key_text(60))
    label: Mapped[str] = mapped_column(String(120))
    label_en: Mapped[str | None] = mapped_column(String(120))
    family_code: Mapped[str | None] = mapped_column(key_text(20))
    is_formal: Mapped[bool | None]
    position: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
