"""What can be done at once with the schemes, or the calls, selected in a list."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session, selectinload

from crm.core import clock
from crm.core.days import parse_day
from crm.core.errors import N_, RuleError
from crm.funding import rules
from crm.funding.call_presentation import data_of_call
from crm.funding.models import FundingCall, FundingScheme
from crm.history.bulk import BulkAction, change_each
from crm.web.locale import sentence, translate

YES, NO = "oui", "non"


def set_over(session: Session, *, ids: Sequence[int], is_over: bool) -> int:
    """Say of schemes that they are over, or not; return how many have changed."""

    def change(scheme: FundingScheme) -> bool:
        if scheme.is_active != is_over:
            return False
        scheme.is_active = not is_over
        return True

    return change_each(
        session, FundingScheme, ids, label=N_("Fin d’une sélection de dispositifs"), change=change
    )


def set_recurring(session: Session, *, ids: Sequence[int], is_recurring: bool) -> int:
    """Say of schemes that they come back each year, or not; return how many have changed."""

    def change(scheme: FundingScheme) -> bool:
        if scheme.is_recurring == is_recurring:
            return False
        scheme.is_recurring = is_recurring
        return True

    label = N_("Retour annuel d’une sélection de dispositifs")
    return change_each(session, FundingScheme, ids, label=label, change=change)


def set_day(session: Session, *, ids: Sequence[int], name: str, text: str) -> int:
    """Give calls the day that was typed, or none; return how many had another.

    `name` is that of a date that no application is checked against. Raises RuleError, and nothing
    changes, when the other dates of a call do not allow it: it is named.
    """
    day = _typed_day(text)

    def change(call: FundingCall) -> bool:
        if getattr(call, name) == day:
            return False
        setattr(call, name, day)
        try:
            rules.clean_call(data_of_call(call))
        except RuleError as error:
            raise RuleError(
                "value",
                N_("« %(name)s » : %(reason)s Rien n’a changé."),
                name=call.name,
                reason=sentence(error),
            ) from error
        return True

    return change_each(
        session,
        FundingCall,
        ids,
        label=N_("Date d’une sélection d’appels"),
        change=change,
        options=[selectinload(FundingCall.families), selectinload(FundingCall.departements)],
    )


def _typed_day(text: str) -> date | None:
    return parse_day(text, clock.today(), prefer_past=False, field="value") if text else None


def _yes_or_no(_session: Session) -> list[tuple[str, str]]:
    return [(YES, translate(N_("oui"))), (NO, translate(N_("non")))]


SCHEME_ACTIONS = (
    BulkAction(
        "termine",
        N_("Terminé"),
        lambda session, ids, value: set_over(session, ids=ids, is_over=value == YES),
        _yes_or_no,
    ),
    BulkAction(
        "recurrent",
        N_("Revient chaque année"),
        lambda session, ids, value: set_recurring(session, ids=ids, is_recurring=value == YES),
        _yes_or_no,
    ),
)
CALL_ACTIONS = (
    BulkAction(
        "resultats",
        N_("Résultats"),
        lambda session, ids, value: set_day(session, ids=ids, name="results_on", text=value),
    ),
    BulkAction(
        "ouverture",
        N_("Ouverture"),
        lambda session, ids, value: set_day(session, ids=ids, name="opens_on", text=value),
    ),
)
