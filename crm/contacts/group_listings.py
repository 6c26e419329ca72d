"""The lists of groups and of their members: what they show and what narrows them."""

from collections.abc import Sequence
from datetime import date

from flask import url_for
from sqlalchemy import ColumnElement, and_, case, exists, false, or_, select
from sqlalchemy.orm import Session

from crm.contacts.group_types import GROUP_STATUS_LABELS, KIND_LABELS
from crm.contacts.listings import structure_filters
from crm.contacts.listings.filters import tally_by
from crm.contacts.models import Group, GroupRepresentative, Membership, Structure
from crm.contacts.queries.groups import group_rows, is_open_on, member_rows, represents_on
from crm.contacts.types import GroupKind, GroupStatus
from crm.core.errors import N_
from crm.search.queries import typed_words
from crm.territories.models import Country
from crm.web.list_definition import Column, Filter, ListDefinition, Narrowing, Sort
from crm.web.lists import Listing
from crm.web.locale import translate

Options = list[tuple[str, str]]
WITH, WITHOUT = "avec", "sans"
_REPRESENTED = ((WITH, N_("Avec un représentant")), (WITHOUT, N_("Sans représentant")))
_ON_A_DAY = frozenset({"au"})


def group_list(day: date) -> ListDefinition:
    """Return the list of groups, as they are on a day."""
    statement = group_rows(day)
    kind = case((Group.kind == GroupKind.COUNTRY, 0), else_=1)
    members = statement.selected_columns["members"].element
    return ListDefinition(
        url=url_for("groups.index"),
        statement=statement,
        counted=select(Group.id)
        .outerjoin(Country, Country.code == Group.country_code)
        .where(Group.deleted_at.is_(None)),
        columns=(
            Column("name", N_("Nom"), sort="nom"),
            Column("kind", N_("Type"), sort="type"),
            Column("about", N_("Pays ou thème")),
            Column("status", N_("Statut")),
            Column("members", N_("Membres"), sort="membres", is_numeric=True),
        ),
        sorts={
            "type": Sort((kind, Group.sort_name, Group.id)),
            "nom": Sort((Group.sort_name, Group.id)),
            "membres": Sort((members, Group.sort_name, Group.id), descending=True),
        },
        default_sort="type",
        filters=_group_filters(day),
        search_label=N_("Nom du groupe, pays"),
        count_words=(N_("%(count)s groupe"), N_("%(count)s groupes")),
        export_url=lambda extension: url_for("groups.export", extension=extension),
        allowed_arguments=_ON_A_DAY,
    )


def narrow_groups(session: Session, listing: Listing) -> Narrowing:
    """Apply the filters of the URL and the words searched."""
    narrowing = listing.narrow(session)
    words = tuple(typed_words(listing.search))
    if not words:
        return narrowing
    holding = and_(
        *(
            or_(
                Group.sort_name.contains(word, autoescape=True),
                Country.sort_name.contains(word, autoescape=True),
            )
            for word in words
        )
    )
    return narrowing.kept_to(holding, words)


def _group_filters(day: date) -> list[Filter]:
    return [
        Filter(
            "type",
            N_("Type"),
            Group.kind.in_,
            lambda _session: [(each.value, translate(text)) for each, text in KIND_LABELS.items()],
            tally=tally_by(Group.id, Group.kind),
        ),
        Filter(
            "statut",
            N_("Statut"),
            lambda values: or_(false(), *(_has_status(value, day) for value in values)),
            lambda _session: [
                (each.value, translate(text)) for each, text in GROUP_STATUS_LABELS.items()
            ],
            tally=tally_by(Group.id, _status_code(day)),
        ),
        Filter(
            "pays",
            N_("Pays"),
            Group.country_code.in_,
            _countries_of_groups,
            tally=tally_by(Group.id, Group.country_code),
        ),
    ]


def _status_code(day: date) -> ColumnElement[str]:
    return case(*((_has_status(each, day), each.value) for each in GroupStatus), else_="")


def _has_status(value: str, day: date) -> ColumnElement[bool]:
    is_started = and_(Group.launched_on.is_not(None), Group.launched_on <= day)
    conditions = {
        GroupStatus.STARTING: and_(is_open_on(day), ~is_started),
        GroupStatus.ACTIVE: and_(is_open_on(day), is_started),
        GroupStatus.CLOSED: and_(~is_open_on(day), Group.merged_into_id.is_(None)),
        GroupStatus.MERGED: and_(~is_open_on(day), Group.merged_into_id.is_not(None)),
    }
    return conditions[GroupStatus(value)] if value in set(GroupStatus) else false()


def _countries_of_groups(session: Session) -> Options:
    rows = session.execute(
        select(Country.code, Country.name)
        .where(Country.code.in_(select(Group.country_code).where(Group.deleted_at.is_(None))))
        .order_by(Country.sort_name)
    )
    return list(rows.tuples().all())


def member_list(group_id: int, day: date) -> ListDefinition:
    """Return the list of a group's members on a day."""
    return ListDefinition(
        url=url_for("groups.show", group_id=group_id),
        statement=member_rows(group_id, day),
        columns=(
            Column("name", N_("Nom"), sort="nom"),
            Column("commune", N_("Commune")),
            Column("representatives", N_("Représentée par")),
            Column("since", N_("Membre depuis"), sort="depuis"),
        ),
        sorts={
            "nom": Sort((Structure.sort_name, Membership.id)),
            "depuis": Sort((Membership.start_on, Membership.id), descending=True),
        },
        default_sort="nom",
        filters=[_represented_filter(day), *structure_filters()],
        search_label=N_("Nom, sigle, commune"),
        count_words=(N_("%(count)s structure membre"), N_("%(count)s structures membres")),
        export_url=lambda extension: url_for(
            "groups.export_members", group_id=group_id, extension=extension
        ),
        allowed_arguments=_ON_A_DAY,
    )


def _represented_filter(day: date) -> Filter:
    speaks = exists().where(GroupRepresentative.membership_id == Membership.id, represents_on(day))

    def narrow(values: Sequence[str]) -> ColumnElement[bool]:
        asked = {WITH: speaks, WITHOUT: ~speaks}
        return or_(false(), *(asked[value] for value in values if value in asked))

    return Filter(
        "representant",
        N_("Représentants"),
        narrow,
        lambda _session: [(value, translate(label)) for value, label in _REPRESENTED],
    )
