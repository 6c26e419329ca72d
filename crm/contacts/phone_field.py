"""A phone number in a form: shown as the record shows it, kept as E.164."""

from typing import Any

from wtforms import StringField

from crm.contacts import rules
from crm.core.errors import RuleError
from crm.web.formats import NO_BREAK_SPACE, phone
from crm.web.forms import stripped


class PhoneField(StringField):
    """A number; `data` is E.164, or what was typed where no number is read in it."""

    def __init__(
        self, label: str | None = None, validators: list[Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(label, validators, filters=(stripped, _canonical), **kwargs)

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else typed_phone(self.data)

    def told(self) -> str:
        """Return the number as people read it."""
        return phone(self.data)


def typed_phone(number: str | None) -> str:
    """Return a number as one types it, `03 20 12 34 56`, where it is read back as the same one."""
    typed = phone(number).replace(NO_BREAK_SPACE, " ")
    return typed if _canonical(typed) == number else number or ""


def _canonical(text: str | None) -> str | None:
    try:
        return rules.parse_phone(text) if text else None
    except RuleError:
        return text
