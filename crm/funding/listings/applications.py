"""The list of applications, and the board narrowed as it is."""

from typing import Any

from flask import url_for
from flask_login import current_user
from sqlalchemy import Select, literal, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.accounts.models import User
from crm.contacts.models import Structure
from crm.core import clock
from crm.core.errors import N_
from crm.funding.application_indexing import APPLICATION
from crm.funding.listings.application_columns import application_columns, application_sorts
from crm.funding.listings.application_filters import application_filters
from crm.funding.models import FundingApplication, FundingCall, FundingScheme
from crm.funding.queries.conditions import is_kept
from crm.funding.queries.totals import cents_of
from crm.search.queries import matching_ids, typed_words
from crm.web.formats import money
from crm.web.list_additions import added_columns, added_filters
from crm.web.list_definition import ListDefinition, Narrowing
from crm.web.lists import Listing
from crm.web.locale import translate

APPLICATIONS = "applications"
_SAID_BY_BOARD = frozenset({"etat", "statut"})
_CENTS = 100.0


def application_list(
    arguments: MultiDict[str, str], *, endpoint: str = "applications.index"
) -> ListDefinition:
    """Return the list of applications, as the signed-in person sees it today."""
    is_board = endpoint != "applications.index"
    added = added_columns(APPLICATIONS)
    user_id = current_user.id if current_user else 0
    filters = [
        *application_filters(arguments, clock.today(), user_id),
        *added_filters(APPLICATIONS),
    ]
    return ListDefinition(
        code="" if is_board else APPLICATIONS,
        heading=lambda row: (row.title, row.reference or ""),
        url=url_for(endpoint),
        records_url=url_for("applications.board"),
        statement=_rows(),
        counted=_ids(),
        columns=(*application_columns(), *(each.column for each in added)),
        sorts=application_sorts()
        | {each.column.sort: each.sort for each in added if each.column.sort},
        default_sort="depot",
        filters=[each for each in filters if not (is_board and each.name in _SAID_BY_BOARD)],
        search_label=N_("Intitulé, structure, référence"),
        count_words=(N_("%(count)s dossier"), N_("%(count)s dossiers")),
        takes_all=True,
        has_more_actions=True,
        export_url=lambda extension: url_for("applications.export", extension=extension),
        allowed_arguments=frozenset({"colonne"} if is_board else ()),
        empty_text=N_("Notez un dossier dès qu’une structure y pense : il se complète ensuite."),
    )


def narrow_applications(session: Session, listing: Listing) -> Narrowing:
    """Apply the filters of the URL, and the words searched: title, beneficiary, reference."""
    narrowing = listing.narrow(session)
    prefixes = typed_words(listing.search)
    if not prefixes:
        return narrowing
    found = FundingApplication.id.in_(matching_ids(APPLICATION, prefixes))
    return narrowing.kept_to(found, listing.search)


def told_totals(session: Session, narrowing: Narrowing) -> str:
    """Return in words what the applications of a narrowed list ask and obtained in all."""
    if narrowing.counted is None:
        raise ValueError("a list that counts its ids was expected")
    found = narrowing.counted.add_columns(
        FundingApplication.requested_cents, FundingApplication.awarded_cents
    ).subquery()
    sums = select(cents_of(found.c.requested_cents), cents_of(found.c.awarded_cents))
    requested, awarded = session.connection().execute(sums, narrowing.values).one()
    return translate(
        N_("Demandé : %(requested)s · obtenu : %(awarded)s"),
        requested=money(requested),
        awarded=money(awarded),
    )


def _rows() -> Select[Any]:
    return (
        select(
            FundingApplication.id,
            FundingApplication.title,
            FundingApplication.reference,
            FundingApplication.beneficiary_id,
            FundingApplication.beneficiary_name,
            FundingScheme.name.label("scheme"),
            FundingCall.name.label("call_name"),
            FundingApplication.status,
            FundingApplication.total_cents,
            FundingApplication.requested_cents,
            FundingApplication.awarded_cents,
            (FundingApplication.total_cents / literal(_CENTS)).label("total_euros"),
            (FundingApplication.requested_cents / literal(_CENTS)).label("requested_euros"),
            (FundingApplication.awarded_cents / literal(_CENTS)).label("awarded_euros"),
            FundingApplication.filed_on,
            FundingApplication.decided_on,
            FundingApplication.departement_code,
            User.name.label("person"),
        )
        .join(Structure, Structure.id == FundingApplication.beneficiary_id)
        .join(FundingScheme, FundingScheme.id == FundingApplication.scheme_id)
        .outerjoin(FundingCall, FundingCall.id == FundingApplication.call_id)
        .outerjoin(User, User.id == FundingApplication.person_id)
        .where(is_kept())
    )


def _ids() -> Select[tuple[int]]:
    return (
        select(FundingApplication.id)
        .join(Structure, Structure.id == FundingApplication.beneficiary_id)
        .where(is_kept())
    )
