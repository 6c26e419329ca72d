"""The fixed words of projects."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from crm.core.errors import N_


class Role(StrEnum):
    """What a structure does in a project; one structure may do several things."""

    LEAD = "chef_de_file"
    PARTNER = "partenaire"
    RELAY = "relais"
    SENDING = "envoi"
    HOSTING = "accueil"
    OPERATOR = "operateur"


ROLE_LABELS = {
    Role.LEAD: N_("Chef de file"),
    Role.PARTNER: N_("Partenaire"),
    Role.RELAY: N_("Relais"),
    Role.SENDING: N_("Envoi"),
    Role.HOSTING: N_("Accueil"),
    Role.OPERATOR: N_("Opérateur"),
}


class ProjectStatus(StrEnum):
    """Where a project is in its life, as its people say."""

    IDEA = "idee"
    SETUP = "montage"
    RUNNING = "en_cours"
    DONE = "termine"
    ABANDONED = "abandonne"


PROJECT_STATUS_LABELS = {
    ProjectStatus.IDEA: N_("Idée"),
    ProjectStatus.SETUP: N_("En montage"),
    ProjectStatus.RUNNING: N_("En cours"),
    ProjectStatus.DONE: N_("Terminé"),
    ProjectStatus.ABANDONED: N_("Abandonné"),
}


class HeadcountKind(StrEnum):
    """Who was counted, without any name."""

    PARTICIPANTS = "participants"
    YOUNG = "jeunes"
    MINORS = "mineurs"
    ADULTS = "adultes"
    VOLUNTEERS = "benevoles"
    BENEFICIARIES = "beneficiaires"
    PUBLIC = "public"


HEADCOUNT_LABELS = {
    HeadcountKind.PARTICIPANTS: N_("Participants"),
    HeadcountKind.YOUNG: N_("Jeunes"),
    HeadcountKind.MINORS: N_("Mineurs"),
    HeadcountKind.ADULTS: N_("Adultes"),
    HeadcountKind.VOLUNTEERS: N_("Bénévoles"),
    HeadcountKind.BENEFICIARIES: N_("Bénéficiaires"),
    HeadcountKind.PUBLIC: N_("Public touché"),
}


@dataclass(frozen=True, slots=True)
class ProjectData:
    """What a form or an import says of a project; ids and codes are checked by the operation.

    `lead` and the values of `participants` are a picker's: an id, `commune:INSEE`, `new:Name`…
    """

    name: str
    lead: str
    status: str = ProjectStatus.RUNNING
    summary: str | None = None
    participants: dict[str, tuple[str, ...]] = field(default_factory=dict)
    is_pooled: bool = False
    is_publishable: bool = False
    theme_ids: tuple[int, ...] = ()
    sdg_ids: tuple[int, ...] = ()
    country_codes: tuple[str, ...] = ()
    places_abroad: tuple[str, ...] = ()
    budget_cents: int | None = None
    listed_on: date | None = None
    start_on: date | None = None
    end_on: date | None = None
    new_family: str | None = None


@dataclass(frozen=True, slots=True)
class HeadcountData:
    """People counted on a day: the number, and the word where it is approximate."""

    counted_on: date
    kind: str
    count: int
    is_approximate: bool = False
    wording: str | None = None
