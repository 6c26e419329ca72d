"""What an introduction must be, and the message that makes it: pure, no database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from crm.core.errors import N_, RuleError
from crm.introductions.types import (
    Answer,
    Draft,
    DraftPerson,
    DraftSide,
    IntroductionData,
    IntroductionOutcome,
    Means,
)

# A month: long enough for a first call between the two, short enough to be remembered.
OUTCOME_AFTER = timedelta(days=30)
LONGEST_REASON = 500
LONGEST_NOTE = 1000
LONGEST_SUBJECT = 200
FEWEST_STRUCTURES, MOST_STRUCTURES = 2, 10
MOST_CONTACTS = 20
NO_ANSWER = N_("%(name)s n’a pas encore donné son accord : son adresse est laissée de côté.")
REFUSAL = N_("%(name)s ne souhaite pas que son adresse soit donnée : elle est laissée de côté.")
NO_ADDRESS = N_("%(name)s n’a pas d’adresse : ajoutez-la sur sa fiche.")
NOBODY = N_("Personne n’est nommé chez %(name)s : ajoutez quelqu’un avec « Modifier ».")


def clean_introduction(data: IntroductionData, today: date) -> IntroductionData:
    """Return the data, each thing once; raise RuleError with the field that does not fit."""
    asking = tuple(dict.fromkeys(data.asking))
    data = replace(
        data,
        reason=data.reason.replace("\x00", "").strip(),
        asking=asking,
        others=tuple(value for value in dict.fromkeys(data.others) if value not in asking),
    )
    if not data.reason:
        raise RuleError("reason", N_("Dites pourquoi vous les mettez en relation."))
    if len(data.reason) > LONGEST_REASON:
        raise RuleError(
            "reason", N_("C’est trop long : %(count)s caractères au plus."), count=LONGEST_REASON
        )
    count = len(data.asking) + len(data.others)
    if count < FEWEST_STRUCTURES:
        raise RuleError("others", N_("Choisissez au moins deux structures différentes."))
    if count > MOST_STRUCTURES:
        raise RuleError(
            "others", N_("%(count)s structures au plus à la fois."), count=MOST_STRUCTURES
        )
    if len(data.asking_contacts) + len(data.other_contacts) > MOST_CONTACTS:
        raise RuleError(
            "other_contacts", N_("%(count)s personnes au plus à la fois."), count=MOST_CONTACTS
        )
    if data.introduced_on > today:
        raise RuleError(
            "introduced_on", N_("Cette date est à venir : choisissez au plus aujourd’hui.")
        )
    return data


def check_answer(answer: str, means: str) -> tuple[Answer, Means]:
    """Return what was answered and how; raise RuleError for what is neither."""
    if answer not in set(Answer) or means not in set(Means):
        raise RuleError("form", N_("Dites si la personne est d’accord, et comment elle l’a dit."))
    return Answer(answer), Means(means)


def check_outcome(outcome: str, note: str | None) -> tuple[IntroductionOutcome, str | None]:
    """Return what came of an introduction; raise RuleError with the field that does not fit."""
    if outcome not in set(IntroductionOutcome):
        raise RuleError("outcome", N_("Dites ce que la mise en relation a donné."))
    note = (note or "").replace("\x00", "").strip() or None
    if note and len(note) > LONGEST_NOTE:
        raise RuleError(
            "note", N_("C’est trop long : %(count)s caractères au plus."), count=LONGEST_NOTE
        )
    return IntroductionOutcome(outcome), note


def draft_message(sides: Sequence[DraftSide], reason: str, officer: str) -> Draft:
    """Return the message that puts the sides in touch.

    It is in French, whatever the reader's language: it is for French structures. The address of
    someone who has not agreed is neither in the text nor among the recipients.
    """
    names = _in_a_row([side.structure for side in sides])
    lines = ["Bonjour,", "", f"Je vous mets en relation : {reason}", ""]
    for side in sides:
        lines += [side.structure, *(f"- {_presented(person)}" for person in side.people), ""]
    lines += [
        "Je vous laisse poursuivre l’échange entre vous, et reste disponible si besoin.",
        "",
        "Bien à vous,",
        officer,
    ]
    people = [person for side in sides for person in side.people]
    shared = [person.email for person in people if person.email and _agrees(person)]
    return Draft(
        subject=f"Mise en relation : {names}"[:LONGEST_SUBJECT],
        body="\n".join(lines),
        recipients=list(dict.fromkeys(shared)),
        missing=[
            *((NOBODY, side.structure) for side in sides if not side.people),
            *((problem, each.name) for each in people if (problem := _problem(each)) is not None),
        ],
    )


def _in_a_row(names: Sequence[str]) -> str:
    """Return names as a French sentence says them: « A », « A et B », « A, B et C »."""
    return " et ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _agrees(person: DraftPerson) -> bool:
    return person.answer is Answer.YES


def _presented(person: DraftPerson) -> str:
    return f"{person.name} : {person.email}" if person.email and _agrees(person) else person.name


def _problem(person: DraftPerson) -> str | None:
    if person.email is None:
        return NO_ADDRESS
    if person.answer is Answer.NO:
        return REFUSAL
    return None if _agrees(person) else NO_ANSWER
