"""What a mailing must be before it can be written or leave; pure."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from crm.core.errors import N_, RuleError
from crm.mail.types import BROADCASTS
from crm.mailings.types import AudienceData, DepartureData, MailingData, Reach, Status

LONGEST_NAME = 200
LONGEST_FUNCTIONS = 300
MOST_SEGMENTS = 20
MOST_PER_HOUR = 100_000
# Farther ahead a date is a slip of the keyboard.
FARTHEST = timedelta(days=366)
# After a worker that was away, no more than this is caught up at once.
_MOST_MINUTES = 5

PAUSABLE = (Status.FROZEN, Status.SENDING)
RESUMABLE = (Status.PAUSED, Status.CANCELLED)
REOPENABLE = (Status.FROZEN, Status.PAUSED, Status.CANCELLED)
CANCELLABLE = (Status.FROZEN, Status.SENDING, Status.PAUSED)
# Its audience has been frozen, and some of it may have left.
DEPARTED = (Status.SENDING, Status.PAUSED, Status.CANCELLED, Status.DONE)


def clean_mailing(data: MailingData) -> MailingData:
    """Return the data with its name on one line; raise RuleError with the field that is wrong."""
    name = " ".join(data.name.split())
    if not name:
        raise RuleError("name", N_("Donnez un nom à cet envoi : il ne se voit que dans l’équipe."))
    if len(name) > LONGEST_NAME:
        raise RuleError(
            "name", N_("C’est trop long : %(count)s caractères au plus."), count=LONGEST_NAME
        )
    if data.purpose not in BROADCASTS:
        raise RuleError(
            "purpose", N_("Dites à quoi sert cet envoi : c’est ce qui décide qui peut le recevoir.")
        )
    return replace(data, name=name)


def clean_audience(data: AudienceData) -> AudienceData:
    """Return whom a mailing is for, each segment once; raise RuleError with the field."""
    if data.reach not in set(Reach):
        raise RuleError("reach", N_("Choisissez à qui écrire."))
    included = tuple(dict.fromkeys(data.included_ids))
    excluded = tuple(dict.fromkeys(data.excluded_ids))
    if len(included) + len(excluded) > MOST_SEGMENTS:
        raise RuleError("included", N_("%(count)s segments au plus."), count=MOST_SEGMENTS)
    if set(included) & set(excluded):
        raise RuleError(
            "excluded", N_("Le même segment ne peut pas être choisi et laissé de côté.")
        )
    words = [" ".join(each.split()) for each in (data.functions or "").split(",")]
    functions = ", ".join(dict.fromkeys(word for word in words if word))[:LONGEST_FUNCTIONS] or None
    if data.reach == Reach.STRUCTURES and functions is None and not data.takes_generic:
        raise RuleError(
            "functions", N_("Dites à quelle fonction écrire, ou acceptez l’adresse générique.")
        )
    return replace(data, included_ids=included, excluded_ids=excluded, functions=functions)


def check_departure(data: DepartureData, now: datetime) -> None:
    """Raise RuleError for a time that has passed or is too far, or a pace that is none."""
    if data.starts_at is not None:
        if data.starts_at <= now:
            raise RuleError(
                "starts_on", N_("Cette heure est passée : laissez vide pour envoyer tout de suite.")
            )
        if data.starts_at > now + FARTHEST:
            raise RuleError("starts_on", N_("C’est dans plus d’un an : vérifiez la date."))
    if data.per_hour is not None and not 1 <= data.per_hour <= MOST_PER_HOUR:
        raise RuleError(
            "per_hour",
            N_("De 1 à %(count)s messages par heure, ou laissez vide."),
            count=MOST_PER_HOUR,
        )


def check_status(status: str, allowed: Collection[Status], sentence: str) -> None:
    """Raise RuleError with the sentence unless the mailing is in one of these states."""
    if Status(status) not in allowed:
        raise RuleError("status", sentence)


def allowance(per_hour: int, last: datetime | None, now: datetime) -> tuple[int, datetime]:
    """Return how many messages may be let go now, and the instant they are counted until.

    They go as the minutes pass, never an hour's worth at once; what a fraction of a message leaves
    over is counted the next time.

    >>> allowance(30, datetime(2026, 1, 1, 9, 0), datetime(2026, 1, 1, 9, 3))
    (1, datetime.datetime(2026, 1, 1, 9, 2))
    """
    if last is None:
        return max(1, per_hour // 60), now
    due = int(per_hour * ((now - last) / timedelta(hours=1)))
    most = max(1, per_hour * _MOST_MINUTES // 60)
    if due > most:
        return most, now
    return due, last + timedelta(hours=1) * due / per_hour
