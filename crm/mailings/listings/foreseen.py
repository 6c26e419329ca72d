"""Whom a draft would be frozen for today and whom it would leave out: nothing is written down yet.

Its addresses, filters and words are those of the list of a frozen audience (`recipients`).
"""

from typing import Any

from flask import url_for
from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from crm.contacts.listings.filters import numbers
from crm.core import clock
from crm.core.errors import N_
from crm.mailings.listings.recipients import IN, OUT, SIDES, name_in
from crm.mailings.models import Mailing
from crm.mailings.queries.audience import audience_rows
from crm.mailings.wording import WHY
from crm.segments.models import Segment
from crm.web.list_definition import Column, Filter, ListDefinition, Narrowing, Sort
from crm.web.lists import Listing
from crm.web.locale import translate


def foreseen_list(session: Session, mailing: Mailing) -> ListDefinition:
    """Return the list of whom a draft thinks of today; raise SegmentError."""
    rows = audience_rows(session, mailing, clock.today()).subquery()
    of, name, side = rows.c, name_in(rows.c), case((rows.c.is_in, IN), else_=OUT)
    order = Sort((name, func.coalesce(of.contact_id, 0), func.coalesce(of.structure_id, 0)))
    kept = ("contact_id", "structure_id", "structure_name", "role", "address", "departement_code")
    return ListDefinition(
        url=url_for("mailings.recipients", mailing_id=mailing.id),
        statement=select(
            *(of[each] for each in kept),
            name.label("name"),
            of.reason.label("why"),
            side.label("place"),
            Segment.name.label("segment_name"),
        )
        .select_from(rows)
        .outerjoin(Segment, Segment.id == of.segment_id),
        columns=_COLUMNS,
        sorts={"nom": order},
        default_sort="nom",
        filters=_filters(mailing, side, of),
        search_label=N_("Nom, structure, adresse"),
        count_words=(N_("%(count)s ligne"), N_("%(count)s lignes")),
        export_url=lambda extension: url_for(
            "mailings.export_recipients", mailing_id=mailing.id, extension=extension
        ),
        identifiers=("contact_id", "structure_id"),
        empty_text=N_("Personne : choisissez d’abord à qui va cet envoi."),
    )  # fmt: skip


_COLUMNS = (
    Column("name", N_("Personne ou structure"), sort="nom"),
    Column("structure_name", N_("Structure"), name="structure", is_wide=True),
    Column("role", N_("Fonction"), name="fonction"),
    Column("address", N_("Adresse"), name="adresse"),
    Column("place", N_("Place"), name="place", words=SIDES, is_usual=False),
    Column("why", N_("Pourquoi"), name="pourquoi", words=WHY, is_wide=True),
    Column("segment_name", N_("Segment"), name="segment", is_usual=False),
    Column("departement_code", N_("Département"), name="departement", is_usual=False),
)


def narrow_foreseen(session: Session, listing: Listing) -> Narrowing:
    """Apply the filters of the URL and the words searched."""
    narrowing = listing.narrow(session)
    if not listing.search:
        return narrowing
    # The statement is of one audience, which is made again at each request: its columns are there.
    of = narrowing.statement.selected_columns
    found = or_(
        *(
            of[key].icontains(listing.search, autoescape=True)
            for key in ("name", "structure_name", "address")
        )
    )
    return narrowing.kept_to(found, listing.search)


def _filters(mailing: Mailing, side: Any, of: Any) -> tuple[Filter, ...]:
    chosen = [
        (str(each.segment_id), each.segment.name)
        for each in mailing.segments
        if not each.is_excluded
    ]
    return (
        Filter("place", N_("Place"), side.in_, lambda _session: _told(SIDES)),
        Filter("segment", N_("Segment"), of.segment_id.in_, lambda _session: chosen, read=numbers),
        Filter("raison", N_("Raison"), of.reason.in_, lambda _session: _told(WHY)),
    )


def _told(words: Any) -> list[tuple[str, str]]:
    return [(code, translate(text)) for code, text in words.items()]
