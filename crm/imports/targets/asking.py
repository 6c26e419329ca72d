"""What only a person can tell of a row: which of several records it is, or whether it is one."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from crm.core.errors import N_
from crm.core.text import fold
from crm.imports.matching import Candidate, Likely, likely_matches
from crm.imports.targets.base import Resolved, Work
from crm.imports.targets.pending import Key, Record
from crm.imports.types import Choice, OnDuplicate, Question

_SEVERAL = N_("« %(name)s » répond à plusieurs fiches : laquelle ?")
_PERHAPS = N_("« %(name)s » est peut-être déjà là.")
_NEW = "new"
_MOST_SHOWN = 9
_LONGEST_KEY = 300


def chosen_among(
    work: Work, resolved: Resolved, key: Key, choices: Iterable[Choice], found: Sequence[Record]
) -> Record | None:
    """Return the record that a person chose among several; ask when nobody has yet."""
    name = resolved.item.extra.get("name", "")
    question = Question(
        key="|".join(("same", fold(str(name)), *map(str, key)))[:_LONGEST_KEY],
        message=_SEVERAL,
        choices=(*list(choices)[:_MOST_SHOWN], Choice(_NEW, N_("Aucune : en créer une autre"))),
        params={"name": name},
    )
    answer = work.decisions.get(question.key)
    if answer == _NEW:
        resolved.item.extra["is_other"] = True
        return None
    chosen = next((each for each in found if f"id:{each['id']}" == answer), None)
    if chosen is None:
        resolved.row.draft.questions.append(question)
    else:
        resolved.item.extra["merge"] = chosen["id"]  # the real pass asks nothing
    return chosen


def ask_about_likely(
    work: Work, entity: str, fresh: Sequence[Resolved]
) -> Iterator[tuple[Resolved, Sequence[Likely]]]:
    """Yield the records about to be made that look like records that are there, and these."""
    asked = [each for each in fresh if each.row.is_good and "decided" not in each.item.extra]
    candidates = [
        Candidate(entity, {**each.item.defaults, **each.values}, _places(each)) for each in asked
    ]
    found = likely_matches(work.session, entity, candidates)
    for resolved, likely in zip(asked, found, strict=True):
        if likely:
            yield resolved, likely


def _places(resolved: Resolved) -> tuple[int, ...]:
    """Return the structures of the same row that are there already."""
    ids = (each.record_id for each in resolved.row.resolved if each.item.entity == "structure")
    return tuple(each for each in ids if each is not None and each > 0)


def answer_about_likely(
    work: Work, entity: str, resolved: Resolved, likely: Sequence[Likely]
) -> int | None:
    """Return the id of the record that it is, by a person's answer or the file's rule.

    None when it is another one, is left aside, or nobody has said yet: then it is asked.
    """
    question = _likely_question(entity, resolved, likely)
    answer: Any = work.decisions.get(question.key)
    if answer is None and work.settings.on_duplicate != OnDuplicate.ASK:
        rule = work.settings.on_duplicate
        answer = f"merge:{likely[0].record_id}" if rule == OnDuplicate.MERGE else str(rule)
    if answer is None or not any(each.value == answer for each in question.choices):
        resolved.row.draft.questions.append(question)
        return None
    if answer == OnDuplicate.SKIP:
        resolved.row.is_skipped = True
        return None
    resolved.item.extra["decided"] = True
    return None if answer == OnDuplicate.KEEP else int(answer.partition(":")[2])


def _likely_question(entity: str, resolved: Resolved, likely: Sequence[Likely]) -> Question:
    place = resolved.row.resolved.index(resolved)
    return Question(
        key=f"double|{resolved.row.draft.number}|{place}",
        message=_PERHAPS,
        choices=(
            *(
                Choice(
                    f"merge:{each.record_id}",
                    N_("C’est cette fiche : la compléter"),
                    each.name + (f" ({', '.join(each.reasons)})" if each.reasons else ""),
                    (entity, each.record_id),
                )
                for each in likely
            ),
            Choice(str(OnDuplicate.KEEP), N_("Ce n’est pas la même : créer les deux")),
            Choice(str(OnDuplicate.SKIP), N_("Laisser cette ligne de côté")),
        ),
        params={"name": resolved.item.extra.get("name", "")},
    )
