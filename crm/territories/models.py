"""Reference geography, loaded from the official division of the territory."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.database import Base, UtcDateTime, key_text

_alive = text("deleted_at IS NULL")


class Country(Base):
    """A country or territory, by its ISO 3166-1 alpha-2 code."""

    __tablename__ = "country"

    code: Mapped[str] = mapped_column(key_text(2), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100))
    sort_name: Mapped[str] = mapped_column(key_text(100), index=True)


class Region(Base):
    """A French région, by its INSEE code."""

    __tablename__ = "region"

    code: Mapped[str] = mapped_column(key_text(3), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))


class Departement(Base):
    """A French département; `is_covered` says that the network works there."""

    __tablename__ = "departement"

    code: Mapped[str] = mapped_column(key_text(3), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))
    is_covered: Mapped[bool] = mapped_column(default=False)


class Arrondissement(Base):
    """An arrondissement of a covered département."""

    __tablename__ = "arrondissement"

    code: Mapped[str] = mapped_column(key_text(4), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    departement_code: Mapped[str] = mapped_column(ForeignKey("departement.code"), index=True)


class Epci(Base):
    """An intercommunal body with its own taxes, by its SIREN; some straddle départements."""

    __tablename__ = "epci"

    siren: Mapped[str] = mapped_column(key_text(9), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(10))
    population: Mapped[int | None]
    departement_code: Mapped[str] = mapped_column(ForeignKey("departement.code"))
    sort_name: Mapped[str] = mapped_column(key_text(200), index=True)


class Commune(Base):
    """A present commune of a covered département, by its INSEE code.

    `population` is the municipal population; None when the source has none.
    """

    __tablename__ = "commune"
    __history_identity__ = "insee_code"
    __table_args__ = (Index("ix_commune_sort_name", "sort_name", "insee_code"),)

    insee_code: Mapped[str] = mapped_column(key_text(5), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    sort_name: Mapped[str] = mapped_column(key_text(100))
    departement_code: Mapped[str] = mapped_column(ForeignKey("departement.code"), index=True)
    arrondissement_code: Mapped[str | None] = mapped_column(
        ForeignKey("arrondissement.code"), index=True
    )
    epci_siren: Mapped[str | None] = mapped_column(ForeignKey("epci.siren"), index=True)
    siren: Mapped[str | None] = mapped_column(key_text(9))
    population: Mapped[int | None]
    is_homonym: Mapped[bool] = mapped_column(default=False)


class CommunePostcode(Base):
    """One of a commune's postcodes; one postcode serves up to forty communes."""

    __tablename__ = "commune_postcode"

    insee_code: Mapped[str] = mapped_column(ForeignKey("commune.insee_code"), primary_key=True)
    postcode: Mapped[str] = mapped_column(key_text(5), primary_key=True, index=True)


class FormerCommune(Base):
    """A code that a commune had, or a delegated or associated commune, and where it is now."""

    __tablename__ = "former_commune"

    insee_code: Mapped[str] = mapped_column(key_text(5), primary_key=True)
    name: Mapped[str | None] = mapped_column(String(100))
    current_insee_code: Mapped[str] = mapped_column(ForeignKey("commune.insee_code"), index=True)


territory_commune = Table(
    "territory_commune",
    Base.metadata,
    Column("territory_id", ForeignKey("territory.id"), primary_key=True),
    Column("insee_code", ForeignKey("commune.insee_code"), primary_key=True, index=True),
)


class Territory(Base):
    """A list of communes that a network gives a name to, such as « Bassin minier »."""

    __tablename__ = "territory"
    __history__ = "territory"
    __history_exclude__ = frozenset({"sort_name", "created_at"})
    __table_args__ = (
        Index(
            "uq_territory_sort_name_alive",
            "sort_name",
            unique=True,
            sqlite_where=_alive,
            postgresql_where=_alive,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    sort_name: Mapped[str] = mapped_column(key_text(120))
    description: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    communes: Mapped[list[Commune]] = relationship(
        secondary=territory_commune,
        lazy="raise",
        order_by=(Commune.sort_name, Commune.insee_code),
    )

    __mapper_args__ = {"version_id_col": version}
