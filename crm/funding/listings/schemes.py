"""The list of schemes."""

from typing import Any

from flask import url_for
from sqlalchemy import ScalarSelect, and_, case, exists, false, func, literal, or_, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.contacts.listings import numbers
from crm.contacts.listings.filters import tally_by
from crm.contacts.models import Structure
from crm.core.errors import N_
from crm.funding.call_indexing import SCHEME
from crm.funding.models import FundingApplication, FundingCall, FundingScheme
from crm.funding.models.schemes import funding_scheme_funder
from crm.funding.queries.conditions import is_kept
from crm.funding.queries.schemes import funder_options, scheme_rows
from crm.funding.queries.totals import awarded_cents, filed, obtained
from crm.search.queries import matching_ids, typed_words
from crm.web.list_definition import Column, Filter, ListDefinition, Narrowing, Sort
from crm.web.lists import Listing
from crm.web.locale import translate

SCHEMES = "funding_schemes"
YES, NO = "oui", "non"
_YES_OR_NO = {YES: N_("oui"), NO: N_("non")}
_FUNDERS = (
    select(Structure.name.label("name"))
    .join(funding_scheme_funder, funding_scheme_funder.c.structure_id == Structure.id)
    .where(
        funding_scheme_funder.c.scheme_id == FundingScheme.id, Structure.merged_into_id.is_(None)
    )
    .order_by(Structure.sort_name, Structure.id)
    .correlate(FundingScheme)
    .subquery()
)
FUNDERS_OF_SCHEME = select(func.aggregate_strings(_FUNDERS.c.name, ", ")).scalar_subquery()
_OF_SCHEME = and_(FundingCall.scheme_id == FundingScheme.id, FundingCall.deleted_at.is_(None))
_CALLS = (
    select(func.count(FundingCall.id)).where(_OF_SCHEME).correlate(FundingScheme).scalar_subquery()
)
_LAST_YEAR = (
    select(func.max(FundingCall.year)).where(_OF_SCHEME).correlate(FundingScheme).scalar_subquery()
)


def scheme_list(_arguments: MultiDict[str, str]) -> ListDefinition:
    """Return the list of schemes."""
    return ListDefinition(
        code=SCHEMES,
        heading=lambda row: (row.name, "" if row.is_active else translate(N_("terminé"))),
        url=url_for("schemes.index"),
        statement=scheme_rows(),
        counted=select(FundingScheme.id).where(FundingScheme.deleted_at.is_(None)),
        columns=_columns(),
        sorts=_sorts(),
        default_sort="nom",
        filters=_filters(),
        search_label=N_("Nom, financeur"),
        count_words=(N_("%(count)s dispositif"), N_("%(count)s dispositifs")),
        takes_all=True,
        has_more_actions=True,
        export_url=lambda extension: url_for("schemes.export", extension=extension),
        empty_text=N_("Un dispositif a un nom et un financeur ; ses appels s’y rangent."),
    )


def narrow_schemes(session: Session, listing: Listing) -> Narrowing:
    """Apply the filters of the URL and the words searched."""
    narrowing = listing.narrow(session)
    prefixes = typed_words(listing.search)
    if not prefixes:
        return narrowing
    found = FundingScheme.id.in_(matching_ids(SCHEME, prefixes))
    return narrowing.kept_to(found, listing.search)


def _columns() -> tuple[Column, ...]:
    return (
        Column("name", N_("Nom"), sort="nom"),
        Column("funders", N_("Financeurs"), name="financeurs", extra=FUNDERS_OF_SCHEME,
               is_wide=True),
        Column("calls", N_("Appels"), name="appels", extra=_CALLS, is_numeric=True),
        Column("last_year", N_("Dernière édition"), sort="annee", name="annee", extra=_LAST_YEAR,
               is_numeric=True),
        Column("filed", N_("Dossiers déposés"), name="deposes", extra=_of_applications(filed()),
               is_numeric=True),
        Column("obtained", N_("Dossiers obtenus"), name="obtenus",
               extra=_of_applications(obtained()), is_numeric=True),
        Column("awarded", N_("Obtenu (euros)"), name="montant",
               extra=_of_applications(awarded_cents() / literal(100.0)), kind="euros",
               is_numeric=True),
        Column("recurring", N_("Revient chaque année"), name="recurrent", is_usual=False,
               extra=case((FundingScheme.is_recurring, YES), else_=NO), words=_YES_OR_NO),
        Column("over", N_("Terminé"), name="termine", is_usual=False,
               extra=case((FundingScheme.is_active, NO), else_=YES), words=_YES_OR_NO),
        Column("link", N_("Lien"), name="lien", is_usual=False, kind="web"),
    )  # fmt: skip


def _of_applications(value: Any) -> ScalarSelect[Any]:
    return (
        select(value)
        .where(FundingApplication.scheme_id == FundingScheme.id, is_kept())
        .correlate(FundingScheme)
        .scalar_subquery()
    )


def _sorts() -> dict[str, Sort]:
    return {
        "nom": Sort((FundingScheme.sort_name, FundingScheme.id)),
        "annee": Sort(
            (func.coalesce(_LAST_YEAR, 0), FundingScheme.sort_name, FundingScheme.id),
            descending=True,
        ),
    }


def _filters() -> list[Filter]:
    return [
        _yes_or_no("termine", N_("Terminé"), FundingScheme.is_active.is_(False)),
        _yes_or_no("recurrent", N_("Revient chaque année"), FundingScheme.is_recurring),
        Filter(
            "financeur",
            N_("Financeur"),
            lambda values: exists().where(
                funding_scheme_funder.c.scheme_id == FundingScheme.id,
                funding_scheme_funder.c.structure_id.in_(numbers(values)),
            ),
            funder_options,
            tally=tally_by(funding_scheme_funder.c.scheme_id, funding_scheme_funder.c.structure_id),
        ),
    ]


def _yes_or_no(name: str, label: str, condition: Any) -> Filter:
    answers = {YES: condition, NO: ~condition}
    return Filter(
        name,
        label,
        lambda values: or_(false(), *(answers[v] for v in values if v in answers)),
        lambda _session: [(value, translate(text)) for value, text in _YES_OR_NO.items()],
        tally=tally_by(FundingScheme.id, case((condition, YES), else_=NO)),
    )
