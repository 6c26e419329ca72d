"""Errors that a person can understand and act on."""

from typing import Any


def N_(message: str) -> str:  # noqa: N802 - the customary gettext marker
    """Mark a sentence for the catalogues without translating it yet."""
    return message


class RuleError(ValueError):
    """A wrong input: `field` names the form field, `message` is a msgid in French.

    `record` is (entity, id) of the record that stands in the way, for a link to it.
    """

    def __init__(
        self, field: str, message: str, *, record: tuple[str, int] | None = None, **params: Any
    ) -> None:
        super().__init__(message % params if params else message)
        self.field = field
        self.message = message
        self.params = params
        self.record = record


class NotFoundError(LookupError):
    """The record does not exist, or not for this person."""


class StaleRecordError(RuntimeError):
    """Someone else saved the record in the meantime; `current` is what it holds now, if known."""

    def __init__(self, current: object = None) -> None:
        super().__init__("the record has changed since it was opened")
        self.current = current


class DatabaseBusyError(RuntimeError):
    """The database would not take the write in time; nothing was written."""


class UncommittedWriteError(RuntimeError):
    """A write was attempted where the house forbids it: outside `transaction()` or in a GET."""
