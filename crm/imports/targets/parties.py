"""Who gave a subsidy and to whom: found for sure, or asked; never made unless a person says so."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import func, or_, select

from crm.among import is_among
from crm.contacts.models import Structure
from crm.core.errors import N_
from crm.core.text import fold
from crm.funding.models import FundingApplication
from crm.imports.matching import Candidate, likely_matches
from crm.imports.targets.base import Resolved, Work
from crm.imports.targets.pending import Record
from crm.imports.types import Choice, OnDuplicate, Question

Grant = tuple[int, Any, Any]
_WHICH = N_("« %(name)s » : est-ce une de ces structures ?")
_UNKNOWN = N_("« %(name)s » n’est pas dans le réseau.")
_LONGEST_KEY = 300


def is_party(resolved: Resolved) -> bool:
    """Tell whether a structure is one that is never made from its name alone."""
    return "party" in resolved.item.extra


def name_is_enough(resolved: Resolved, record: Record) -> bool:
    """Tell whether a structure of the same name is surely this one: its département says so.

    One that another row of the file makes is, and one that a person has said to make.
    """
    extra = resolved.item.extra
    if record["id"] is None or record["id"] < 0:
        return True
    if record["id"] in extra.get("others", ()):
        return False
    told = extra.get("departement")
    return bool(extra.get("may_make")) or bool(told and told == record.get("departement_code"))


def settle_parties(
    work: Work, asked: Sequence[Resolved], namesakes: Mapping[int, Sequence[Record]]
) -> None:
    """Say of each structure that was not found which one it is, or ask.

    `namesakes` gives, by the place of a structure in `asked`, those of the same name. One of them
    that was given the same amount the same day is surely it.
    """
    grants = _grants(work, {each["id"] for found in namesakes.values() for each in found})
    open_ones: list[tuple[Resolved, Sequence[Record]]] = []
    for place, resolved in enumerate(asked):
        found = namesakes.get(place, ())
        sure = [each["id"] for each in found if (each["id"], *_grant_of(resolved)) in grants]
        if len(sure) == 1:
            resolved.item.extra["merge"] = sure[0]
        else:
            open_ones.append((resolved, found))
    for resolved, question in _questions(work, open_ones):
        _answer(work, resolved, question)


def _grants(work: Work, ids: set[int]) -> set[Grant]:
    """Return what was given by and to structures: (structure, day, cents)."""
    found: set[Grant] = set()
    asked = sorted(ids)
    itself = func.coalesce(Structure.merged_into_id, Structure.id)
    for column in (FundingApplication.beneficiary_id, FundingApplication.funder_id):
        rows = work.session.execute(
            select(itself, FundingApplication.decided_on, FundingApplication.awarded_cents)
            .join(Structure, Structure.id == column)
            .where(
                or_(is_among(Structure.id, asked), is_among(Structure.merged_into_id, asked)),
                FundingApplication.deleted_at.is_(None),
                FundingApplication.awarded_cents.is_not(None),
            )
        )
        found.update(rows.tuples())
    return found


def _grant_of(resolved: Resolved) -> tuple[Any, Any]:
    for each in resolved.row.resolved:
        if each.item.entity == "funding_application":
            return each.item.values["decided_on"], each.item.values["awarded_cents"]
    return None, None


def _questions(
    work: Work, open_ones: Sequence[tuple[Resolved, Sequence[Record]]]
) -> Iterator[tuple[Resolved, Question]]:
    candidates = [
        Candidate("structure", {**each.item.defaults, **each.values}) for each, _found in open_ones
    ]
    likely = likely_matches(work.session, "structure", candidates)
    for (resolved, found), others in zip(open_ones, likely, strict=True):
        offered = {each["id"]: _told(each) for each in found}
        for each in others:
            reasons = f" ({', '.join(each.reasons)})" if each.reasons else ""
            offered.setdefault(each.record_id, each.name + reasons)
        yield resolved, _question(resolved, offered)


def _told(record: Record) -> str:
    place = record.get("commune_code") or record.get("departement_code")
    return str(record["name"]) + (f" ({place})" if place else "")


def _question(resolved: Resolved, offered: Mapping[int, str]) -> Question:
    name, values = str(resolved.item.extra.get("name", "")), resolved.values
    identity = values.get("siret") or values.get("siren") or values.get("rna") or ""
    where = resolved.item.extra.get("departement") or ""
    make = N_("Ce n’est pas la même : créer les deux") if offered else N_("Créer cette structure")
    return Question(
        key="|".join(("party", fold(name), identity, where))[:_LONGEST_KEY],
        message=_WHICH if offered else _UNKNOWN,
        choices=(
            *(
                Choice(f"merge:{each}", N_("C’est cette fiche"), text, ("structure", each))
                for each, text in offered.items()
            ),
            Choice(str(OnDuplicate.KEEP), make),
            Choice(str(OnDuplicate.SKIP), N_("Laisser cette ligne de côté")),
        ),
        params={"name": name},
    )


def _answer(work: Work, resolved: Resolved, question: Question) -> None:
    """Do what a person answered, or the rule of the whole file; ask where there is none."""
    values = [each.value for each in question.choices]
    answer = work.decisions.get(question.key)
    if answer not in values:
        rule = str(work.settings.on_duplicate)
        answer = values[0] if rule == OnDuplicate.MERGE and len(values) > 2 else rule  # noqa: PLR2004 - somebody is offered
    if answer not in values:
        if all(each.key != question.key for each in resolved.row.draft.questions):
            resolved.row.draft.questions.append(question)
    elif answer == OnDuplicate.SKIP:
        resolved.row.is_skipped = True
    elif answer == OnDuplicate.KEEP:
        _let_make(resolved, question)
    else:
        resolved.item.extra["merge"] = int(answer.partition(":")[2])


def _let_make(resolved: Resolved, question: Question) -> None:
    extra = resolved.item.extra
    if extra.get("needs_family"):
        resolved.row.refuse(
            resolved.item,
            "family_code",
            N_(
                "La famille de « %(name)s » n’est pas dite : ajoutez une colonne, ou choisissez"
                " une famille pour celles qui n’en ont pas."
            ),
            name=extra.get("name", ""),
        )
        return
    extra["may_make"] = True
    extra["others"] = [each.record[1] for each in question.choices if each.record]
