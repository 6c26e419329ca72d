"""The list of who registered for an event, with what each answered."""

from typing import Any

from flask import url_for
from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session

from crm.contacts.listings.filters import tally_by
from crm.contacts.models import Structure
from crm.core.errors import N_
from crm.events.models import EventQuestion, Registration
from crm.events.queries.registrations import (
    is_to_be_told,
    is_to_review,
    questions_of,
)
from crm.events.types import REGISTRATION_LABELS, SOURCE_LABELS
from crm.web.list_definition import Column, Filter, ListDefinition, Narrowing, Sort
from crm.web.lists import Listing
from crm.web.locale import translate

_STATUSES = {each.value: label for each, label in REGISTRATION_LABELS.items()}
_SOURCES = {each.value: label for each, label in SOURCE_LABELS.items()}
_NAME = func.trim(Registration.last_name + " " + func.coalesce(Registration.first_name, ""))
_STRUCTURE = func.coalesce(Structure.name, Registration.structure_name, "")
_TO_REVIEW, _TO_TELL = "a_reconnaitre", "a_prevenir"
_TASKS = {_TO_REVIEW: N_("À reconnaître"), _TO_TELL: N_("À prévenir")}


def registration_list(session: Session, event_id: int) -> ListDefinition:
    """Return the list of the registrations of an event: those with a seat, then the queue."""
    its_own = Registration.event_id == event_id
    rank = case({"inscrite": 0, "proposee": 1, "attente": 2}, value=Registration.status, else_=3)
    waiting = func.coalesce(Registration.waiting_number, 0)
    return ListDefinition(
        url=url_for("events.registrations", event_id=event_id),
        statement=_joined(
            Registration.id,
            _NAME.label("name"),
            Registration.email,
            _STRUCTURE.label("structure"),
            Registration.status,
            Registration.waiting_number,
            Registration.source,
            Registration.created_at,
            Registration.contact_id,
            Registration.structure_id,
        ).where(its_own),
        counted=_joined(Registration.id).where(its_own),
        columns=_columns(questions_of(session, event_id, with_retired=True)),
        sorts={
            "rang": Sort((rank, waiting, Registration.id)),
            "nom": Sort((_NAME, Registration.id)),
            "date": Sort((Registration.created_at, Registration.id), descending=True),
        },
        default_sort="rang",
        filters=_filters(),
        search_label=N_("Nom, structure, adresse"),
        count_words=(N_("%(count)s inscription"), N_("%(count)s inscriptions")),
        export_url=lambda extension: url_for(
            "events.export_registrations", event_id=event_id, extension=extension
        ),
        identifiers=("id", "contact_id", "structure_id"),
        empty_text=N_("Les inscriptions apparaîtront ici à mesure qu’elles arrivent."),
        records_url=url_for("events.index") + "/inscriptions",
    )


def _joined(*columns: Any) -> Select[Any]:
    return select(*columns).outerjoin(Structure, Structure.id == Registration.structure_id)


def narrow_registrations(session: Session, listing: Listing) -> Narrowing:
    """Apply the filters of the URL and the words searched."""
    narrowing = listing.narrow(session)
    if not listing.search:
        return narrowing
    found = or_(
        *(
            column.icontains(listing.search, autoescape=True)
            for column in (_NAME, _STRUCTURE, Registration.email)
        )
    )
    return narrowing.kept_to(found, listing.search)


def _columns(questions: Any) -> tuple[Column, ...]:
    return (
        Column("name", N_("Nom"), sort="nom"),
        Column("structure", N_("Structure"), name="structure", is_wide=True),
        Column("status", N_("Statut"), name="statut", words=_STATUSES),
        Column("waiting_number", N_("Rang d’attente"), name="rang", sort="rang", is_numeric=True),
        Column("email", N_("Adresse"), name="adresse", kind="mail"),
        Column("source", N_("Provenance"), name="provenance", words=_SOURCES, is_usual=False),
        Column("created_at", N_("Inscription"), name="inscription", sort="date", kind="date"),
        *(_answer(each) for each in questions),
    )  # fmt: skip


def _answer(question: EventQuestion) -> Column:
    return Column(
        f"answer_{question.id}",
        question.label,
        name=f"reponse-{question.id}",
        is_usual=False,
        is_wide=True,
        extra=Registration.answers[str(question.id)].as_string(),
    )


def _filters() -> list[Filter]:
    conditions = {_TO_REVIEW: is_to_review(), _TO_TELL: is_to_be_told()}
    return [
        Filter(
            "statut",
            N_("Statut"),
            Registration.status.in_,
            lambda _session: [(code, translate(label)) for code, label in _STATUSES.items()],
            tally=tally_by(Registration.id, Registration.status),
        ),
        Filter(
            "provenance",
            N_("Provenance"),
            Registration.source.in_,
            lambda _session: [(code, translate(label)) for code, label in _SOURCES.items()],
            tally=tally_by(Registration.id, Registration.source),
        ),
        Filter(
            "faire",
            N_("À faire"),
            lambda values: or_(
                Registration.id.is_(None),
                *(conditions[each] for each in values if each in conditions),
            ),
            lambda _session: [(code, translate(label)) for code, label in _TASKS.items()],
        ),
    ]
