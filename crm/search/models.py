"""The words of every record, and the misspellings that lead to them."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from crm.database import Base, key_text


class SearchWord(Base):
    """A folded word of a record: `rank` 0 begins its name, 1 is in it, 2 is around it.

    The primary key is also the order of the answers: by word, then own names first.
    """

    __tablename__ = "search_word"
    __table_args__ = (
        Index("ix_search_word_kind_record_id", "kind", "record_id"),
        {"sqlite_with_rowid": False},
    )

    kind: Mapped[str] = mapped_column(key_text(12), primary_key=True)
    word: Mapped[str] = mapped_column(key_text(40), primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    record_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class SearchVariant(Base):
    """A form of a known word with at most one letter missing (symmetric delete index)."""

    __tablename__ = "search_variant"
    __table_args__ = {"sqlite_with_rowid": False}

    kind: Mapped[str] = mapped_column(key_text(12), primary_key=True)
    variant: Mapped[str] = mapped_column(key_text(40), primary_key=True)
    word: Mapped[str] = mapped_column(key_text(40), primary_key=True)
