"""The fixed words of funding, and what forms say of schemes, calls and applications."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from crm.core.errors import N_


class ApplicationStatus(StrEnum):
    """Where an application stands, from the first idea of it to the last payment."""

    IDENTIFIED = "identifie"
    DRAFTING = "montage"
    FILED = "depose"
    UNDER_REVIEW = "instruction"
    AWARDED = "obtenu"
    PARTLY_AWARDED = "partiel"
    REFUSED = "refuse"
    INELIGIBLE = "ineligible"
    ABANDONED = "abandonne"
    SETTLED = "solde"


PREPARED = (ApplicationStatus.IDENTIFIED, ApplicationStatus.DRAFTING)
PENDING = (ApplicationStatus.FILED, ApplicationStatus.UNDER_REVIEW)
OBTAINED = (
    ApplicationStatus.AWARDED,
    ApplicationStatus.PARTLY_AWARDED,
    ApplicationStatus.SETTLED,
)
LOST = (ApplicationStatus.REFUSED, ApplicationStatus.INELIGIBLE)
DECIDED = (*OBTAINED, *LOST)

STATUS_LABELS = {
    ApplicationStatus.IDENTIFIED: N_("Identifié"),
    ApplicationStatus.DRAFTING: N_("En montage"),
    ApplicationStatus.FILED: N_("Déposé"),
    ApplicationStatus.UNDER_REVIEW: N_("En instruction"),
    ApplicationStatus.AWARDED: N_("Obtenu"),
    ApplicationStatus.PARTLY_AWARDED: N_("Obtenu partiellement"),
    ApplicationStatus.REFUSED: N_("Refusé"),
    ApplicationStatus.INELIGIBLE: N_("Inéligible"),
    ApplicationStatus.ABANDONED: N_("Abandonné"),
    ApplicationStatus.SETTLED: N_("Soldé"),
}


class PartnerRole(StrEnum):
    """What a structure does in an application besides filing it."""

    CO_APPLICANT = "codemandeur"
    PARTNER = "partenaire"
    FOREIGN_PARTNER = "partenaire_etranger"
    SPONSOR = "parrain"
    OPERATOR = "operateur"


PARTNER_ROLE_LABELS = {
    PartnerRole.CO_APPLICANT: N_("Codemandeur"),
    PartnerRole.PARTNER: N_("Partenaire"),
    PartnerRole.FOREIGN_PARTNER: N_("Partenaire à l’étranger"),
    PartnerRole.SPONSOR: N_("Parrain"),
    PartnerRole.OPERATOR: N_("Opérateur"),
}


class SupportLevel(StrEnum):
    """How much our support weighed in an application, the heaviest first."""

    INITIATED = "initie"
    SUBSTANTIAL = "substantiel"
    LIGHT = "leger"


SUPPORT_LEVEL_LABELS = {
    SupportLevel.INITIATED: N_("À l’origine du dossier"),
    SupportLevel.SUBSTANTIAL: N_("Appui substantiel"),
    SupportLevel.LIGHT: N_("Appui léger"),
}


class CallPhase(StrEnum):
    """Where a call is on a day, derived from its dates."""

    TO_COME = "a_venir"
    OPEN = "ouvert"
    CLOSED = "clos"
    DECIDED = "resultats"
    UNDATED = "sans_date"


CALL_PHASE_LABELS = {
    CallPhase.TO_COME: N_("À venir"),
    CallPhase.OPEN: N_("Ouvert"),
    CallPhase.CLOSED: N_("Clos"),
    CallPhase.DECIDED: N_("Résultats connus"),
    CallPhase.UNDATED: N_("Sans date"),
}


@dataclass(frozen=True, slots=True)
class SchemeData:
    """What a form says of a scheme; `funders` are values of a picker of structures."""

    name: str
    funders: tuple[str, ...] = ()
    summary: str | None = None
    link: str | None = None
    is_recurring: bool = False
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class CallData:
    """What a form says of a call; no family or département named means that all are eligible.

    `cap_cents` is the most that one application may obtain, `rate_percent` the most of its budget.
    """

    scheme_id: int
    name: str
    year: int
    opens_on: date | None = None
    predeposit_on: date | None = None
    closes_on: date | None = None
    results_on: date | None = None
    family_codes: tuple[str, ...] = ()
    departement_codes: tuple[str, ...] = ()
    minimum_partners: int | None = None
    cap_cents: int | None = None
    rate_percent: int | None = None
    budget_cents: int | None = None
    link: str | None = None
    notes: str | None = None
    confirms_filed: bool = False


@dataclass(frozen=True, slots=True)
class ApplicationData:
    """What a form says of an application; `beneficiary` and `funder` are values of a picker.

    `filed_on` and `decided_on` may be left out where the status does not need them; an award above
    the request needs `award_reason`. `new_family` is that of a structure to be made with it.
    """

    scheme_id: int
    beneficiary: str
    title: str
    status: str = ApplicationStatus.IDENTIFIED
    call_id: int | None = None
    funder: str | None = None
    project_id: int | None = None
    person_id: int | None = None
    reference: str | None = None
    total_cents: int | None = None
    requested_cents: int | None = None
    awarded_cents: int | None = None
    award_reason: str | None = None
    filed_on: date | None = None
    decided_on: date | None = None
    refusal_reason_id: int | None = None
    refusal_note: str | None = None
    notes: str | None = None
    new_family: str | None = None


@dataclass(frozen=True, slots=True)
class StatusData:
    """A step of an application: the status reached, its day, and what goes with it."""

    status: str
    changed_on: date
    awarded_cents: int | None = None
    award_reason: str | None = None
    refusal_reason_id: int | None = None
    refusal_note: str | None = None


@dataclass(frozen=True, slots=True)
class CoFundingData:
    """What another funder was asked for an application, and gave.

    `new_family` is that of a funder to be made with it.
    """

    funder: str
    requested_cents: int | None = None
    awarded_cents: int | None = None
    note: str | None = None
    new_family: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentData:
    """Money that arrived, from the scheme's funder."""

    received_on: date
    amount_cents: int
    note: str | None = None


@dataclass(frozen=True, slots=True)
class DeadlineData:
    """A report owed to the funder by a day; `done_on` when it was sent."""

    what: str
    due_on: date
    done_on: date | None = None
