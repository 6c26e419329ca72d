"""The views of lists that people keep."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.database import Base, UtcDateTime, key_text
from crm.saved_views.rules import LONGEST_NAME, LONGEST_QUERY


class SavedView(Base):
    """The search, filters, sort and columns of a list, as its URL holds them, under a name."""

    __tablename__ = "saved_view"
    __history__ = "saved_view"
    __history_exclude__ = frozenset({"created_at"})
    __table_args__ = (
        UniqueConstraint("user_id", "list_code", "name"),
        Index("ix_saved_view_list_code", "list_code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    list_code: Mapped[str] = mapped_column(key_text(30))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    query: Mapped[str] = mapped_column(String(LONGEST_QUERY))
    is_shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
