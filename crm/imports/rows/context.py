"""A row being understood: its cells by field, and what is wrong with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from crm.core.errors import N_, RuleError
from crm.imports.cells import AmbiguousAmountError
from crm.imports.cells.types import Cell
from crm.imports.fields import FIELDS
from crm.imports.lookups import Lookups
from crm.imports.readers import read_cell, text_of
from crm.imports.types import Choice, Draft, Issue, Item, Question, Settings
from crm.web.formats import money

PLACE_QUESTION = N_("« %(text)s » est le nom de plusieurs communes : laquelle ?")


@dataclass(frozen=True, slots=True)
class Reading:
    """How the rows of one file are read: the columns' fields, what was decided, the lists.

    `titled` is the number of columns up to the last that has a title.
    """

    kind: str
    fields: Mapping[int, str]
    settings: Settings
    decisions: Mapping[str, str]
    lookups: Lookups
    today: date
    family_first: Mapping[int, bool | None] = field(default_factory=dict)
    month_first: Mapping[int, bool | None] = field(default_factory=dict)
    titled: int = 0


@dataclass(slots=True)
class RowContext:
    """One row: `values` by field code, of the cells that could be read."""

    reading: Reading
    draft: Draft
    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)

    @property
    def lookups(self) -> Lookups:
        """Return the network's lists."""
        return self.reading.lookups

    def get(self, code: str) -> Any:
        """Return what the row says of a field; None when it says nothing."""
        return self.values.get(code)

    def said_of(self, record: str) -> bool:
        """Tell whether the row says anything of a kind of record."""
        return any(code.partition(".")[0] == record for code in self.values)

    def refuse(self, code: str, message: str, **params: Any) -> None:
        """Note why the row cannot come in, beside its column where there is one."""
        self.draft.issues.append(Issue(self.places.get(code), message, params))

    def ask(self, question: Question) -> str | None:
        """Return the answer that was given to a question; ask it otherwise."""
        answer = self.reading.decisions.get(question.key)
        if answer is None or (question.choices and not _is_offered(question, answer)):
            self.draft.questions.append(question)
            return None
        return answer

    def add(self, item: Item) -> int:
        """Keep a record of the row; return its place."""
        self.draft.items.append(item)
        return len(self.draft.items) - 1


def _is_offered(question: Question, answer: str) -> bool:
    return any(choice.value == answer for choice in question.choices)


def read_row(number: int, cells: Sequence[Cell], reading: Reading) -> RowContext:
    """Return a row with each cell read; what cannot be read is noted with a sentence."""
    context = RowContext(reading, Draft(number))
    for place, code in reading.fields.items():
        cell = cells[place] if place < len(cells) else None
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            continue
        context.places[code] = place
        try:
            value = read_cell(
                FIELDS[code].reader,
                cell,
                family_first=reading.family_first.get(place),
                month_first=bool(reading.month_first.get(place)),
            )
        except AmbiguousAmountError as error:
            answer = _ask_amount(context, code, text_of(cell), error)
            value = int(answer) if answer is not None else None
        except RuleError as error:
            context.unreadable.add(code)
            context.refuse(code, error.message, **error.params)
            continue
        if value not in (None, "", []):
            context.values[code] = value
    return context


def _ask_amount(
    context: RowContext, code: str, text: str, error: AmbiguousAmountError
) -> str | None:
    question = Question(
        key=f"amount|{text}",
        message=N_("« %(text)s » se lit de deux façons : laquelle ?"),
        choices=tuple(Choice(str(cents), money(cents)) for cents in error.readings),
        params={"text": text},
        column=context.places.get(code),
    )
    return context.ask(question)
