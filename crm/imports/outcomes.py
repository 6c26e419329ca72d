"""What became of rows, in a form that a page and a command can show."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from crm.imports.targets.base import Resolved, Row
from crm.imports.types import Issue, Outcome, Question
from crm.web.locale import translate

_LONGEST_SHOWN = 300
_MAIN = frozenset(
    {"structure", "contact", "session", "project", "membership", "funding_application"}
)
ROWS = "rows"


def outcome_of(row: Row) -> Outcome:
    """Return what becomes of a row: the first of these that is true."""
    if row.draft.issues:
        return Outcome.REFUSED
    if row.draft.questions:
        return Outcome.TO_DECIDE
    if row.is_skipped:
        return Outcome.SKIPPED
    if any(each.is_new for each in row.resolved):
        return Outcome.CREATED
    if any(each.changes for each in row.resolved):
        return Outcome.UPDATED
    return Outcome.UNCHANGED


def told(row: Row, cells: Sequence[Any]) -> dict[str, Any]:
    """Return a row for the page of a trial: its records, or what is wrong with it."""
    found: dict[str, Any] = {"row": row.draft.number}
    if row.draft.issues:
        found["issues"] = [_issue(each) for each in row.draft.issues]
        found["cells"] = list(cells)
    elif row.draft.questions:
        found["questions"] = [_question(each) for each in row.draft.questions]
        found["cells"] = list(cells)
    else:
        found["records"] = [_record(each) for each in row.resolved if _is_worth_telling(each)]
    return found


def _is_worth_telling(resolved: Resolved) -> bool:
    return bool(
        resolved.item.entity in _MAIN or resolved.is_new or resolved.changes or resolved.left
    )


def _record(resolved: Resolved) -> dict[str, Any]:
    record_id = resolved.record_id
    return {
        "entity": resolved.item.entity,
        "id": record_id if record_id is not None and record_id > 0 else None,
        "name": str(resolved.item.extra.get("name", ""))[:_LONGEST_SHOWN],
        "is_new": resolved.is_new,
        "changes": resolved.changes,
        "left": resolved.left,
    }


def said(told_of: Mapping[str, Any]) -> str:
    """Return the sentence of an issue, a question or a problem, in the reader's language."""
    message: str = told_of["message"]
    return translate(message, **told_of["params"])


def _issue(issue: Issue) -> dict[str, Any]:
    return {"column": issue.column, "message": issue.message, "params": issue.params}


def _question(question: Question) -> dict[str, Any]:
    return {
        "key": question.key,
        "message": question.message,
        "params": question.params,
        "column": question.column,
        "choices": [
            {"value": each.value, "label": each.label, "detail": each.detail, "record": each.record}
            for each in question.choices
        ],
    }


def counted(rows: Sequence[Row]) -> Counter[str]:
    """Return how many rows have each outcome, and how many records of each kind do."""
    counts: Counter[str] = Counter()
    for row in rows:
        outcome = outcome_of(row)
        counts[f"{ROWS}.{outcome}"] += 1
        if outcome in (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED):
            for resolved in row.resolved:
                counts[f"{resolved.item.entity}.{_fate(resolved)}"] += 1
                if resolved.left:
                    counts["fields.left"] += len(resolved.left)
                    counts[f"{resolved.item.entity}.left"] += 1
    return counts


def _fate(resolved: Resolved) -> Outcome:
    if resolved.is_new:
        return Outcome.CREATED
    return Outcome.UPDATED if resolved.changes else Outcome.UNCHANGED
