"""Names typed without a picker, or pasted by the dozen: what fits is chosen, the rest is asked."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.models import Affiliation
from crm.contacts.queries import find_contacts, suggest_structures
from crm.contacts.queries.structures import Suggestion
from crm.core.errors import N_
from crm.core.numbers import parse_id, parse_ids
from crm.core.text import fold
from crm.followups.forms import SessionForm
from crm.followups.name_lines import (
    ASK,
    PICK,
    Line,
    Question,
    person_at,
    picked,
    read_line,
    read_lines,
    read_person_at,
    read_picked,
)
from crm.followups.rules import MOST_CONTACTS, MOST_STRUCTURES
from crm.web.locale import translate

_SUGGESTIONS = 8
_CREATE, _ADD = N_("Créer « %(name)s »"), N_("Ajouter « %(name)s »")


def settle_typed_names(session: Session, form: SessionForm, *, with_list: bool = True) -> None:
    """Turn typed names into choices of the form, or into the questions that it asks.

    Without `with_list`, the list of names stays as it was typed, and its questions are asked again.
    """
    structures, asked, people = _answered(form.structures.data or ())
    lines = [*asked, *_one(form.structures_text.data)]
    if with_list:
        lines += read_lines(form.structures_list.data)
        form.structures_list.data = "\n".join(line.text for line in lines[MOST_STRUCTURES:])
    for line in lines[:MOST_STRUCTURES]:
        found = suggest_structures(session, line.name, _SUGGESTIONS)
        if taken := _only_one(line.name, found):
            structures.append(taken)
            people += [(taken, name) for name in line.people]
        else:
            offered = [(picked(value, line), text) for value, text in _labelled(found)]
            new = (picked(f"new:{line.name}", line), translate(_CREATE, name=line.name))
            form.structure_questions.append(_question(line.name, line.text, [*offered, new]))
    form.structures.data = list(dict.fromkeys(structures))
    _settle_people(session, form, people)


def _answered(
    values: Iterable[str],
) -> tuple[list[str], list[Line], list[tuple[str, str]]]:
    """Return what is chosen, the lines to ask about again, and (structure, person) of answers."""
    chosen: list[str] = []
    asked: list[Line] = []
    people: list[tuple[str, str]] = []
    for value in values:
        if value.startswith(ASK):
            asked += _one(value.removeprefix(ASK))
        elif value.startswith(PICK):
            structure, line = read_picked(value)
            chosen.append(structure)
            people += [(structure, name) for name in (line.people if line else ())]
        else:
            chosen.append(value)
    return chosen, asked, people


def _one(text: str | None) -> list[Line]:
    line = read_line(text or "")
    return [] if line is None else [line]


def _settle_people(session: Session, form: SessionForm, people: list[tuple[str, str]]) -> None:
    chosen: list[str] = []
    if text := form.contacts_text.data:
        people = [*people, ("", text)]
    for value in form.contacts.data or ():
        if value.startswith(ASK):
            people.append(read_person_at(value.removeprefix(ASK)))
        else:
            chosen.append(value)
    for structure, name in people[:MOST_CONTACTS]:
        found = find_contacts(session, name, _SUGGESTIONS)
        new = person_at(structure, name)
        if taken := _only_one(name, found) or _only_one_at(session, structure, found):
            chosen.append(taken)
        elif structure and not found:
            chosen.append(new)
        else:
            choices = [*_labelled(found), (new, translate(_ADD, name=name))]
            form.contact_questions.append(_question(name, f"{structure}|{name}", choices))
    # Too many to look up: they stay in sight, and the rule says how many a session holds.
    chosen += [person_at(structure, name) for structure, name in people[MOST_CONTACTS:]]
    form.contacts.data = list(dict.fromkeys(chosen))


def _question(name: str, asked: str, choices: Sequence[tuple[str, str]]) -> Question:
    only = len(choices) == 1
    unsettled = (ASK + asked, translate(N_("À choisir…")))
    return Question(name, choices if only else [unsettled, *choices], choices[0][0] if only else "")


def _only_one(text: str, found: Sequence[Suggestion]) -> str | None:
    same = [each for each in found if fold(each.text) == fold(text)]
    taken = found if len(found) == 1 else same
    return taken[0].value if len(taken) == 1 else None


def _only_one_at(session: Session, structure: str, found: Sequence[Suggestion]) -> str | None:
    """Return the one of these people who works at the structure."""
    structure_id = parse_id(structure)
    if structure_id is None or not found:
        return None
    ids = parse_ids([each.value for each in found])
    there: Any = session.scalars(
        select(Affiliation.contact_id)
        .where(Affiliation.structure_id == structure_id, Affiliation.contact_id.in_(ids))
        .distinct()
    ).all()
    return str(there[0]) if len(there) == 1 else None


def _labelled(found: Sequence[Suggestion]) -> list[tuple[str, str]]:
    return [(each.value, " · ".join(filter(None, (each.text, each.detail)))) for each in found]
