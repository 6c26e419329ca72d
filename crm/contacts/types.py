"""The fixed words of the contacts package."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Family(StrEnum):
    """The reporting family of a structure: fixed codes, editable labels."""

    ASSOCIATION = "association"
    COLLECTIVITE = "collectivite"
    ENTREPRISE = "entreprise"
    UNIVERSITAIRE = "universitaire"
    SCOLAIRE = "scolaire"
    JEUNESSE = "jeunesse"
    RESEAU = "reseau"
    INSTITUTION = "institution"
    ETRANGER = "etranger"
    AUTRE = "autre"


class GroupKind(StrEnum):
    """What gathers a group: a country or a theme."""

    COUNTRY = "pays"
    COMMISSION = "commission"


class GroupStatus(StrEnum):
    """Where a group is in its life, on a date; derived from its dates, never stored."""

    STARTING = "lancement"
    ACTIVE = "actif"
    CLOSED = "clos"
    MERGED = "fusionne"


@dataclass(frozen=True, slots=True)
class StructureData:
    """What a form or an import says of a structure; ids and codes are checked by the operation."""

    name: str
    family_code: str
    acronym: str | None = None
    subtype_id: int | None = None
    siren: str | None = None
    siret: str | None = None
    rna: str | None = None
    address: str | None = None
    postcode: str | None = None
    commune_code: str | None = None
    email: str | None = None
    phone: str | None = None
    website: str | None = None
    description: str | None = None
    listed_on: date | None = None
    closed_on: date | None = None
    theme_ids: tuple[int, ...] = ()
    country_codes: tuple[str, ...] = ()
    tag_labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ContactData:
    """What a form or an import says of a person."""

    last_name: str
    first_name: str | None = None
    email: str | None = None
    phone: str | None = None
    mobile: str | None = None
    notes: str | None = None
    tag_labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AffiliationData:
    """What a person does in a structure, between two days, both inclusive."""

    role: str
    is_elected: bool = False
    start_on: date | None = None
    end_on: date | None = None
