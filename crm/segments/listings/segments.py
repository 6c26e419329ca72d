"""The list of segments."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_login import current_user
from sqlalchemy import ColumnElement, case, false, or_, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.accounts.models import User
from crm.contacts.listings.filters import tally_by
from crm.core.errors import N_
from crm.core.text import sort_key
from crm.criteria.types import Subject
from crm.segments.models import Segment
from crm.segments.queries import is_readable
from crm.segments.wording import SUBJECT_LABELS
from crm.web.list_definition import Column, Filter, ListDefinition, Narrowing, Sort
from crm.web.lists import Listing
from crm.web.locale import translate

SEGMENTS = "segments"
MINE, SHARED = "moi", "equipe"
LIVE, FROZEN = "vivant", "fige"
_WHOSE = {MINE: N_("Les miens"), SHARED: N_("Partagés avec l’équipe")}
_STATES = {LIVE: N_("Toujours à jour"), FROZEN: N_("Liste figée")}
_YES_OR_NO = {"oui": N_("oui"), "non": N_("non")}


def segment_list(_arguments: MultiDict[str, str]) -> ListDefinition:
    """Return the list of the segments that the signed-in person may see."""
    shown = Segment.deleted_at.is_(None), is_readable(current_user.id)
    return ListDefinition(
        code=SEGMENTS,
        heading=lambda row: (row.name, row.description or ""),
        url=url_for("segments.index"),
        statement=select(
            Segment.id,
            Segment.name,
            Segment.description,
            Segment.subject,
            User.name.label("owner"),
            Segment.created_at,
        )
        .join(User, User.id == Segment.owner_id)
        .where(*shown),
        counted=select(Segment.id).where(*shown),
        columns=_columns(),
        sorts=_sorts(),
        default_sort="nom",
        filters=_filters(current_user.id),
        search_label=N_("Nom du segment"),
        count_words=(N_("%(count)s segment"), N_("%(count)s segments")),
        takes_all=True,
        has_more_actions=True,
        export_url=lambda extension: url_for("segments.export", extension=extension),
        empty_text=N_("Un segment garde des critères sous un nom, et se recalcule tout seul."),
    )


def narrow_segments(session: Session, listing: Listing) -> Narrowing:
    """Apply the filters of the URL and the words searched, in the names."""
    narrowing = listing.narrow(session)
    typed = sort_key(listing.search or "")
    if not typed:
        return narrowing
    return narrowing.kept_to(Segment.sort_name.contains(typed, autoescape=True), listing.search)


def _columns() -> tuple[Column, ...]:
    state = case((Segment.frozen_at.is_(None), LIVE), else_=FROZEN)
    shared = case((Segment.is_shared, "oui"), else_="non")
    return (
        Column("name", N_("Nom"), sort="nom", exported=("name", "description")),
        Column("subject", N_("Ce qu’il trouve"), name="quoi",
               words={each.value: label for each, label in SUBJECT_LABELS.items()}),
        Column("state", N_("Mise à jour"), name="etat", extra=state, words=_STATES),
        Column("shared", N_("Partagé"), name="partage", extra=shared, words=_YES_OR_NO),
        Column("owner", N_("Créé par"), sort="auteur", name="auteur"),
        Column("created_at", N_("Créé le"), sort="recent", name="cree", kind="date"),
        Column("member_count", N_("Membres de la liste figée"), name="membres", is_usual=False,
               extra=Segment.member_count, is_numeric=True),
    )  # fmt: skip


def _sorts() -> dict[str, Sort]:
    return {
        "nom": Sort((Segment.sort_name, Segment.id)),
        "auteur": Sort((User.name, Segment.id)),
        "recent": Sort((Segment.id,), descending=True),
    }


def _filters(user_id: int) -> list[Filter]:
    whose = {MINE: Segment.owner_id == user_id, SHARED: Segment.is_shared}
    states = {LIVE: Segment.frozen_at.is_(None), FROZEN: Segment.frozen_at.is_not(None)}
    return [
        Filter(
            "quoi",
            N_("Ce qu’il trouve"),
            Segment.subject.in_,
            lambda _session: [(each.value, translate(SUBJECT_LABELS[each])) for each in Subject],
            tally=tally_by(Segment.id, Segment.subject),
        ),
        _either("a-qui", N_("À qui"), whose, _WHOSE),
        _either("etat", N_("Mise à jour"), states, _STATES),
    ]


def _either(
    name: str, label: str, conditions: Mapping[str, Any], words: Mapping[str, str]
) -> Filter:
    def narrow(values: Any) -> ColumnElement[bool]:
        return or_(false(), *(conditions[each] for each in values if each in conditions))

    return Filter(
        name, label, narrow, lambda _session: [(v, translate(said)) for v, said in words.items()]
    )
