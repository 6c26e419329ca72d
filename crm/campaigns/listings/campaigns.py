"""The list of campaigns."""

from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Select, String, cast, func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.campaigns.models import Campaign, Target
from crm.campaigns.queries.conditions import DEFINITIONS, is_met_by, is_there
from crm.campaigns.types import STATUS_LABELS, Measure
from crm.contacts.listings.filters import numbers, tally_by
from crm.core.errors import N_
from crm.core.text import fold
from crm.funding.models import FundingCall, FundingScheme
from crm.funding.queries.schemes import all_scheme_options
from crm.web.list_definition import Column, Filter, ListDefinition, Narrowing, Sort
from crm.web.lists import Listing
from crm.web.locale import translate

CAMPAIGNS = "campaigns"
_STATUSES = {each.value: label for each, label in STATUS_LABELS.items()}
_USUAL = (Measure.TARGETED, Measure.REACHED, Measure.ACCOMPANIED, Measure.FILED, Measure.FUNDED)


def campaign_list(_arguments: MultiDict[str, str] | None = None) -> ListDefinition:
    """Return the list of campaigns, the latest first."""
    return ListDefinition(
        code=CAMPAIGNS,
        url=url_for("campaigns.index"),
        statement=_rows(),
        counted=select(Campaign.id).where(Campaign.deleted_at.is_(None)),
        columns=(
            Column("name", N_("Campagne"), sort="nom"),
            Column("status", N_("État"), sort="etat", name="etat", words=_STATUSES),
            Column("aim", N_("Appel ou dispositif"), name="appel", is_wide=True),
            Column("starts_on", N_("Début"), sort="debut", name="debut", kind="date"),
            Column("ends_on", N_("Fin"), name="fin", kind="date"),
            Column("reporting_year", N_("Année du bilan"), sort="annee", name="annee"),
            *(_figure(each.measure, each.label) for each in DEFINITIONS),
        ),
        sorts={
            "debut": Sort((Campaign.starts_on, Campaign.id), descending=True),
            "nom": Sort((Campaign.sort_name, Campaign.id)),
            "etat": Sort((Campaign.status, Campaign.id)),
            "annee": Sort((Campaign.reporting_year, Campaign.id), descending=True),
        },
        default_sort="debut",
        filters=_filters(),
        search_label=N_("Nom de la campagne"),
        takes_all=True,
        has_more_actions=True,
        count_words=(N_("%(count)s campagne"), N_("%(count)s campagnes")),
        export_url=lambda extension: url_for("campaigns.export", extension=extension),
        empty_text=N_(
            "Choisissez des communes, écrivez-leur, appelez-les : chacune est suivie jusqu’à son"
            " dossier."
        ),
    )


def _figure(measure: Measure, label: str) -> Column:
    counted = (
        select(func.count(Target.id))
        .where(Target.campaign_id == Campaign.id, is_there(), is_met_by(measure))
        .correlate(Campaign)
        .scalar_subquery()
    )
    return Column(
        measure.value,
        label,
        name=measure.value,
        is_numeric=True,
        is_usual=measure in _USUAL,
        extra=counted,
    )


def _filters() -> tuple[Filter, ...]:
    year = cast(Campaign.reporting_year, String)
    return (
        Filter(
            "etat",
            N_("État"),
            Campaign.status.in_,
            lambda _session: [(code, translate(text)) for code, text in _STATUSES.items()],
            read=list,
            tally=tally_by(Campaign.id, Campaign.status),
        ),
        Filter("annee", N_("Année du bilan"), _of_years, _years, everything_label=N_("Toutes"),
               tally=tally_by(Campaign.id, year)),
        Filter(
            "dispositif",
            N_("Dispositif"),
            lambda values: Campaign.scheme_id.in_(numbers(values)),
            all_scheme_options,
            tally=tally_by(Campaign.id, Campaign.scheme_id),
        ),
    )  # fmt: skip


def _of_years(values: list[str]) -> ColumnElement[bool]:
    return Campaign.reporting_year.in_(numbers(values))


def _years(session: Session) -> list[tuple[str, str]]:
    found = session.scalars(
        select(Campaign.reporting_year)
        .where(Campaign.deleted_at.is_(None))
        .distinct()
        .order_by(Campaign.reporting_year.desc())
    )
    return [(str(year), str(year)) for year in found]


def narrow_campaigns(session: Session, listing: Listing) -> Narrowing:
    """Apply the filters of the URL and the words searched, accents aside."""
    narrowing = listing.narrow(session)
    if not listing.search:
        return narrowing
    return narrowing.kept_to(
        Campaign.sort_name.contains(fold(listing.search), autoescape=True), listing.search
    )


def _rows() -> Select[Any]:
    return (
        select(
            Campaign.id,
            Campaign.name,
            Campaign.status,
            Campaign.starts_on,
            Campaign.ends_on,
            Campaign.reporting_year,
            func.coalesce(FundingCall.name, FundingScheme.name).label("aim"),
        )
        .outerjoin(FundingCall, FundingCall.id == Campaign.call_id)
        .outerjoin(FundingScheme, FundingScheme.id == Campaign.scheme_id)
        .where(Campaign.deleted_at.is_(None))
    )
