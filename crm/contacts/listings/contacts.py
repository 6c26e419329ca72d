"""The list of people."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

from flask import url_for
from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    SQLColumnExpression,
    case,
    exists,
    func,
    select,
)

from crm.contacts.listings.columns import day_sort, joined_labels, text_sort
from crm.contacts.listings.filters import (
    Tally,
    numbers,
    structure_filters,
    tags,
    tally_by,
    values_of_structures,
)
from crm.contacts.listings.relation import NO, YES, email_filter, verification_filter, words_of
from crm.contacts.models import Affiliation, Contact, ContactPoint, Structure, Tag, contact_tag
from crm.contacts.queries.people import contact_rows, holds_role_words, is_current_on
from crm.contacts.queries.standing import WITH_EMAIL, WITHOUT_EMAIL
from crm.contacts.types import LANGUAGE_LABELS, Medium
from crm.core.errors import N_
from crm.web.list_additions import added_filters
from crm.web.list_definition import Column, Filter, ListDefinition, Sort

CONTACTS = "contacts"
PRESENT, PAST, NONE = "en-poste", "ancien", "sans-fonction"
_SITUATIONS = {
    PRESENT: N_("En fonction aujourd’hui"),
    PAST: N_("Ancien : plus aucune fonction"),
    NONE: N_("Sans fonction connue"),
}
_YES_OR_NO = {YES: N_("oui"), NO: N_("non")}
_TAGS = joined_labels(
    Tag.label, Tag.key, Tag.id, contact_tag, (contact_tag.c.contact_id, Contact.id)
)


@lru_cache(maxsize=2)
def contact_list(day: date) -> ListDefinition:
    """Return the list of people; filters on structures look at the roles of that day."""
    return ListDefinition(
        code=CONTACTS,
        heading=lambda row: (f"{row.first_name or ''} {row.last_name}".strip(), ""),
        url=url_for("contacts.index"),
        statement=contact_rows(day),
        counted=select(Contact.id).where(Contact.deleted_at.is_(None)),
        columns=_columns(day),
        sorts={
            "nom": Sort((Contact.sort_name, Contact.id)),
            "recent": Sort((Contact.id,), descending=True),
            "fonction": text_sort(Affiliation.role, Contact.id),
            "structure": text_sort(Structure.sort_name, Contact.id),
            "courriel": text_sort(Contact.email_key, Contact.id),
            "departement": text_sort(Structure.departement_code, Contact.id),
            "verifiee": day_sort(Contact.verified_on, Contact.id),
            "elu": Sort((_elected_code(day), Contact.sort_name, Contact.id), descending=True),
        },
        default_sort="nom",
        filters=_contact_filters(day),
        search_label=N_("Nom, courriel, structure"),
        count_words=(N_("%(count)s contact"), N_("%(count)s contacts")),
        bulk_actions=(
            ("etiqueter", N_("Ajouter une étiquette")),
            ("desetiqueter", N_("Retirer une étiquette")),
        ),
        bulk_text_label=N_("Étiquette"),
        takes_all=True,
        has_more_actions=True,
        export_url=lambda extension: url_for("contacts.export", extension=extension),
        export_formats=(("xlsx", "Excel (XLSX)"), ("csv", "CSV"), ("vcf", "vCard (VCF)")),
    )


_LANGUAGES = {each.value: label for each, label in LANGUAGE_LABELS.items()}


def _columns(day: date) -> tuple[Column, ...]:
    return (
        Column("last_name", N_("Nom"), sort="nom", exported=("first_name", "last_name")),
        Column("role", N_("Fonction"), sort="fonction", name="fonction"),
        Column(
            "structure",
            N_("Structure"),
            sort="structure",
            name="structure",
            link=("structures.index", "structure_id"),
            exported=("structure_id", "structure"),
        ),
        Column("email", N_("Courriel"), sort="courriel", name="courriel", kind="mail"),
        Column("phone", N_("Téléphone"), name="telephone", kind="phones",
               exported=("phone", "mobile")),
        Column("mobile", N_("Mobile"), name="mobile", is_usual=False, kind="phone"),
        Column("language", N_("Langue"), name="langue", is_usual=False, extra=Contact.language,
               words=_LANGUAGES),
        Column("tags", N_("Étiquettes"), name="etiquettes", is_usual=False, extra=_TAGS),
        Column("departement_code", N_("Département"), sort="departement", name="departement",
               is_usual=False),
        Column("elected", N_("Mandat électif"), sort="elu", name="elu", is_usual=False,
               extra=_elected_code(day), words=_YES_OR_NO),
        Column("verified_on", N_("Vérifiée le"), sort="verifiee", name="verifiee", is_usual=False,
               extra=Contact.verified_on, kind="date"),
    )  # fmt: skip


def _held(day: date, *conditions: SQLColumnExpression[bool]) -> ColumnElement[bool]:
    """Return the condition of the people who hold such a role on a day."""
    return (
        exists()
        .where(Affiliation.contact_id == Contact.id, is_current_on(day), *conditions)
        .correlate(Contact)
    )


def _elected_code(day: date) -> ColumnElement[str]:
    return case((_held(day, Affiliation.is_elected), YES), else_=NO)


def _situation_code(day: date) -> ColumnElement[str]:
    ever = exists().where(Affiliation.contact_id == Contact.id).correlate(Contact)
    return case((_held(day), PRESENT), (ever, PAST), else_=NONE)


def contact_email_code() -> ColumnElement[str]:
    """Return whether a person has an e-mail, their own or a further one."""
    further = exists().where(
        ContactPoint.contact_id == Contact.id, ContactPoint.medium == Medium.EMAIL.value
    )
    has_one = Contact.email.is_not(None) | further.correlate(Contact)
    return case((has_one, WITH_EMAIL), else_=WITHOUT_EMAIL)


def _of_a_present_structure(
    day: date, narrow: Callable[..., ColumnElement[bool]], *, is_broad: bool
) -> Callable[[Any], ColumnElement[bool]]:
    """Return the condition of the people with such a structure today.

    SQLite reads the whole of an IN before its first row: what half of the people answer to is
    asked of each person in turn, which ends with the page.
    """

    def condition(values: Any) -> ColumnElement[bool]:
        roles = (
            select(Affiliation.contact_id)
            .join(Structure, Structure.id == Affiliation.structure_id)
            .where(is_current_on(day), narrow(values))
        )
        if is_broad:
            return roles.where(Affiliation.contact_id == Contact.id).correlate(Contact).exists()
        return Contact.id.in_(roles)

    return condition


def _tally_of_present_structures(day: date, values: Select[Any]) -> Tally:
    """Return what counts people, once for each value that a present structure of theirs has."""
    pairs = values.subquery()

    def tally(found: CTE) -> Select[Any]:
        return (
            select(pairs.c.value, func.count(Affiliation.contact_id.distinct()))
            .join(Affiliation, Affiliation.structure_id == pairs.c.id)
            .where(is_current_on(day), Affiliation.contact_id.in_(select(found.c.id)))
            .group_by(pairs.c.value)
        )

    return tally


def _contact_filters(day: date) -> list[Filter]:
    values = values_of_structures()
    filters = [
        replace(
            each,
            narrow=_of_a_present_structure(
                day, each.narrow, is_broad=each.name in ("famille", "departement")
            ),
            tally=_tally_of_present_structures(day, values[each.name]),
        )
        for each in structure_filters()
        if each.name not in ("etiquette", "expertise")
    ]
    return [*filters, *_own_filters(day), *added_filters(CONTACTS)]


def _own_filters(day: date) -> list[Filter]:
    elected, situation = _elected_code(day), _situation_code(day)
    return [
        Filter(
            "situation",
            N_("Situation"),
            situation.in_,
            lambda _session: words_of(_SITUATIONS),
            everything_label=N_("Toutes"),
            read=list,
            tally=tally_by(Contact.id, situation),
        ),
        Filter(
            "elu",
            N_("Mandat électif"),
            elected.in_,
            lambda _session: words_of(_YES_OR_NO),
            everything_label=N_("Peu importe"),
            read=list,
            tally=tally_by(Contact.id, elected),
        ),
        Filter(
            "fonction",
            N_("Fonction"),
            lambda values: _held(day, holds_role_words(values)),
            lambda _session: [],
            kind="text",
            name_values=lambda _session, values: [(value, value) for value in values],
        ),
        verification_filter(Contact.verified_on, day),
        email_filter(contact_email_code(), Contact.id),
        _tag_filter(),
    ]


def _tag_filter() -> Filter:
    return Filter(
        "etiquette",
        N_("Étiquette"),
        lambda values: exists().where(
            contact_tag.c.contact_id == Contact.id, contact_tag.c.tag_id.in_(values)
        ),
        tags,
        everything_label=N_("Toutes"),
        read=numbers,
        tally=tally_by(contact_tag.c.contact_id, contact_tag.c.tag_id),
    )
