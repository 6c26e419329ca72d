"""The list of sessions."""

from flask import url_for
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from crm.contacts.queries.identities import ids_of_any
from crm.core.errors import N_
from crm.followups.listings.own_filters import own_filters
from crm.followups.listings.session_columns import session_columns
from crm.followups.listings.session_filters import Arguments, seat, session_filters
from crm.followups.models import AccompanimentSession, SessionStructure
from crm.followups.queries import session_rows
from crm.reference.models import ReferenceItem
from crm.search.queries import matching_ids, typed_words
from crm.web.list_definition import ListDefinition, Narrowing, Sort
from crm.web.lists import Listing

SESSIONS = "sessions"


def session_list(arguments: Arguments) -> ListDefinition:
    """Return the list of sessions."""
    return ListDefinition(
        code=SESSIONS,
        url=url_for("sessions.index"),
        statement=session_rows(),
        counted=_session_ids(),
        columns=session_columns(),
        sorts={
            "date": Sort((AccompanimentSession.held_on, AccompanimentSession.id), descending=True),
            "nature": Sort((ReferenceItem.position, AccompanimentSession.id)),
        },
        default_sort="date",
        filters=[*session_filters(arguments), *own_filters(arguments)],
        search_label=N_("Nom de la structure"),
        count_words=(N_("%(count)s séance"), N_("%(count)s séances")),
        takes_all=True,
        has_more_actions=True,
        empty_text=N_("Les séances apparaîtront ici dès la première notée."),
        export_url=lambda extension: url_for("sessions.export", extension=extension),
    )


def _session_ids() -> Select[tuple[int]]:
    return (
        select(AccompanimentSession.id)
        .join(ReferenceItem, ReferenceItem.id == AccompanimentSession.kind_id)
        .where(AccompanimentSession.deleted_at.is_(None))
    )


def narrow_by_name(session: Session, listing: Listing) -> Narrowing:
    """Apply the filters of the URL and the words searched: names of the day, or of today."""
    narrowing = listing.narrow(session)
    prefixes = typed_words(listing.search)
    if not prefixes:
        return narrowing
    that_day = and_(
        *(
            SessionStructure.structure_name.icontains(word, autoescape=True)
            for word in listing.search.split()[:6]
        )
    )
    named = matching_ids("structure", prefixes)
    today = SessionStructure.structure_id.in_(ids_of_any("structure", named))
    return narrowing.kept_to(seat(lambda _: or_(that_day, today))([]), listing.search)
