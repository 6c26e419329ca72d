"""The list of calls."""

from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy import ScalarSelect, func, literal, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.core import clock
from crm.core.errors import N_
from crm.funding.call_indexing import CALL
from crm.funding.listings.call_filters import call_filters
from crm.funding.listings.schemes import FUNDERS_OF_SCHEME
from crm.funding.models import (
    CallDepartement,
    CallFamily,
    FundingApplication,
    FundingCall,
    FundingScheme,
)
from crm.funding.queries.calls import call_rows, phase_of_calls
from crm.funding.queries.conditions import is_kept
from crm.funding.queries.totals import awarded_cents, filed, obtained
from crm.funding.types import CALL_PHASE_LABELS
from crm.reference.models import ReferenceItem
from crm.search.queries import matching_ids, typed_words
from crm.territories.models import Departement
from crm.web.list_definition import Column, ListDefinition, Narrowing, Sort
from crm.web.lists import Listing

CALLS = "funding_calls"
_EARLIEST = date(1, 1, 1)
_PHASES = {each.value: label for each, label in CALL_PHASE_LABELS.items()}
_PAGES = {"calls.month": frozenset({"mois"}), "calls.year": frozenset({"annee"})}


def call_list(_arguments: MultiDict[str, str], *, endpoint: str = "calls.index") -> ListDefinition:
    """Return the list of calls, as it is today; also what a calendar of them narrows."""
    today, is_list = clock.today(), endpoint == "calls.index"
    filters = call_filters(today)
    if not is_list:
        filters = [each for each in filters if each.name != "annee"]
    return ListDefinition(
        code=CALLS if is_list else "",
        heading=lambda row: (row.name, "" if str(row.year) in row.name else str(row.year)),
        url=url_for(endpoint),
        statement=call_rows(),
        counted=select(FundingCall.id).where(FundingCall.deleted_at.is_(None)),
        columns=_columns(today),
        sorts=_sorts(),
        default_sort="cloture",
        filters=filters,
        search_label=N_("Nom de l’appel, dispositif"),
        count_words=(N_("%(count)s appel"), N_("%(count)s appels")),
        takes_all=True,
        has_more_actions=True,
        export_url=lambda extension: url_for("calls.export", extension=extension),
        allowed_arguments=_PAGES.get(endpoint, frozenset()),
        empty_text=N_("Un appel est une édition d’un dispositif, avec ses dates."),
    )


def narrow_calls(session: Session, listing: Listing) -> Narrowing:
    """Apply the filters of the URL and the words searched."""
    narrowing = listing.narrow(session)
    prefixes = typed_words(listing.search)
    if not prefixes:
        return narrowing
    found = FundingCall.id.in_(matching_ids(CALL, prefixes))
    return narrowing.kept_to(found, listing.search)


def _columns(today: date) -> tuple[Column, ...]:
    return (
        Column("name", N_("Nom"), sort="nom"),
        Column("scheme", N_("Dispositif"), sort="dispositif", name="dispositif",
               link=("schemes.index", "scheme_id")),
        Column("phase", N_("Où il en est"), name="phase", extra=phase_of_calls(today),
               words=_PHASES),
        Column("opens_on", N_("Ouverture"), sort="ouverture", name="ouverture", kind="date"),
        Column("closes_on", N_("Clôture"), sort="cloture", name="cloture", kind="date"),
        Column("filed", N_("Dossiers déposés"), name="deposes", extra=_of_applications(filed()),
               is_numeric=True),
        Column("obtained", N_("Dossiers obtenus"), name="obtenus",
               extra=_of_applications(obtained()), is_numeric=True),
        Column("awarded", N_("Obtenu (euros)"), name="montant",
               extra=_of_applications(awarded_cents() / literal(100.0)), kind="euros",
               is_numeric=True),
        Column("year", N_("Année"), sort="annee", name="annee", is_usual=False, is_numeric=True),
        Column("predeposit_on", N_("Prédépôt"), name="predepot", is_usual=False, kind="date"),
        Column("results_on", N_("Résultats"), name="resultats", is_usual=False, kind="date"),
        Column("funders", N_("Financeurs"), name="financeurs", is_usual=False,
               extra=FUNDERS_OF_SCHEME, is_wide=True),
        Column("families", N_("Familles éligibles"), name="familles", is_usual=False,
               extra=_families(), is_wide=True),
        Column("departements", N_("Départements éligibles"), name="departements", is_usual=False,
               extra=_departements(), is_wide=True),
        Column("cap_cents", N_("Plafond par dossier"), name="plafond", is_usual=False, kind="money",
               is_numeric=True, exported=("cap",)),
        Column("rate_percent", N_("Taux maximal (%)"), name="taux", is_usual=False,
               is_numeric=True),
        Column("minimum_partners", N_("Partenaires au moins"), name="partenaires", is_usual=False,
               is_numeric=True),
        Column("link", N_("Lien"), name="lien", is_usual=False, kind="web"),
    )  # fmt: skip


def _of_applications(value: Any) -> ScalarSelect[Any]:
    return (
        select(value)
        .where(FundingApplication.call_id == FundingCall.id, is_kept())
        .correlate(FundingCall)
        .scalar_subquery()
    )


def _families() -> ScalarSelect[str]:
    labels = (
        select(ReferenceItem.label.label("label"))
        .join(CallFamily, CallFamily.family_code == ReferenceItem.code)
        .where(ReferenceItem.list_code == "family", CallFamily.call_id == FundingCall.id)
        .order_by(ReferenceItem.position, ReferenceItem.id)
        .correlate(FundingCall)
        .subquery()
    )
    return select(func.aggregate_strings(labels.c.label, ", ")).scalar_subquery()


def _departements() -> ScalarSelect[str]:
    names = (
        select(Departement.name.label("name"))
        .join(CallDepartement, CallDepartement.departement_code == Departement.code)
        .where(CallDepartement.call_id == FundingCall.id)
        .order_by(Departement.code)
        .correlate(FundingCall)
        .subquery()
    )
    return select(func.aggregate_strings(names.c.name, ", ")).scalar_subquery()


def _sorts() -> dict[str, Sort]:
    closing = func.coalesce(FundingCall.closes_on, FundingCall.opens_on, literal(_EARLIEST))
    return {
        "cloture": Sort((closing, FundingCall.id), descending=True),
        "ouverture": Sort(
            (func.coalesce(FundingCall.opens_on, literal(_EARLIEST)), FundingCall.id),
            descending=True,
        ),
        "nom": Sort((FundingCall.name, FundingCall.id)),
        "dispositif": Sort((FundingScheme.sort_name, FundingCall.year, FundingCall.id)),
        "annee": Sort((FundingCall.year, FundingCall.id), descending=True),
    }
