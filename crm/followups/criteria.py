"""What a segment may ask of accompaniment: the sessions done, as the figures count them."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased

from crm.accounts.choices import everyone
from crm.contacts.models import Contact, Structure
from crm.core.days import add_months
from crm.core.errors import N_, RuleError
from crm.criteria.conditions import is_found
from crm.criteria.criterion import Criterion, Field, Values, fixed
from crm.criteria.types import FieldKind, Subject
from crm.followups.indicators import ACCOMPANIED_FORMALLY, ACCOMPANIED_STRUCTURES
from crm.followups.models import (
    AccompanimentSession,
    SessionStructure,
    session_contact,
    session_officer,
)
from crm.followups.types import SessionStatus
from crm.indicators.counting import facts
from crm.indicators.types import Period, Scope
from crm.reference.queries import labels_by_id

GROUP = N_("Accompagnement")
FORMAL = "formel"
_FORMS = {FORMAL: N_("en rendez-vous"), "tous": N_("par rendez-vous ou appui ponctuel")}
_LONG_AGO = date(1900, 1, 1)
_Then, _Person = aliased(Structure), aliased(Contact)


def _start(values: Values, day: date) -> date:
    """Return the day from which sessions are looked at."""
    if months := values.get("months"):
        return add_months(day, -months)
    since: date = values.get("since", _LONG_AGO)
    return since


def _narrowed(found: Select[Any], values: Values) -> Select[Any]:
    if kinds := values.get("kinds"):
        found = found.where(AccompanimentSession.kind_id.in_(kinds))
    if officers := values.get("officers"):
        theirs = select(session_officer.c.session_id).where(session_officer.c.user_id.in_(officers))
        found = found.where(AccompanimentSession.id.in_(theirs.correlate(None)))
    return found


def _is_accompanied(values: Values, day: date) -> ColumnElement[bool]:
    """Return whether a structure is among those the figure of the period counts.

    A session with a structure that was merged into another since is the other's.
    """
    is_formal = values.get("form", ("",))[0] == FORMAL
    indicator = ACCOMPANIED_FORMALLY if is_formal else ACCOMPANIED_STRUCTURES
    counted = _narrowed(facts(indicator, Scope(Period(_start(values, day), day))), values)
    itself = func.coalesce(_Then.merged_into_id, _Then.id)
    found = counted.with_only_columns(itself).join(_Then, _Then.id == SessionStructure.structure_id)
    return is_found(Structure.id, found)


def _is_met(values: Values, day: date) -> ColumnElement[bool]:
    found = (
        select(func.coalesce(_Person.merged_into_id, _Person.id))
        .select_from(session_contact)
        .join(AccompanimentSession, AccompanimentSession.id == session_contact.c.session_id)
        .join(_Person, _Person.id == session_contact.c.contact_id)
        .where(
            AccompanimentSession.status == SessionStatus.DONE,
            AccompanimentSession.deleted_at.is_(None),
            AccompanimentSession.held_on.between(_start(values, day), day),
        )
    )
    return is_found(Contact.id, _narrowed(found, values))


def check_one_start(values: Values) -> None:
    """Raise RuleError when the beginning is said twice."""
    if "months" in values and "since" in values:
        raise RuleError("since", N_("Choisissez une durée ou une date, pas les deux."))


_FIELDS = (
    Field(
        name="months",
        label=N_("Depuis (mois)"),
        kind=FieldKind.NUMBER,
        is_needed=False,
        lowest=1,
        highest=600,
        units=(N_("%(count)s mois"), N_("%(count)s mois")),
        phrase=N_(" depuis %(value)s"),
        hint=N_("Vide : depuis toujours"),
    ),
    Field(
        name="since",
        label=N_("Ou depuis le"),
        kind=FieldKind.DAY,
        is_needed=False,
        phrase=N_(" depuis le %(value)s"),
    ),
    Field(
        name="kinds",
        label=N_("Natures d’appui"),
        is_id=True,
        is_needed=False,
        options=lambda session: labels_by_id(session, "session_kind"),
        phrase=N_(" (%(value)s)"),
    ),
    Field(
        name="officers",
        label=N_("Par"),
        is_id=True,
        is_needed=False,
        is_quoted=False,
        options=everyone,
        phrase=N_(" par %(value)s"),
    ),
)
_FORM = Field(
    name="form",
    label=N_("Forme"),
    is_single=True,
    is_needed=False,
    is_quoted=False,
    options=fixed(_FORMS),
    phrase=N_(" %(value)s"),
)
FOLLOWUP_CRITERIA = (
    Criterion(
        code="accompagnee",
        label=N_("Accompagnée"),
        subject=Subject.STRUCTURE,
        group=GROUP,
        yes=N_("ont été accompagnées%(form)s%(months)s%(since)s%(kinds)s%(officers)s"),
        no=N_("n’ont pas été accompagnées%(form)s%(months)s%(since)s%(kinds)s%(officers)s"),
        fields=(*_FIELDS, _FORM),
        condition=_is_accompanied,
        check=check_one_start,
    ),
    Criterion(
        code="rencontree",
        label=N_("Présente à une séance"),
        subject=Subject.CONTACT,
        group=GROUP,
        yes=N_("ont participé à une séance%(months)s%(since)s%(kinds)s%(officers)s"),
        no=N_("n’ont participé à aucune séance%(months)s%(since)s%(kinds)s%(officers)s"),
        fields=_FIELDS,
        condition=_is_met,
        check=check_one_start,
    ),
)
