"""What events must be, when one may register, when a seat is offered and a reminder due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from unicodedata import category

from crm.contacts.rules import parse_website
from crm.core import clock
from crm.core.errors import N_, RuleError
from crm.core.headcounts import Headcount, parse_headcount
from crm.events.types import (
    OPEN_STATUSES,
    EventData,
    EventStatus,
    QuestionData,
    QuestionKind,
    ReminderKind,
)

LONGEST_TITLE = 200
LONGEST_PLACE = 200
LONGEST_LINK = 300
LONGEST_TEXT = 20_000
LONGEST_ANSWER = 1000
LONGEST_LABEL = 200
MOST_OPTIONS = 20
LARGEST_CAPACITY = 100_000
LONGEST_EVENT = timedelta(days=31)
OFFER_HELD_FOR = timedelta(hours=24)
# Who stayed for half of an event was there, unless the event says otherwise.
PRESENCE_PERCENT = 50
_MORNING = time(9)
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs"})
_NEEDED = N_("Ce champ est nécessaire.")


def clean_event(data: EventData) -> EventData:
    """Return the data; raise RuleError with the field that does not fit."""
    title = " ".join(data.title.split())
    if not title:
        raise RuleError("title", _NEEDED)
    for field, text, most in (
        ("title", title, LONGEST_TITLE),
        ("place", data.place or "", LONGEST_PLACE),
        ("other_organiser", data.organiser or "", LONGEST_PLACE),
        ("description", data.description or "", LONGEST_TEXT),
    ):
        if len(text) > most:
            raise RuleError(
                field, N_("C’est trop long : %(count)s caractères au plus."), count=most
            )
    if data.status not in set(EventStatus):
        raise RuleError("status", N_("Choisissez un statut de la liste."))
    _check_dates(data)
    _check_registration(data)
    _check_numbers(data)
    return replace(
        data,
        title=title,
        link=_clean_link("link", data.link),
        replay_link=_clean_link("replay_link", data.replay_link),
        theme_ids=tuple(dict.fromkeys(data.theme_ids)),
        axis_ids=tuple(dict.fromkeys(data.axis_ids)),
        country_codes=tuple(dict.fromkeys(data.country_codes)),
    )


def _check_dates(data: EventData) -> None:
    starts_at, ends_at = data.starts_at, data.ends_at
    if starts_at is None:
        if ends_at is not None:
            raise RuleError("day", N_("Dites d’abord quand il commence."))
        if data.status == EventStatus.HELD:
            raise RuleError("day", N_("Un événement réalisé a une date."))
        return
    if ends_at is not None and ends_at < starts_at:
        raise RuleError("end_time", N_("La fin ne peut pas précéder le début."))
    if ends_at is not None and ends_at - starts_at > LONGEST_EVENT:
        raise RuleError(
            "end_day", N_("Plus d’un mois : notez plutôt plusieurs événements, un par rencontre.")
        )


def check_held(status: str, starts_at: datetime | None, now: datetime) -> None:
    """Raise RuleError when an event is said to have been held before it begins."""
    if status == EventStatus.HELD and starts_at is not None and starts_at > now:
        raise RuleError("status", N_("Il n’a pas encore commencé : il ne peut pas être réalisé."))


def _check_registration(data: EventData) -> None:
    opens_at, closes_at = data.registration_opens_at, data.registration_closes_at
    if opens_at is not None and closes_at is not None and closes_at < opens_at:
        raise RuleError(
            "registration_closes_on", N_("Les inscriptions ne peuvent pas fermer avant d’ouvrir.")
        )


def _check_numbers(data: EventData) -> None:
    if data.capacity is not None and not 1 <= data.capacity <= LARGEST_CAPACITY:
        raise RuleError(
            "capacity", N_("Au moins une place ; laissez vide s’il n’y a pas de limite.")
        )
    percent = data.presence_percent
    if percent is not None and not 1 <= percent <= 100:  # noqa: PLR2004 - per cent
        raise RuleError("presence_percent", N_("Un seuil se compte de 1 à 100 %."))


def headcount_of(data: EventData) -> Headcount | None:
    """Return how many people came, as it was typed; None when nothing was."""
    return parse_headcount(data.headcount, "headcount") if data.headcount else None


def _clean_link(field: str, link: str | None) -> str | None:
    if not link:
        return None
    address = parse_website(link, field)
    if len(address) > LONGEST_LINK:
        raise RuleError(
            field, N_("C’est trop long : %(count)s caractères au plus."), count=LONGEST_LINK
        )
    return address


class Openness(StrEnum):
    """Whether one may register now, or why not."""

    OPEN = "ouvertes"
    NOT_YET = "pas_encore"
    CLOSED = "fermees"
    PAST = "passe"
    CANCELLED = "annule"
    NONE = "sans"


@dataclass(frozen=True, slots=True)
class Window:
    """What decides whether one may register."""

    status: str
    takes_registrations: bool
    starts_at: datetime | None
    opens_at: datetime | None
    closes_at: datetime | None


def openness(window: Window, now: datetime) -> Openness:
    """Return whether one may register now: never once it has begun."""
    if window.status == EventStatus.CANCELLED:
        return Openness.CANCELLED
    if not window.takes_registrations or window.status == EventStatus.PREPARED:
        return Openness.NONE
    if window.status not in OPEN_STATUSES or has_begun(window.starts_at, now):
        return Openness.PAST
    if window.opens_at is not None and now < window.opens_at:
        return Openness.NOT_YET
    if window.closes_at is not None and now >= window.closes_at:
        return Openness.CLOSED
    return Openness.OPEN


def has_begun(starts_at: datetime | None, now: datetime) -> bool:
    """Tell whether an event has begun; one without a date has not."""
    return starts_at is not None and starts_at <= now


def may_promote(status: str, starts_at: datetime | None, now: datetime) -> bool:
    """Tell whether free seats go to those who wait: not in a draft, nor once it has begun."""
    return status in OPEN_STATUSES and not has_begun(starts_at, now)


def offered_until(now: datetime, starts_at: datetime | None) -> datetime:
    """Return until when an offered seat is held: a day, but not beyond the start."""
    until = now + OFFER_HELD_FOR
    return until if starts_at is None else min(until, starts_at)


def due_times(starts_at: datetime, *, is_all_day: bool = False) -> Mapping[ReminderKind, datetime]:
    """Return when each reminder is due: by the clocks of Paris, seven days and one day before.

    An event without an hour is reminded of at nine in the morning, and not an hour before.
    """
    local = clock.in_paris(starts_at)
    at = _MORNING if is_all_day else local.time()
    due = {
        ReminderKind.WEEK: clock.paris_instant(local.date() - timedelta(days=7), at),
        ReminderKind.DAY: clock.paris_instant(local.date() - timedelta(days=1), at),
    }
    if not is_all_day:
        due[ReminderKind.HOUR] = starts_at - timedelta(hours=1)
    return due


def true_until(kind: str, due_at: datetime, starts_at: datetime) -> datetime:
    """Return until when a reminder says what is so: « demain » holds for the day it is due."""
    if kind == ReminderKind.HOUR:
        return starts_at
    next_day = clock.in_paris(due_at).date() + timedelta(days=1)
    return min(clock.paris_instant(next_day, time()), starts_at)


def clean_name(text: str | None) -> str:
    """Return a name on one line, without what is not seen: it stands in letters and calendars."""
    kept = (each for each in text or "" if each.isspace() or category(each) not in _UNSEEN)
    return " ".join("".join(kept).split())


def clean_question(data: QuestionData) -> QuestionData:
    """Return a question; raise RuleError for one that cannot be answered."""
    label = " ".join(data.label.split())
    if not label:
        raise RuleError("label", _NEEDED)
    if data.kind not in set(QuestionKind):
        raise RuleError("kind", N_("Choisissez comment on y répond."))
    options = tuple(dict.fromkeys(each.strip() for each in data.options if each.strip()))
    if data.kind != QuestionKind.CHOICE:
        options = ()
    elif len(options) < 2:  # noqa: PLR2004 - one is no choice
        raise RuleError("options", N_("Un choix a au moins deux réponses, une par ligne."))
    if len(options) > MOST_OPTIONS or any(len(each) > LONGEST_LABEL for each in options):
        raise RuleError("options", N_("%(count)s réponses courtes au plus."), count=MOST_OPTIONS)
    return replace(data, label=label[:LONGEST_LABEL], options=options)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as answers are checked against it."""

    key: str
    kind: str
    options: Sequence[str]
    is_required: bool


def clean_answers(asked: Sequence[Asked], answers: Mapping[str, str]) -> dict[str, str]:
    """Return the answers that were asked for; raise RuleError beside the one that does not fit."""
    kept = {}
    for question in asked:
        answer = (answers.get(question.key) or "").strip()
        field = f"q{question.key}"
        if not answer:
            if question.is_required:
                raise RuleError(field, N_("Une réponse est nécessaire."))
            continue
        if question.kind == QuestionKind.CHOICE and answer not in question.options:
            raise RuleError(field, N_("Choisissez une réponse de la liste."))
        if question.kind == QuestionKind.YES_NO and answer not in ("oui", "non"):
            raise RuleError(field, N_("Répondez par oui ou par non."))
        if len(answer) > LONGEST_ANSWER:
            raise RuleError(
                field, N_("C’est trop long : %(count)s caractères au plus."), count=LONGEST_ANSWER
            )
        kept[question.key] = answer
    return kept
