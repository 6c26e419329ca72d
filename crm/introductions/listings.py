"""The list of introductions, and what is done to many at once."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session, joinedload
from werkzeug.datastructures import MultiDict

from crm.accounts.models import User
from crm.accounts.queries import team
from crm.contacts.listings import departements, numbers
from crm.contacts.listings.filters import tally_by
from crm.contacts.models import Structure
from crm.contacts.queries import structures_by_values
from crm.core import clock
from crm.core.errors import N_, RuleError
from crm.core.numbers import typed_id
from crm.history.bulk import BulkAction, change_each
from crm.introductions.models import Introduction, IntroductionSide
from crm.introductions.queries import introduction_rows
from crm.introductions.rules import OUTCOME_AFTER
from crm.introductions.support import entrust
from crm.introductions.types import OUTCOME_LABELS, STATUS_LABELS, IntroductionStatus
from crm.search.queries import matching_ids, typed_words
from crm.web.list_definition import Column, Filter, ListDefinition, Narrowing, Sort
from crm.web.lists import Listing
from crm.web.locale import translate

INTRODUCTIONS = "introductions"
AWAITED, GIVEN = "attendue", "donnee"
_STATUSES = {each.value: label for each, label in STATUS_LABELS.items()}
_OUTCOMES = {each.value: label for each, label in OUTCOME_LABELS.items()}


def introduction_list(arguments: MultiDict[str, str]) -> ListDefinition:
    """Return the list of introductions, as it is today."""
    return ListDefinition(
        code=INTRODUCTIONS,
        url=url_for("introductions.index"),
        statement=introduction_rows(),
        counted=select(Introduction.id).where(Introduction.deleted_at.is_(None)),
        columns=(
            Column("name", N_("Structures")),
            Column("introduced_on", N_("Date"), sort="date", name="date", kind="date"),
            Column("status", N_("Statut"), sort="statut", name="statut", words=_STATUSES),
            Column("reason", N_("Raison"), name="raison", is_wide=True),
            Column("person", N_("Suivie par"), sort="personne", name="personne"),
            Column("outcome", N_("Ce que cela a donné"), name="issue", words=_OUTCOMES),
            Column("made_on", N_("Faite le"), name="faite", is_usual=False, kind="date"),
            Column("outcome_note", N_("En quelques mots"), name="note", is_usual=False),
        ),
        sorts={
            "date": Sort((Introduction.introduced_on, Introduction.id), descending=True),
            "statut": Sort((Introduction.status, Introduction.id)),
            "personne": Sort((User.name, Introduction.id)),
        },
        default_sort="date",
        filters=_filters(arguments, clock.today()),
        search_label=N_("Nom d’une structure, raison"),
        count_words=(N_("%(count)s mise en relation"), N_("%(count)s mises en relation")),
        takes_all=True,
        has_more_actions=True,
        export_url=lambda extension: url_for("introductions.export", extension=extension),
        empty_text=N_("« Mettre en relation », depuis la fiche d’une structure, prend une minute."),
    )


def _filters(arguments: MultiDict[str, str], today: date) -> list[Filter]:
    return [
        Filter(
            "statut",
            N_("Statut"),
            Introduction.status.in_,
            lambda _session: [(code, translate(label)) for code, label in _STATUSES.items()],
            tally=tally_by(Introduction.id, Introduction.status),
        ),
        Filter(
            "personne",
            N_("Suivie par"),
            lambda values: Introduction.officer_id.in_(numbers(values)),
            team,
            everything_label=N_("Toute l’équipe"),
            tally=tally_by(Introduction.id, Introduction.officer_id),
        ),
        Filter(
            "suite",
            N_("Suite"),
            lambda values: _followed(values, today),
            lambda _session: [
                (AWAITED, translate(N_("Attendue"))), (GIVEN, translate(N_("Connue"))),
            ],
            everything_label=N_("Toutes"),
        ),
        Filter(
            "issue",
            N_("Ce que cela a donné"),
            Introduction.outcome.in_,
            lambda _session: [(code, translate(label)) for code, label in _OUTCOMES.items()],
            tally=tally_by(Introduction.id, Introduction.outcome),
        ),
        *_filters_of_sides(arguments),
    ]  # fmt: skip


def _filters_of_sides(arguments: MultiDict[str, str]) -> list[Filter]:
    return [
        Filter(
            "departement",
            N_("Département"),
            lambda values: _with_side(Structure.departement_code.in_(values)),
            departements,
        ),
        Filter(
            "structure",
            N_("Structure"),
            lambda values: _with_side(Structure.id.in_(numbers(values))),
            lambda session: _structures(session, arguments.getlist("structure")[:20]),
            everything_label=N_("Toutes"),
            name_values=_structures,
        ),
    ]


def _with_side(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    sides: Select[Any] = (
        select(IntroductionSide.introduction_id)
        .join(Structure, Structure.id == IntroductionSide.structure_id)
        .where(condition)
    )
    return Introduction.id.in_(sides)


def _followed(values: list[str], today: date) -> ColumnElement[bool]:
    awaited = and_(
        Introduction.status == IntroductionStatus.MADE,
        Introduction.outcome.is_(None),
        Introduction.made_on <= today - OUTCOME_AFTER,
    )
    conditions = {AWAITED: awaited, GIVEN: Introduction.outcome.is_not(None)}
    return or_(false(), *(conditions[v] for v in values if v in conditions))


def _structures(session: Session, values: list[str]) -> list[tuple[str, str]]:
    return structures_by_values(session, [str(each) for each in numbers(values)])


def narrow_by_words(session: Session, listing: Listing) -> Narrowing:
    """Apply the filters of the URL and the words searched."""
    narrowing = listing.narrow(session)
    prefixes = typed_words(listing.search)
    if not prefixes:
        return narrowing
    return narrowing.kept_to(
        Introduction.id.in_(matching_ids("introduction", prefixes)), listing.search
    )


def set_officers(session: Session, *, ids: Sequence[int], user_id: int) -> int:
    """Put someone in charge of introductions; return how many had someone else."""
    user = session.get(User, user_id)
    if user is None or not user.is_active:
        raise RuleError("value", N_("Choisissez un membre actuel de l’équipe."))

    def change(record: Introduction) -> bool:
        if record.officer_id == user_id:
            return False
        entrust(record, user_id)
        return True

    return change_each(
        session,
        Introduction,
        ids,
        label=N_("Responsable d’une sélection de mises en relation"),
        change=change,
        options=[joinedload(Introduction.follow_up)],
    )


INTRODUCTION_ACTIONS = (
    BulkAction(
        "personne",
        N_("Confier à"),
        lambda session, ids, value: set_officers(session, ids=ids, user_id=typed_id(value)),
        team,
    ),
)
