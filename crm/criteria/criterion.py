"""What a criterion is made of: its fields, its condition in the database, its words."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute, Session

from crm.core import clock
from crm.core.days import parse_day
from crm.core.errors import N_, RuleError
from crm.core.numbers import parse_id
from crm.criteria.rules import LONGEST_VALUE, MOST_VALUES, TOO_LONG
from crm.criteria.types import FieldKind, Raw, Subject
from crm.web.locale import translate

Options = Sequence[tuple[str, str]]
Values = Mapping[str, Any]
Condition = Callable[[Values, date], ColumnElement[bool]]
Within = Callable[[ColumnElement[bool], Values, date], ColumnElement[bool]]
_CHOSEN = frozenset({FieldKind.CHOICES, FieldKind.PICKED})
_LARGEST = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing to fill in; labels, units and phrases are msgids.

    `options` lists (value, label) to choose from; a PICKED field has instead `named`, which gives
    the labels of the values that exist, `picker`, the endpoint that suggests some, and `settle`,
    which turns a name typed without it into a value, or raises RuleError. With `is_id` the
    condition gets whole numbers. A field that is not needed may stay empty: the condition finds no
    key for it, and the sentence nothing. `phrase` says where `%(value)s` of the sentence goes;
    `units` count a number (singular, plural), and `is_plain` says that it is a year. `is_quoted`
    puts labels in « ».
    """

    name: str
    label: str
    kind: FieldKind = FieldKind.CHOICES
    options: Callable[[Session], Options] | None = None
    named: Callable[[Session, Collection[str]], Mapping[str, str]] | None = None
    picker: str = ""
    settle: Callable[[Session, str], str] | None = None
    is_id: bool = False
    is_single: bool = False
    is_needed: bool = True
    is_quoted: bool = True
    is_plain: bool = False
    units: tuple[str, str] | None = None
    lowest: int = 0
    highest: int = _LARGEST
    default: Raw = ""
    phrase: str = "%(value)s"
    hint: str = ""

    @property
    def is_chosen(self) -> bool:
        """Tell whether its values are those of a list."""
        return self.kind in _CHOSEN

    def labels(self, session: Session, values: Collection[str]) -> Mapping[str, str]:
        """Return the labels of those of the values that exist."""
        if self.named is not None:
            return self.named(session, values)
        options = self.options(session) if self.options else ()
        return {value: label for value, label in options if value in values}

    def settled(self, session: Session, typed: str) -> str:
        """Return the value of a name that was typed; the text itself where it fits none."""
        if self.settle is None:
            return typed
        try:
            return self.settle(session, typed)
        except RuleError:
            return typed  # told among the problems, as a choice that does not exist

    def read(self, raw: Raw | None) -> Any:
        """Return what was typed as the condition takes it; None for nothing; raise RuleError."""
        if self.is_chosen:
            return self._read_choices(raw)
        text = (raw if isinstance(raw, str) else " ".join(raw or ())).strip()
        if not text:
            return None
        if len(text) > LONGEST_VALUE:
            raise RuleError(self.name, TOO_LONG, count=LONGEST_VALUE)
        if self.kind is FieldKind.NUMBER:
            return self._read_number(text)
        if self.kind is FieldKind.DAY:
            return parse_day(text, clock.today(), field=self.name)
        return text

    def written(self, raw: Raw) -> Raw:
        """Return what was typed in the form that is kept: « hier » as the day it was."""
        value = self.read(raw)
        if isinstance(value, date):
            return value.isoformat()
        return str(value) if isinstance(value, int) else raw

    def _read_choices(self, raw: Raw | None) -> tuple[Any, ...] | None:
        values = tuple(each for each in ((raw,) if isinstance(raw, str) else raw or ()) if each)
        if not values:
            return None
        if len(values) > MOST_VALUES:
            raise RuleError(
                self.name,
                N_("Il y a %(count)s choix : %(most)s au plus. Partagez-les entre deux critères."),
                count=len(values),
                most=MOST_VALUES,
            )
        if self.is_single and len(values) > 1:
            raise RuleError(self.name, N_("Un seul choix est possible ici."))
        # Zero is no record's id: it finds nothing, and is told as missing beforehand.
        return tuple(parse_id(each) or 0 for each in values) if self.is_id else values

    def _read_number(self, text: str) -> int:
        digits = "".join(text.split())
        if not digits.isascii() or not digits.isdecimal() or len(digits) > len(str(_LARGEST)):
            raise RuleError(self.name, N_("Écrivez un nombre entier, par exemple 12."))
        number = int(digits)
        if not self.lowest <= number <= self.highest:
            raise RuleError(
                self.name,
                N_("Écrivez un nombre de %(lowest)s à %(highest)s."),
                lowest=self.lowest,
                highest=self.highest,
            )
        return number


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What criteria and bridges share.

    `label` is how a menu calls it, under the heading `group`. `yes` and `no` are the sentence's
    words after « les structures qui » or « les personnes qui », feminine plural, with
    `%(field)s` for each field.
    """

    code: str
    label: str
    subject: Subject
    yes: str
    no: str
    group: str
    fields: tuple[Field, ...] = ()

    def field(self, name: str) -> Field | None:
        """Return the field of that name, if there is one."""
        return next((each for each in self.fields if each.name == name), None)

    def read(self, raw: Mapping[str, Raw]) -> Values:
        """Return the values as the condition takes them; raise RuleError for the first wrong one.

        A field with nothing in it has no key.
        """
        values = {each.name: each.read(raw.get(each.name)) for each in self.fields}
        for each in self.fields:
            if each.is_needed and values[each.name] is None:
                raise RuleError(each.name, N_("Ce champ est nécessaire."))
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion(Asked):
    """Something that a segment may ask of a structure or of a person.

    `condition(values, day)` is true or false of each record, never NULL; it names the subject's
    own table and reads every other one in an EXISTS, or an IN, correlated to that table alone.
    `check`, where given, raises RuleError for values that do not go together. One that `is_heavy`
    takes the database so long that a tree may hold only a few.
    """

    condition: Condition
    check: Callable[[Values], None] | None = None
    is_heavy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge(Asked):
    """A way from the subject to records of another one that satisfy a branch of their own.

    `within(condition, values, day)` is true of the subject's records that have such a record.
    """

    target: Subject
    within: Within


@dataclass(frozen=True, slots=True)
class SubjectTable:
    """Where the records of a subject are: their ids, and which of them are there at all."""

    subject: Subject
    identity: InstrumentedAttribute[int]
    is_present: ColumnElement[bool]


def fixed(labels: Mapping[Any, str]) -> Callable[[Session], Options]:
    """Return the options of a list of words that never changes, in the reader's language."""
    return lambda _session: [(str(code), translate(label)) for code, label in labels.items()]
