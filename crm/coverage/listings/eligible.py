"""The lists of those a call is open to and who were not contacted yet."""

from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from crm.contacts.listings import structure_filters
from crm.contacts.listings.columns import (
    offered_structure_columns,
    structure_sorts,
    usual_structure_columns,
)
from crm.contacts.models import Structure
from crm.contacts.queries.structures import structure_rows
from crm.core import clock
from crm.core.days import parse_day
from crm.core.errors import N_, RuleError
from crm.coverage.listings.filters import Arguments, named_so, territory_filters
from crm.coverage.queries.eligible import OpenCall, is_commune_to_come, is_eligible
from crm.followups.columns import LAST_SESSION
from crm.search.queries import matching_ids, typed_words
from crm.territories.models import Commune, Epci
from crm.web.list_definition import Column, ListDefinition, Narrowing, Sort
from crm.web.lists import Listing

COMMUNES = "communes"
_ARGUMENTS = frozenset({"depuis", "onglet"})
_COMMUNE_COLUMNS = (
    Column("name", N_("Commune"), sort="nom"),
    Column("departement_code", N_("Département"), sort="departement", name="departement"),
    Column("epci", N_("EPCI"), sort="epci", name="epci", is_wide=True),
    Column("population", N_("Population"), sort="population", name="population", is_numeric=True),
)
_EMPTY = N_("Tout le monde a été contacté depuis cette date, ou personne ne peut y répondre.")


def shows_communes(call: OpenCall, arguments: Arguments) -> bool:
    """Tell whether the URL asks for the communes, and the call is open to them."""
    return call.takes_communes and arguments.get("onglet") == COMMUNES


def read_since(call: OpenCall, arguments: Arguments) -> date:
    """Return the day of the URL from which a contact counts; the call's opening without one."""
    asked = arguments.get("depuis", "")
    try:
        return parse_day(asked, clock.today()) if asked else call.since_by(clock.today())
    except RuleError:
        return call.since_by(clock.today())


def eligible_list(call: OpenCall, arguments: Arguments) -> ListDefinition:
    """Return the list of structures, or that of communes, that the URL asks for."""
    since, today = read_since(call, arguments), clock.today()
    if shows_communes(call, arguments):
        return _communes(call, since, today)
    return _structures(call, since, today)


def narrow_eligible(session: Session, call: OpenCall, listing: Listing) -> Narrowing:
    """Apply the filters of the URL and the words searched."""
    narrowing = listing.narrow(session)
    if shows_communes(call, listing.arguments):
        condition = named_so(Commune.sort_name, listing.search)
        return narrowing if condition is None else narrowing.kept_to(condition, listing.search)
    prefixes = typed_words(listing.search)
    if not prefixes:
        return narrowing
    found = Structure.id.in_(matching_ids("structure", prefixes))
    return narrowing.kept_to(found, listing.search)


def _common(call: OpenCall) -> dict[str, Any]:
    return {
        "url": url_for("eligible.index", call_id=call.id),
        "bulk_actions": (("relances", N_("Créer des relances…")),),
        "takes_all": True,
        "allowed_arguments": _ARGUMENTS,
        "export_url": lambda extension: url_for(
            "eligible.export", call_id=call.id, extension=extension
        ),
        "empty_text": _EMPTY,
    }


def _structures(call: OpenCall, since: date, today: date) -> ListDefinition:
    condition = is_eligible(call, since, today)
    sorts = structure_sorts(today)
    if LAST_SESSION.column.sort:
        sorts = sorts | {LAST_SESSION.column.sort: LAST_SESSION.sort}
    return ListDefinition(
        heading=lambda row: (row.name, row.acronym or ""),
        records_url=url_for("structures.index"),
        statement=structure_rows().where(condition),
        counted=select(Structure.id).where(condition),
        columns=(
            *usual_structure_columns(),
            *offered_structure_columns(today),
            LAST_SESSION.column,
        ),
        sorts=sorts,
        default_sort="nom",
        filters=structure_filters(),
        search_label=N_("Nom, sigle, commune"),
        count_words=(
            N_("%(count)s structure pas encore contactée"),
            N_("%(count)s structures pas encore contactées"),
        ),
        **_common(call),
    )


def _communes(call: OpenCall, since: date, today: date) -> ListDefinition:
    condition = is_commune_to_come(call, since, today)
    code = Commune.insee_code
    itself = and_(Structure.insee_code == code, Structure.deleted_at.is_(None))
    return ListDefinition(
        statement=select(
            code.label("id"),
            Commune.name,
            Commune.departement_code,
            Epci.name.label("epci"),
            Commune.population,
            Structure.id.label("structure_id"),
        )
        .outerjoin(Epci, Epci.siren == Commune.epci_siren)
        .outerjoin(Structure, itself)
        .where(condition),
        counted=select(code.label("id")).where(condition),
        columns=_COMMUNE_COLUMNS,
        sorts={
            "nom": Sort((Commune.sort_name, code)),
            "departement": Sort((Commune.departement_code, Commune.sort_name, code)),
            "epci": Sort((func.coalesce(Epci.sort_name, ""), Commune.sort_name, code)),
            "population": Sort((func.coalesce(Commune.population, -1), code), descending=True),
        },
        default_sort="population",
        filters=territory_filters(),
        search_label=N_("Nom d’un territoire"),
        count_words=(N_("%(count)s commune à ouvrir"), N_("%(count)s communes à ouvrir")),
        **_common(call),
    )
