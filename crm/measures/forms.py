"""The forms of series, of their points and of formulas."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import Optional

from crm.core.headcounts import Headcount
from crm.measures import rules
from crm.measures.models import Formula, Series, SeriesPoint
from crm.measures.types import READING_LABELS, FormulaData, PointData, Reading, SeriesData
from crm.web.amounts import HeadcountField
from crm.web.forms import DayField, longest, required
from crm.web.locale import translate
from crm.web.submissions import OnceForm
from crm.web.versions import VersionField


class SeriesForm(OnceForm):
    """All of a series."""

    version = VersionField()
    name = StringField(_l("Nom"), [required(), longest(rules.LONGEST_NAME)])
    unit = StringField(_l("Unité"), [required(), longest(rules.LONGEST_UNIT)])
    reading = RadioField(
        _l("Ce que disent les relevés"), default=Reading.LEVEL, validate_choice=False
    )
    source = StringField(_l("Source"), [Optional(), longest(rules.LONGEST_SOURCE)])
    notes = TextAreaField(_l("Notes"), [Optional(), longest(rules.LONGEST_TEXT)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reading.choices = [
            (each.value, translate(text)) for each, text in READING_LABELS.items()
        ]

    def read(self) -> SeriesData:
        """Return what was typed."""
        return SeriesData(
            name=self.name.data or "",
            unit=self.unit.data or "",
            reading=self.reading.data or "",
            source=self.source.data,
            notes=self.notes.data,
        )

    def write(self, series: Series) -> None:
        """Show what the series holds now."""
        for name in ("name", "unit", "reading", "source", "notes"):
            self._fields[name].data = getattr(series, name)
        self.version.data = str(series.version)


class PointForm(OnceForm):
    """What was read on a day."""

    version = VersionField()
    day = DayField(_l("Jour du relevé"), [required()])
    value = HeadcountField(_l("Valeur"), [required()])
    source = StringField(_l("Source"), [Optional(), longest(rules.LONGEST_SOURCE)])
    note = StringField(_l("Remarque"), [Optional(), longest(rules.LONGEST_SOURCE)])

    def read(self) -> PointData:
        """Return what was typed."""
        return PointData(self.day.data, self.value.data, self.source.data, self.note.data)

    def write(self, point: SeriesPoint) -> None:
        """Show what the point holds now."""
        self.day.data = point.day
        self.value.data = Headcount(point.count, point.is_approximate, point.wording)
        self.source.data, self.note.data = point.source, point.note
        self.version.data = str(point.version)


class FormulaForm(OnceForm):
    """All of a formula."""

    version = VersionField()
    name = StringField(_l("Nom"), [required(), longest(rules.LONGEST_NAME)])
    expression = StringField(_l("Formule"), [required(), longest(rules.LONGEST_EXPRESSION)])
    rule = TextAreaField(_l("Règle en toutes lettres"), [Optional(), longest(rules.LONGEST_TEXT)])

    def read(self) -> FormulaData:
        """Return what was typed."""
        return FormulaData(self.name.data or "", self.expression.data or "", self.rule.data)

    def write(self, formula: Formula) -> None:
        """Show what the formula holds now."""
        for name in ("name", "expression", "rule"):
            self._fields[name].data = getattr(formula, name)
        self.version.data = str(formula.version)
