"""The lists of mandates and of vacant seats: what they show and what narrows them."""

from dataclasses import replace
from datetime import date

from flask import url_for

from crm.contacts.listings import structure_filters
from crm.contacts.models import Affiliation, Contact, Seat, Structure
from crm.contacts.queries.mandates import mandate_rows, vacancy_rows
from crm.core.errors import N_
from crm.core.text import sort_key
from crm.web.list_definition import Column, Filter, ListDefinition, Narrowing, Sort
from crm.web.lists import Listing

_ROLES = N_("Fonction")


def mandate_list(day: date) -> ListDefinition:
    """Return the list of elected mandates held on a day."""
    return ListDefinition(
        url=url_for("mandates.index"),
        statement=mandate_rows(day),
        columns=(
            Column("structure", N_("Structure"), sort="structure"),
            Column("role", _ROLES),
            Column("name", N_("Nom"), sort="nom"),
            Column("start_on", N_("Depuis le")),
        ),
        sorts={
            "structure": Sort((Structure.sort_name, Affiliation.id)),
            "nom": Sort((Contact.sort_name, Affiliation.id)),
        },
        default_sort="structure",
        empty_text=N_("Un mandat apparaît ici dès qu’il est noté sur la fiche d’un contact."),
        filters=_uncounted_filters(),
        search_label=N_("Structure, personne, fonction"),
        count_words=(N_("%(count)s mandat"), N_("%(count)s mandats")),
        bulk_actions=(("clore", N_("Clore à la date du")),),
        bulk_text_label=N_("Dernier jour du mandat, par exemple 22/03/2026"),
        takes_all=True,
        export_url=lambda extension: url_for("mandates.export", extension=extension),
        allowed_arguments=frozenset({"le"}),
    )


def vacancy_list(day: date) -> ListDefinition:
    """Return the list of seats that stand vacant on a day."""
    return ListDefinition(
        url=url_for("mandates.vacancies"),
        statement=vacancy_rows(day),
        columns=(
            Column("structure", N_("Structure"), sort="structure"),
            Column("role", N_("Siège")),
            Column("vacant_since", N_("Vacant depuis le")),
            Column("name", N_("Tenu auparavant par")),
        ),
        sorts={"structure": Sort((Structure.sort_name, Seat.id))},
        default_sort="structure",
        empty_text=N_("Un siège apparaît ici quand la personne qui le tenait l’a quitté."),
        filters=[*_uncounted_filters(), _elected_filter()],
        search_label=N_("Structure ou siège"),
        count_words=(N_("%(count)s siège vacant"), N_("%(count)s sièges vacants")),
        bulk_actions=(("rencontrer", N_("Créer une relance pour rencontrer le successeur")),),
        takes_all=True,
        export_url=lambda extension: url_for("mandates.export_vacancies", extension=extension),
        allowed_arguments=frozenset({"le"}),
    )


def _uncounted_filters() -> list[Filter]:
    # What counts structures beside each value would be wrong beside several mandates of one.
    return [replace(each, tally=None) for each in structure_filters()]


def _elected_filter() -> Filter:
    return Filter(
        "electif",
        N_("Mandat électif"),
        lambda values: Seat.is_elected.in_([value == "oui" for value in values]),
        lambda _session: [("oui", N_("oui")), ("non", N_("non"))],
    )


def narrowed_mandates(listing: Listing, narrowing: Narrowing) -> Narrowing:
    """Apply the words searched to a list of mandates."""
    for word in sort_key(listing.search).split():
        narrowing.statement = narrowing.statement.where(
            Structure.sort_name.contains(word, autoescape=True)
            | Contact.sort_name.contains(word, autoescape=True)
            | Affiliation.role.icontains(word, autoescape=True)
        )
    return narrowing


def narrowed_vacancies(listing: Listing, narrowing: Narrowing) -> Narrowing:
    """Apply the words searched to a list of vacant seats."""
    for word in sort_key(listing.search).split():
        narrowing.statement = narrowing.statement.where(
            Structure.sort_name.contains(word, autoescape=True)
            | Seat.role.icontains(word, autoescape=True)
        )
    return narrowing
