"""The list of follow-ups: what it shows and what narrows it."""

from collections.abc import Callable
from datetime import date, timedelta

from flask import url_for
from sqlalchemy import ColumnElement, and_, case, false, or_, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.accounts.models import User
from crm.contacts.queries import contacts_by_values
from crm.core.errors import N_
from crm.followups.listings.session_filters import chosen_structures, ids
from crm.followups.models import FollowUp
from crm.followups.queries import follow_up_rows
from crm.followups.queries.follow_ups import ABOUT
from crm.followups.types import PRIORITY_LABELS, Priority
from crm.funding.queries.picking import applications_by_values, calls_by_values
from crm.projects.queries import projects_by_values
from crm.search.queries import matching_ids, typed_words
from crm.search.rules import MOST_WORDS
from crm.web.list_definition import Column, Filter, ListDefinition, Narrowing, Sort
from crm.web.lists import Listing
from crm.web.locale import translate

_BY_PRIORITY = case(
    {each.value: place for place, each in enumerate(Priority)}, value=FollowUp.priority
)
TO_DO, LATE_OR_TODAY = "a-faire", "retard-ou-jour"
MINE = "moi"
_WHEN = (
    ("retard", N_("En retard")),
    ("jour", N_("Aujourd’hui")),
    (LATE_OR_TODAY, N_("En retard ou aujourd’hui")),
    ("semaine", N_("Dans les 7 jours")),
    (TO_DO, N_("Toutes celles à faire")),
    ("faites", N_("Faites")),
)


def follow_up_list(arguments: MultiDict[str, str], *, today: date, user_id: int) -> ListDefinition:
    """Return the list of follow-ups on a day, as this person sees it."""
    return ListDefinition(
        url=url_for("follow_ups.index"),
        statement=follow_up_rows(),
        columns=(
            Column("what", N_("À faire")),
            Column("due_on", N_("Pour le"), sort="date"),
            Column("about", N_("À propos de")),
            Column("assignee", N_("Confiée à")),
            Column("actions", N_("Actions")),
        ),
        sorts={
            "date": Sort((FollowUp.due_on, FollowUp.id)),
            "priorite": Sort((_BY_PRIORITY, FollowUp.due_on, FollowUp.id)),
        },
        default_sort="date",
        empty_text=N_("Aucune relance : elles se notent sur une fiche, ou à la fin d’une séance."),
        filters=_filters(arguments, today, user_id),
        search_label=N_("Ce qu’il y a à faire, nom"),
        count_words=(N_("%(count)s relance"), N_("%(count)s relances")),
        takes_all=True,
        counted=follow_up_rows().with_only_columns(FollowUp.id, maintain_column_froms=True),
        has_more_actions=True,
        export_url=lambda extension: url_for("follow_ups.export", extension=extension),
    )


def _filters(arguments: MultiDict[str, str], today: date, user_id: int) -> list[Filter]:
    return [
        Filter(
            "quand",
            N_("Quand"),
            _due(today),
            lambda _session: [(value, translate(label)) for value, label in _WHEN],
            everything_label=N_("Toutes"),
        ),
        Filter(
            "pour",
            N_("Confiée à"),
            _assigned(user_id),
            _team,
            everything_label=N_("Toute l’équipe"),
        ),
        Filter(
            "priorite",
            N_("Priorité"),
            FollowUp.priority.in_,
            lambda _session: [(each.value, translate(t)) for each, t in PRIORITY_LABELS.items()],
            everything_label=N_("Toutes"),
        ),
        *_about(arguments),
    ]


def _about(arguments: MultiDict[str, str]) -> list[Filter]:
    """Return the filters by what a follow-up is about: only what the URL names is offered."""
    return [
        Filter(
            "structure",
            N_("Structure"),
            lambda values: FollowUp.structure_id.in_(ids(values)),
            lambda session: chosen_structures(session, arguments.getlist("structure")[:20]),
            everything_label=N_("Toutes"),
            name_values=chosen_structures,
        ),
        Filter(
            "projet",
            N_("Projet"),
            lambda values: FollowUp.project_id.in_(ids(values)),
            lambda session: projects_by_values(session, arguments.getlist("projet")[:20]),
            everything_label=N_("Tous"),
            name_values=projects_by_values,
        ),
        *_about_funding(arguments),
        Filter(
            "personne",
            N_("Personne"),
            lambda values: FollowUp.contact_id.in_(ids(values)),
            lambda session: contacts_by_values(session, arguments.getlist("personne")[:20]),
            everything_label=N_("Toutes"),
            name_values=contacts_by_values,
        ),
    ]


def _about_funding(arguments: MultiDict[str, str]) -> list[Filter]:
    return [
        Filter(
            "dossier",
            N_("Dossier de financement"),
            lambda values: FollowUp.application_id.in_(ids(values)),
            lambda session: applications_by_values(session, arguments.getlist("dossier")[:20]),
            everything_label=N_("Tous"),
            name_values=applications_by_values,
        ),
        Filter(
            "appel",
            N_("Appel à projets"),
            lambda values: FollowUp.call_id.in_(ids(values)),
            lambda session: calls_by_values(session, arguments.getlist("appel")[:20]),
            everything_label=N_("Tous"),
            name_values=calls_by_values,
        ),
    ]


def narrow_by_text(session: Session, listing: Listing) -> Narrowing:
    """Apply the filters of the URL, and each word searched: in what is to be done, or in a name."""
    narrowing = listing.narrow(session)
    typed = tuple(listing.search.split()[:MOST_WORDS])
    if not typed:
        return narrowing
    return narrowing.kept_to(and_(*(_holds(text) for text in typed)), typed)


def _holds(text: str) -> ColumnElement[bool]:
    found = [FollowUp.what.icontains(text, autoescape=True)]
    if prefixes := typed_words(text):
        found += [column.in_(matching_ids(kind, prefixes)) for kind, column in ABOUT.items()]
    return or_(*found)


def _due(today: date) -> Callable[[list[str]], ColumnElement[bool]]:
    is_open = FollowUp.done_at.is_(None)
    conditions = {
        "retard": and_(is_open, FollowUp.due_on < today),
        LATE_OR_TODAY: and_(is_open, FollowUp.due_on <= today),
        "jour": and_(is_open, FollowUp.due_on == today),
        "semaine": and_(is_open, FollowUp.due_on <= today + timedelta(days=7)),
        TO_DO: is_open,
        "faites": FollowUp.done_at.is_not(None),
    }
    return lambda values: or_(false(), *(conditions[v] for v in values if v in conditions))


def _assigned(user_id: int) -> Callable[[list[str]], ColumnElement[bool]]:
    return lambda values: FollowUp.assignee_id.in_(
        [*ids(values), *([user_id] if MINE in values else [])]
    )


def _team(session: Session) -> list[tuple[str, str]]:
    rows = session.execute(select(User.id, User.name).order_by(User.name, User.id))
    return [
        (MINE, translate(N_("Moi"))),
        *((str(user_id), name) for user_id, name in rows.tuples()),
    ]
