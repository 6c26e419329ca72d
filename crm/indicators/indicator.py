"""What an indicator is made of: the facts that count, what is counted in them, its words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, SQLColumnExpression
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.indicators.types import By, Kept, Scope, Unit, Value
from crm.web.locale import translate

_A_HUNDRED = 100
Labels = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Key:
    """What a figure may be split by and narrowed to.

    `expression` is never NULL. One that is in another table than the facts has `link`: the column
    there and the column of the facts that are the same; what is in several counts in each. `labels`
    lists (key, label) in the order of the table. `words_of` gives the words of keys that have no
    number yet; with `is_complete`, keys of `labels` without anything are told with their zero.
    """

    expression: SQLColumnExpression[Any]
    labels: Callable[[Session, Scope], Labels]
    link: tuple[SQLColumnExpression[Any], SQLColumnExpression[Any]] | None = None
    is_id: bool = False
    is_ranked: bool = False
    is_complete: bool = False
    words_of: Callable[[Session, Scope], Mapping[str, str]] | None = None

    def read(self, keys: Sequence[str]) -> list[Any]:
        """Return keys as the database compares them; what is no id finds nothing."""
        if not self.is_id:
            return list(keys)
        return [int(key) if key.isascii() and key.isdecimal() else 0 for key in keys]

    def holds(self, keys: Sequence[str]) -> ColumnElement[bool]:
        """Return the condition of facts that have one of these keys."""
        condition = self.expression.in_(self.read(keys))
        if self.link is None:
            return condition
        there, here = self.link
        found = Select(there).where(condition).correlate(None)  # type: ignore[var-annotated]
        return here.in_(found)


@dataclass(frozen=True, slots=True, eq=False)
class RowColumn:
    """A column of the rows behind a figure; of facts that are grouped, an aggregate.

    `kind` says how a cell is written: text, number, date or money (cents).
    """

    key: str
    label: str
    expression: SQLColumnExpression[Any]
    kind: str = "text"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Indicator:
    """A figure of the network: one definition for every page, report, export and command.

    `label` and `rule` are msgids; the rule is printed beside the figure. `facts(scope)` selects
    what counts, from an explicit FROM, whatever the period when `day` is given (the column that
    dates a fact); else the facts look at `scope.period` themselves, and with `is_stock` at its last
    day alone. `counted` is what counts once: distinct, unless `is_single` says that each fact is
    another. With `amount`, the figure is its sum over the facts, which are then single; `about` and
    `wording` tell estimates. A row leads to a record of the kind `entity`: the one counted, or
    `record` (an aggregate, where facts are grouped). With `parents`, (structure_id, root_id,
    root_name), a structure may count for its parent. `always` is what it is narrowed to whatever
    is asked.
    """

    code: str
    label: str
    rule: str
    unit: Unit
    entity: str
    facts: Callable[[Scope], Select[Any]]
    counted: SQLColumnExpression[Any]
    columns: Sequence[RowColumn]
    day: SQLColumnExpression[Any] | None = None
    keys: Mapping[By, Key] = field(default_factory=dict)
    record: SQLColumnExpression[Any] | None = None
    is_single: bool = False
    is_stock: bool = False
    amount: SQLColumnExpression[Any] | None = None
    about: ColumnElement[bool] | None = None
    wording: SQLColumnExpression[Any] | None = None
    parents: Callable[[], FromClause] | None = None
    always: Kept = field(default_factory=dict)

    @property
    def splits(self) -> tuple[By, ...]:
        """Return what it can be split by."""
        return (*self.keys, By.MONTH) if self.day is not None else tuple(self.keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A percentage of two indicators; below `fewest` in the second one, said as « 3 sur 4 »."""

    code: str
    label: str
    rule: str
    part: Indicator
    whole: Indicator
    fewest: int = 1
    unit: Unit = Unit.PERCENT

    def of(self, part: Value, whole: Value) -> Value:
        """Return the percentage of two figures; in words where the second one is too small."""
        if part.problem or whole.problem:
            return Value(None, problem=part.problem or whole.problem)
        if part.count is None or whole.count is None or not whole.count:
            return Value(None)
        if whole.count < self.fewest:
            words = translate(N_("%(part)s sur %(whole)s"), part=part.count, whole=whole.count)
            return Value(None, words=words)
        return Value(round(_A_HUNDRED * part.count / whole.count))
