"""Fields for amounts of money and numbers of people, as people type them."""

from wtforms import StringField

from crm.core.errors import N_, RuleError
from crm.core.headcounts import Headcount, parse_headcount
from crm.core.money import parse_money
from crm.core.numbers import parse_id
from crm.web.formats import money
from crm.web.locale import sentence, translate


class MoneyField(StringField):
    """An amount typed as « 1 250,50 € » or « 25 k€ »; `data` is whole cents or None."""

    data: int | None  # type: ignore[assignment]

    def told(self) -> str:
        """Return the amount in words, as a conflict shows it."""
        return money(self.data) if self.data is not None else ""

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else self.told()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the cents; what is no amount raises ValueError with a sentence."""
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if text:
            try:
                self.data = parse_money(text)
            except RuleError as error:
                raise ValueError(sentence(error)) from error


class HeadcountField(StringField):
    """A number of people typed as « 60 » or « une soixantaine »; `data` keeps both or is None."""

    data: Headcount | None  # type: ignore[assignment]

    def told(self) -> str:
        """Return the number as it was said, as a conflict shows it."""
        return (self.data.wording or str(self.data.count)) if self.data is not None else ""

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else self.told()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number and its word; what is no number raises ValueError with a sentence."""
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if text:
            try:
                self.data = parse_headcount(text)
            except RuleError as error:
                raise ValueError(sentence(error)) from error


class WholeNumberField(StringField):
    """A whole number that may be left out; `data` is the number or None."""

    data: int | None  # type: ignore[assignment]

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number; what is none raises ValueError with a sentence."""
        text = valuelist[0].removesuffix("%").strip() if valuelist else ""
        self.data = parse_id(text)
        if text and self.data is None:
            raise ValueError(translate(N_("Écrivez un nombre entier.")))
