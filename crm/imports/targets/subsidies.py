"""Subsidies that were given: applications found by who obtained what, when, by which decision."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from crm.among import is_among
from crm.contacts.models import Structure
from crm.core.errors import N_
from crm.core.text import fold, sort_key
from crm.funding.application_indexing import APPLICATION
from crm.funding.models import ApplicationStep, FundingApplication
from crm.funding.types import PENDING, PREPARED
from crm.imports.targets.base import Resolved, Work, index_by
from crm.imports.targets.pending import Key, Record
from crm.imports.targets.target import Known, Target
from crm.imports.types import Choice, OnDuplicate, Question
from crm.imports.writing import insert_links

_LONGEST_WAIT = timedelta(days=730)  # between filing and decision
_LATEST_CORRECTION = timedelta(days=180)  # of an award that is published again
_LONGEST_KEY, _MOST_SHOWN = 300, 5
# One decision may give the same beneficiary several sums, and numbers begin again each year.
_AWARD = ("scheme_id", "decided_on", "awarded_cents")


class SubsidyTarget(Target):
    """Applications that obtained something: the same decision, or the same sum on the same day."""

    entity = "funding_application"
    model = FundingApplication
    asks_likely = True
    updatable = ("reference", "notes", "funder_id")

    def load(self, work: Work, batch: Sequence[Resolved]) -> Known:
        """Return the applications of these beneficiaries, and of those merged into them."""
        ids = {each.values["beneficiary_id"] for each in batch}
        there = sorted(each for each in ids if each is not None and each > 0)
        itself = {each: each for each in there} | _merged_into(work, there)
        records = self.rows_where(work, FundingApplication.beneficiary_id, itself)
        return index_by(
            (key, record)
            for record in records
            for key in (
                *_keys_of(record, itself[record["beneficiary_id"]]),
                ("of", itself[record["beneficiary_id"]]),
            )
        )

    def keys(self, resolved: Resolved) -> Iterable[Key]:
        """Yield the decision, then the day and the sum; both with the title."""
        yield from _keys_of(resolved.values, resolved.values["beneficiary_id"])

    def fits(self, resolved: Resolved, key: Key, record: Record) -> bool:
        """Tell whether it is the same award: scheme, day, sum, and no other decision or funder."""
        values = resolved.values
        return all(values.get(name) == record.get(name) for name in _AWARD) and not any(
            values.get(name) and record.get(name) and values[name] != record[name]
            for name in ("reference", "funder_id")
        )

    def identity(self, values: Record) -> Record:
        """Return the columns that `fits` looks at."""
        return {name: values.get(name) for name in (*_AWARD, "reference", "funder_id")}

    def _ask_about_likely(self, work: Work, fresh: Sequence[Resolved]) -> None:
        """Ask whether a subsidy is what an application that someone follows already obtained."""
        asked = [each for each in fresh if each.row.is_good]
        known = self.load(work, asked)
        for resolved in asked:
            values = resolved.values
            near = known.get(("of", values["beneficiary_id"]), [])
            if found := [each for each in near if may_be_decision_of(values, each)]:
                _settle(work, resolved, found)

    def complete(self, work: Work, values: Record) -> Record:
        """Return the row with its sort key; a new one keeps who its beneficiary is as of today."""
        whole = {**values, "sort_title": sort_key(values["title"])}
        if "id" in values:
            return whole
        told = work.made[("structure", values["beneficiary_id"])]
        return {
            **whole,
            "beneficiary_name": told["name"],
            "family_code": told["family_code"],
            "departement_code": told.get("departement_code"),
            "commune_code": told.get("commune_code"),
        }

    def subjects(self, work: Work, values: Record) -> list[tuple[str, int]]:
        """Return the beneficiary."""
        return [("structure", values["beneficiary_id"])]

    def after(self, work: Work, batch: Sequence[Resolved]) -> None:
        """Note the step that a new application has reached, and the words that lead there."""
        new = [each for each in batch if each.is_new and each.id is not None]
        steps: list[Record] = [
            {
                "application_id": each.id,
                "status": each.values["status"],
                "changed_on": each.values["decided_on"],
                "author_id": work.user_id,
            }
            for each in new
        ]
        insert_links(work.session, ApplicationStep.__table__, steps)  # type: ignore[arg-type]
        for each in batch:
            if each.is_new or each.changes:
                work.touch(APPLICATION, each.id)


def may_be_decision_of(values: Record, record: Record) -> bool:
    """Tell whether a subsidy may be the decision on an application of the same beneficiary.

    That is one to the same scheme that waited for its decision on that day, or one whose award,
    noted by hand without a reference, is of the same day or of the same sum; or the same decision
    published again with another day or sum.
    """
    if record["scheme_id"] != values["scheme_id"]:
        return False
    calls = {each for each in (record["call_id"], values.get("call_id")) if each is not None}
    if len(calls) > 1:
        return False
    decided_on: date = values["decided_on"]
    if record["status"] in (*PREPARED, *PENDING):
        since = record["filed_on"] or record["created_at"].date()
        return bool(since <= decided_on <= since + _LONGEST_WAIT)
    if record["awarded_cents"] is None:
        return False
    is_of_the_sum = record["awarded_cents"] == values["awarded_cents"]
    apart = abs(record["decided_on"] - decided_on)
    if record["reference"]:
        is_the_decision = fold(record["reference"]) == fold(values.get("reference") or "")
        return is_the_decision and apart <= _LATEST_CORRECTION
    return not apart or (is_of_the_sum and apart <= _LONGEST_WAIT)


def _settle(work: Work, resolved: Resolved, found: Sequence[Record]) -> None:
    """Do what a person answered, or the rule of the whole file; ask where there is none."""
    values = resolved.values
    said = (values["beneficiary_id"], values["decided_on"], values["awarded_cents"])
    question = Question(
        key="|".join(("dossier", *map(str, said), fold(values["title"])))[:_LONGEST_KEY],
        message=N_("« %(name)s » est peut-être un dossier déjà suivi."),
        choices=(
            *(
                Choice(
                    f"{OnDuplicate.SKIP}:{each['id']}",
                    N_("C’est lui : laisser cette ligne de côté"),
                    each["title"],
                    ("funding_application", each["id"]),
                )
                for each in found[:_MOST_SHOWN]
            ),
            Choice(str(OnDuplicate.KEEP), N_("Ce n’est pas le même : créer les deux")),
        ),
        params={"name": resolved.item.extra.get("name", "")},
    )
    answer = work.decisions.get(question.key)
    rule = work.settings.on_duplicate
    # « Merge » is asked all the same: an award must not be left aside without a word.
    if answer is None and rule == OnDuplicate.KEEP:
        answer = str(OnDuplicate.KEEP)
    elif answer is None and rule == OnDuplicate.SKIP:
        answer = question.choices[0].value
    if answer not in {each.value for each in question.choices}:
        resolved.row.draft.questions.append(question)
    elif answer != OnDuplicate.KEEP:
        resolved.row.is_skipped = True


def _merged_into(work: Work, ids: Sequence[int]) -> dict[int, int]:
    """Return the structures that were merged into these, each with the one that it is now."""
    rows = work.session.execute(
        select(Structure.id, Structure.merged_into_id).where(
            is_among(Structure.merged_into_id, ids)
        )
    )
    return {each: kept for each, kept in rows.tuples() if kept is not None}


def _keys_of(values: Record, beneficiary: Any) -> Iterable[Key]:
    title = fold(values["title"])
    if reference := values.get("reference"):
        yield ("decision", beneficiary, fold(reference), title)
    yield ("sum", beneficiary, values.get("decided_on"), values.get("awarded_cents"), title)
