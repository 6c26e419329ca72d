"""What an application must be, and what becomes of its money and dates as it moves on."""

from dataclasses import dataclass, replace
from datetime import date

from crm.core.errors import N_, RuleError
from crm.funding.rules.lengths import (
    LONGEST_NAME,
    LONGEST_NOTE,
    LONGEST_REASON,
    LONGEST_REFERENCE,
    LONGEST_TEXT,
    NEEDED,
    check_length,
)
from crm.funding.types import (
    DECIDED,
    LOST,
    OBTAINED,
    PENDING,
    PREPARED,
    ApplicationData,
    ApplicationStatus,
    StatusData,
)


@dataclass(frozen=True, slots=True)
class Money:
    """What is known of an application's money and decision, in cents."""

    status: str
    requested_cents: int | None
    awarded_cents: int | None
    award_reason: str | None
    filed_on: date | None
    decided_on: date | None


_LONGEST = {
    "title": LONGEST_NAME,
    "reference": LONGEST_REFERENCE,
    "notes": LONGEST_TEXT,
    "refusal_note": LONGEST_NOTE,
}


def clean_application(data: ApplicationData, today: date) -> ApplicationData:
    """Return the data, its status told by its amounts; raise RuleError with the wrong field.

    An award below the request is a partial one and the other way round; the reason of a refusal is
    kept only where there is one.
    """
    title = data.title.strip()
    if not title:
        raise RuleError("title", NEEDED)
    for name, longest in _LONGEST.items():
        check_length(name, getattr(data, name) or "", longest)
    if not data.beneficiary:
        raise RuleError("beneficiary", N_("Dites quelle structure dépose le dossier."))
    _check_amounts(data)
    money = clean_money(
        Money(
            data.status,
            data.requested_cents,
            data.awarded_cents,
            data.award_reason,
            data.filed_on,
            data.decided_on,
        ),
        today,
    )
    is_lost = money.status in LOST
    return replace(
        data,
        title=title,
        status=money.status,
        award_reason=money.award_reason,
        refusal_reason_id=data.refusal_reason_id if is_lost else None,
        refusal_note=data.refusal_note if is_lost else None,
    )


def _check_amounts(data: ApplicationData) -> None:
    for field, cents in (
        ("total", data.total_cents),
        ("requested", data.requested_cents),
        ("awarded", data.awarded_cents),
    ):
        if cents is not None and cents < 0:
            raise RuleError(field, N_("Un montant ne peut pas être négatif."))
    if data.total_cents is not None and (data.requested_cents or 0) > data.total_cents:
        raise RuleError("requested", N_("Le montant demandé dépasse le budget total du projet."))


def clean_money(money: Money, today: date) -> Money:
    """Return the money of an application with the status that it tells of; raise RuleError."""
    status = check_status(money.status)
    for field, day in (("filed_on", money.filed_on), ("decided_on", money.decided_on)):
        if day is not None and day > today:
            raise RuleError(field, N_("Cette date est à venir."))
    _check_dates(money, status)
    _check_award(money, status)
    requested, awarded = money.requested_cents, money.awarded_cents
    is_above = requested is not None and awarded is not None and awarded > requested
    if is_above and not (money.award_reason or "").strip():
        raise RuleError(
            "award_reason",
            N_("Le montant obtenu dépasse le montant demandé : corrigez-le, ou dites pourquoi."),
        )
    check_length("award_reason", money.award_reason or "", LONGEST_REASON)
    if requested is not None and awarded is not None and status != ApplicationStatus.SETTLED:
        is_part = awarded < requested
        status = ApplicationStatus.PARTLY_AWARDED if is_part else ApplicationStatus.AWARDED
    reason = (money.award_reason or "").strip() if is_above else ""
    return replace(money, status=status, award_reason=reason or None)


def _check_dates(money: Money, status: ApplicationStatus) -> None:
    if status in PREPARED and money.filed_on:
        raise RuleError(
            "filed_on", N_("Un dossier qui a une date de dépôt est déposé : changez son statut.")
        )
    if status in PENDING and not money.filed_on:
        raise RuleError("filed_on", N_("Dites quel jour le dossier a été déposé."))
    if status in DECIDED and not money.decided_on:
        raise RuleError("decided_on", N_("Dites quel jour la décision a été prise."))
    if status not in DECIDED and money.decided_on:
        raise RuleError(
            "decided_on", N_("Ce statut n’attend pas de décision : changez-le, ou videz la date.")
        )
    if money.filed_on and money.decided_on and money.decided_on < money.filed_on:
        raise RuleError("decided_on", N_("La décision ne peut pas précéder le dépôt."))


def _check_award(money: Money, status: ApplicationStatus) -> None:
    if status in OBTAINED:
        if money.awarded_cents is None:
            raise RuleError("awarded", N_("Dites quel montant a été obtenu."))
        if money.awarded_cents == 0:
            raise RuleError("awarded", N_("Rien d’obtenu : choisissez « Refusé »."))
    elif money.awarded_cents is not None:
        raise RuleError(
            "awarded", N_("Un montant est obtenu : choisissez « Obtenu », ou videz ce champ.")
        )


def check_status(status: str) -> ApplicationStatus:
    """Return the status; raise RuleError when there is none of that name."""
    if status not in set(ApplicationStatus):
        raise RuleError("status", N_("Choisissez un statut de la liste."))
    return ApplicationStatus(status)


def money_after(money: Money, step: StatusData) -> Money:
    """Return an application's money once it has reached a status on a day, not checked yet.

    Going back takes away what is no longer so: a dossier in review has no decision, one being
    written was not filed.
    """
    filed_on = money.filed_on
    if step.status in PREPARED:
        filed_on = None
    elif step.status in PENDING:
        filed_on = filed_on or step.changed_on
    if step.status not in DECIDED:
        return replace(
            money,
            status=step.status,
            awarded_cents=None,
            award_reason=None,
            filed_on=filed_on,
            decided_on=None,
        )
    was_obtained = money.status in OBTAINED and step.status in OBTAINED
    awarded = step.awarded_cents
    if awarded is None and was_obtained:
        awarded = money.awarded_cents
    return replace(
        money,
        status=step.status,
        awarded_cents=awarded if step.status in OBTAINED else None,
        award_reason=step.award_reason or (money.award_reason if was_obtained else None),
        filed_on=filed_on,
        decided_on=money.decided_on if was_obtained else step.changed_on,
    )


_NEXT = {
    ApplicationStatus.IDENTIFIED: ApplicationStatus.DRAFTING,
    ApplicationStatus.DRAFTING: ApplicationStatus.FILED,
    ApplicationStatus.FILED: ApplicationStatus.UNDER_REVIEW,
    ApplicationStatus.UNDER_REVIEW: ApplicationStatus.AWARDED,
    ApplicationStatus.AWARDED: ApplicationStatus.SETTLED,
    ApplicationStatus.PARTLY_AWARDED: ApplicationStatus.SETTLED,
}


def next_status(status: str) -> ApplicationStatus | None:
    """Return what most often comes next; None where an application has come to its end."""
    return _NEXT.get(ApplicationStatus(status))


def asks_more(current: str, wanted: str) -> bool:
    """Tell whether a move needs an amount or a reason, or takes away what was noted.

    Back from a decision, or from filing, something is lost: it is asked, not done in a slip.
    """
    is_settling = current in OBTAINED and wanted == ApplicationStatus.SETTLED
    goes_back = (current in DECIDED and wanted not in DECIDED) or (
        current in PENDING and wanted in PREPARED
    )
    return goes_back or (wanted in DECIDED and not is_settling)
