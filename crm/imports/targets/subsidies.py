"""Subsidies that were given: applications found by who obtained what, when, by which decision."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select

from crm.contacts.models import Structure
from crm.core.batches import in_batches
from crm.core.text import fold, sort_key
from crm.funding.application_indexing import APPLICATION, all_applications
from crm.funding.models import ApplicationStep, FundingApplication
from crm.imports.targets.base import Key, Record, Resolved, Work, index_by
from crm.imports.targets.target import Known, Target
from crm.imports.writing import insert_links
from crm.search.index import index_records


class SubsidyTarget(Target):
    """Applications that obtained something: the same decision, or the same sum on the same day."""

    entity = "funding_application"
    model = FundingApplication
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
            for key in _keys_of(record, itself[record["beneficiary_id"]])
        )

    def keys(self, resolved: Resolved) -> Iterable[Key]:
        """Yield the decision, then the day and the sum; both with the title."""
        yield from _keys_of(resolved.values, resolved.values["beneficiary_id"])

    def fits(self, resolved: Resolved, key: Key, record: Record) -> bool:
        """Tell whether neither another decision nor another funder tells them apart."""
        values = resolved.values
        return not any(
            values.get(name) and record.get(name) and values[name] != record[name]
            for name in ("reference", "funder_id")
        )

    def identity(self, values: Record) -> Record:
        """Return the columns that `fits` looks at."""
        return {name: values.get(name) for name in ("reference", "funder_id")}

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


def _merged_into(work: Work, ids: Sequence[int]) -> dict[int, int]:
    """Return the structures that were merged into these, each with the one that it is now."""
    found: dict[int, int] = {}
    for batch in in_batches(ids):
        rows = work.session.execute(
            select(Structure.id, Structure.merged_into_id).where(
                Structure.merged_into_id.in_(batch)
            )
        )
        found.update((each, kept) for each, kept in rows.tuples() if kept is not None)
    return found


def _keys_of(values: Record, beneficiary: Any) -> Iterable[Key]:
    title = fold(values["title"])
    if reference := values.get("reference"):
        yield ("decision", beneficiary, fold(reference), title)
    yield ("sum", beneficiary, values.get("decided_on"), values.get("awarded_cents"), title)


def index_applications(work: Work) -> None:
    """Let the applications that changed be found by what they are now."""
    ids = sorted(work.touched.pop(APPLICATION, ()))
    if ids:
        found = all_applications(work.session, FundingApplication.id.in_(ids))
        index_records(work.session, APPLICATION, dict(found))
