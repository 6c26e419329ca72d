"""The fixed words of the contacts package."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from crm.core.errors import N_


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


class Standing(StrEnum):
    """Where a structure stands with the network on a day; derived from its dates, never stored."""

    PROSPECT = "prospect"
    ACTOR = "acteur"
    DORMANT = "dormante"
    CLOSED = "fermee"


class Language(StrEnum):
    """The language in which a person is written to (ISO 639-1); unknown where nothing is noted."""

    FRENCH = "fr"
    ENGLISH = "en"
    SPANISH = "es"
    PORTUGUESE = "pt"
    ARABIC = "ar"
    POLISH = "pl"
    GERMAN = "de"
    ITALIAN = "it"


class Medium(StrEnum):
    """By what a contact point reaches someone."""

    EMAIL = "courriel"
    PHONE = "telephone"
    LINK = "lien"


class AddressNature(StrEnum):
    """Whose an e-mail address is: it decides what may be sent to it."""

    GENERIC = "generique"
    PERSONAL = "personnelle"
    SHARED = "partagee"


class EndReason(StrEnum):
    """Why someone's role ended."""

    TERM = "fin_de_mandat"
    RESIGNATION = "demission"
    DEPARTURE = "depart"
    RETIREMENT = "retraite"
    DEATH = "deces"
    OTHER = "autre"


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


LANGUAGE_LABELS = {
    Language.FRENCH: N_("Français"),
    Language.ENGLISH: N_("Anglais"),
    Language.SPANISH: N_("Espagnol"),
    Language.PORTUGUESE: N_("Portugais"),
    Language.ARABIC: N_("Arabe"),
    Language.POLISH: N_("Polonais"),
    Language.GERMAN: N_("Allemand"),
    Language.ITALIAN: N_("Italien"),
}


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
    dormant_on: date | None = None
    closed_on: date | None = None
    verified_on: date | None = None
    parent_id: int | None = None
    referent_id: int | None = None
    expertise_ids: tuple[int, ...] = ()
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
    language: str | None = None
    notes: str | None = None
    tag_labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AffiliationData:
    """What a person does in a structure, between two days, both inclusive."""

    role: str
    is_elected: bool = False
    start_on: date | None = None
    end_on: date | None = None
    end_reason: str | None = None
    seat_id: int | None = None


@dataclass(frozen=True, slots=True)
class ContactPointData:
    """A further e-mail, phone or link; `nature` is for e-mails."""

    medium: str
    value: str
    nature: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class AddressData:
    """A further address of a structure."""

    label: str
    address: str | None = None
    postcode: str | None = None
    commune_code: str | None = None


@dataclass(frozen=True, slots=True)
class NetworkMembershipData:
    """A structure's membership of the network in a year; the fee is as typed."""

    year: int
    fee: str | None = None
    is_paid: bool = False
    paid_on: date | None = None
    voting_contact_id: int | None = None


@dataclass(frozen=True, slots=True)
class PartnershipData:
    """A structure's partner abroad; `partner` is a picker's value."""

    partner: str
    about: str | None = None
    start_on: date | None = None
    end_on: date | None = None


@dataclass(frozen=True, slots=True)
class SeatData:
    """A role that a structure should have someone in."""

    role: str
    is_elected: bool = False
    opened_on: date | None = None
    closed_on: date | None = None
