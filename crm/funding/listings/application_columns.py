"""What the list of applications can show, and what it is sorted by."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, case, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from crm.accounts.models import User
from crm.contacts.models import Structure
from crm.core.errors import N_
from crm.funding.models import (
    ApplicationPartner,
    FundingApplication,
    FundingCall,
    FundingScheme,
    Payment,
    ReportingDeadline,
)
from crm.funding.queries.conditions import counted_on, seat_code
from crm.funding.queries.totals import cents_of
from crm.funding.types import STATUS_LABELS, ApplicationStatus
from crm.projects.models import Project
from crm.reference.models import ReferenceItem
from crm.territories.models import Commune, Epci
from crm.web.list_definition import Column, Sort

_EARLIEST, _LATEST = date(1, 1, 1), date(9999, 12, 31)
_STATUSES = {each.value: label for each, label in STATUS_LABELS.items()}
_Funder = aliased(Structure)
_Seat = aliased(Commune)


def _name(name: InstrumentedAttribute[str], condition: Any) -> ScalarSelect[str]:
    return select(name).where(condition).correlate(FundingApplication).scalar_subquery()


_FAMILY = _name(
    ReferenceItem.label,
    and_(
        ReferenceItem.list_code == "family",
        ReferenceItem.code == FundingApplication.family_code,
    ),
)
_FUNDER = _name(_Funder.name, _Funder.id == FundingApplication.funder_id)
_PROJECT = _name(Project.name, Project.id == FundingApplication.project_id)
_REASON = _name(ReferenceItem.label, ReferenceItem.id == FundingApplication.refusal_reason_id)
_PARTNERS = (
    select(func.count(ApplicationPartner.structure_id.distinct()))
    .where(ApplicationPartner.application_id == FundingApplication.id)
    .correlate(FundingApplication)
    .scalar_subquery()
)
_NEXT_DEADLINE = (
    select(func.min(ReportingDeadline.due_on))
    .where(
        ReportingDeadline.application_id == FundingApplication.id,
        ReportingDeadline.done_on.is_(None),
    )
    .correlate(FundingApplication)
    .scalar_subquery()
)
_RECEIVED = (
    select(cents_of(Payment.amount_cents) / literal(100.0))
    .where(Payment.application_id == FundingApplication.id)
    .correlate(FundingApplication)
    .scalar_subquery()
)


def _of_seat(name: InstrumentedAttribute[str]) -> ScalarSelect[str]:
    return (
        select(name)
        .select_from(_Seat)
        .outerjoin(Epci, Epci.siren == _Seat.epci_siren)
        .where(_Seat.insee_code == seat_code())
        .correlate(FundingApplication, Structure)
        .scalar_subquery()
    )


def application_columns() -> tuple[Column, ...]:
    """Return the columns of the list: those shown when none is chosen, then those offered."""
    return (
        Column("title", N_("Dossier"), sort="intitule"),
        Column("beneficiary_name", N_("Bénéficiaire"), sort="beneficiaire", name="beneficiaire",
               link=("structures.index", "beneficiary_id")),
        Column("scheme", N_("Dispositif"), sort="dispositif", name="dispositif"),
        Column("status", N_("Statut"), sort="statut", name="statut", words=_STATUSES),
        Column("requested_cents", N_("Demandé"), sort="demande", name="demande", kind="money",
               is_numeric=True, exported=("requested_euros",)),
        Column("awarded_cents", N_("Obtenu"), sort="obtenu", name="obtenu", kind="money",
               is_numeric=True, exported=("awarded_euros",)),
        Column("filed_on", N_("Déposé le"), sort="depot", name="depot", kind="date"),
        Column("decided_on", N_("Décision du"), sort="decision", name="decision", kind="date"),
        Column("person", N_("Suivi par"), sort="personne", name="personne", is_usual=False),
        Column("call_name", N_("Appel à projets"), name="appel", is_usual=False, is_wide=True),
        Column("reference", N_("Référence"), name="reference", is_usual=False),
        Column("family", N_("Famille"), name="famille", is_usual=False, extra=_FAMILY),
        Column("departement_code", N_("Département"), sort="departement", name="departement",
               is_usual=False),
        Column("commune", N_("Commune du siège"), name="commune", is_usual=False,
               extra=_of_seat(_Seat.name)),
        Column("epci", N_("EPCI du siège"), name="epci", is_usual=False,
               extra=_of_seat(Epci.name)),
        Column("funder", N_("Financeur"), name="financeur", is_usual=False, extra=_FUNDER),
        Column("project", N_("Projet"), name="projet", is_usual=False, extra=_PROJECT,
               is_wide=True),
        Column("total_cents", N_("Budget total"), name="budget", is_usual=False, kind="money",
               is_numeric=True, exported=("total_euros",)),
        Column("received_euros", N_("Reçu"), name="recu", is_usual=False, kind="euros",
               extra=_RECEIVED, is_numeric=True),
        Column("next_deadline_on", N_("Prochain compte rendu"), name="compte-rendu",
               is_usual=False, extra=_NEXT_DEADLINE, kind="date"),
        Column("reason", N_("Motif du refus"), name="motif", is_usual=False, extra=_REASON),
        Column("partners", N_("Partenaires"), name="partenaires", is_usual=False,
               extra=_PARTNERS, is_numeric=True),
    )  # fmt: skip


def application_sorts() -> dict[str, Sort]:
    """Return what the list of applications can be sorted by."""
    title, identity = FundingApplication.sort_title, FundingApplication.id
    return {
        # What is still being prepared counts as the latest filed.
        "depot": Sort((func.coalesce(counted_on(), literal(_LATEST)), identity), descending=True),
        "decision": Sort(
            (func.coalesce(FundingApplication.decided_on, literal(_EARLIEST)), identity),
            descending=True,
        ),
        "demande": Sort(
            (func.coalesce(FundingApplication.requested_cents, -1), identity), descending=True
        ),
        "obtenu": Sort(
            (func.coalesce(FundingApplication.awarded_cents, -1), identity), descending=True
        ),
        "intitule": Sort((title, identity)),
        "beneficiaire": Sort((Structure.sort_name, title, identity)),
        "dispositif": Sort((FundingScheme.sort_name, func.coalesce(FundingCall.year, 0), identity)),
        "statut": Sort((_status_rank(), title, identity)),
        "personne": Sort((func.coalesce(User.name, ""), title, identity)),
        "departement": Sort(
            (func.coalesce(FundingApplication.departement_code, ""), title, identity)
        ),
    }


def _status_rank() -> ColumnElement[int]:
    ranks = {status.value: place for place, status in enumerate(ApplicationStatus)}
    return case(ranks, value=FundingApplication.status, else_=len(ranks))
