"""The list of users: what it shows and what narrows it."""

from collections.abc import Sequence

from flask import url_for
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.accounts.permissions import ROLE_LABELS
from crm.accounts.queries import matching_user_ids
from crm.core.errors import N_
from crm.web.list_definition import Column, Filter, ListDefinition, Narrowing, Sort
from crm.web.lists import Listing
from crm.web.locale import translate

_STATES = {"actif": N_("Compte actif"), "inactif": N_("Compte désactivé")}


def user_list() -> ListDefinition:
    """Return the list of users."""
    return ListDefinition(
        url=url_for("users.index"),
        statement=select(
            User.id,
            User.name,
            User.email,
            User.role,
            User.is_active,
            User.created_at,
            User.password_hash.is_not(None).label("has_password"),
            User.totp_secret.is_not(None).label("has_second_factor"),
        ),
        columns=(
            Column("name", N_("Nom"), sort="nom"),
            Column("email", N_("Adresse électronique")),
            Column("role", N_("Rôle"), sort="role"),
            Column("state", N_("État")),
            Column("second_factor", N_("Deux étapes")),
        ),
        sorts={
            "nom": Sort((func.lower(User.name), User.id)),
            "role": Sort((User.role, func.lower(User.name), User.id)),
        },
        default_sort="nom",
        filters=(
            Filter("role", N_("Rôle"), User.role.in_, _roles),
            Filter("etat", N_("État"), _in_states, _states),
        ),
        search_label=N_("Nom, adresse"),
        export_url=lambda extension: url_for("users.export", extension=extension),
        count_words=(N_("%(count)s compte"), N_("%(count)s comptes")),
    )


def narrow_users(session: Session, listing: Listing) -> Narrowing:
    """Apply the filters of the URL and the words searched."""
    narrowing = listing.narrow(session)
    if listing.search:
        found = matching_user_ids(session, listing.search)
        narrowing.statement = narrowing.statement.where(User.id.in_(found))
    return narrowing


def _roles(_session: Session) -> Sequence[tuple[str, str]]:
    return [(str(role), translate(label)) for role, label in ROLE_LABELS.items()]


def _states(_session: Session) -> Sequence[tuple[str, str]]:
    return [(value, translate(label)) for value, label in _STATES.items()]


def _in_states(values: list[str]) -> ColumnElement[bool]:
    return User.is_active.in_([value == "actif" for value in values if value in _STATES])
