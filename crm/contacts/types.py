"""The fixed words of the contacts package."""

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
