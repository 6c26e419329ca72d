"""What the directory of town halls says of each commune."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.database import Base, UtcDateTime, key_text


class DirectoryEntry(Base):
    """The generic address, phone and site of a town hall, as the latest directory read has them."""

    __tablename__ = "directory_entry"

    insee_code: Mapped[str] = mapped_column(ForeignKey("commune.insee_code"), primary_key=True)
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(key_text(20))
    website: Mapped[str | None] = mapped_column(String(300))
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
