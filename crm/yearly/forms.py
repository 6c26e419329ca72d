"""The forms of reports, of their items, of texts, and of closing a year."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from sqlalchemy.orm import Session
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional, ValidationError

from crm.core.errors import N_
from crm.core.numbers import typed_id
from crm.indicators.types import BY_LABELS, Level
from crm.web.forms import BaseForm, ChipsField, longest, required
from crm.web.locale import translate
from crm.web.submissions import OnceForm
from crm.web.versions import VersionField
from crm.yearly import rules
from crm.yearly.choices import code_options, narrowings
from crm.yearly.models import ReportDefinition, ReportItem
from crm.yearly.queries import agreement_options
from crm.yearly.types import (
    PERIOD_LABELS,
    SUPPORT_LABELS,
    DefinitionData,
    ItemData,
    ItemKind,
    PeriodKind,
    Support,
)
from crm.yearly.wording import LEVEL_LABELS


class DefinitionForm(OnceForm):
    """What a report is called, for whom, and what changes in how it counts."""

    version = VersionField()
    name = StringField(_l("Nom"), [required(), longest(rules.LONGEST_NAME)])
    funder = StringField(_l("Financeur"), [Optional(), longest(rules.LONGEST_FUNDER)])
    agreement = SelectField(_l("Convention"), validate_choice=False)
    period = RadioField(_l("Année comptée"), default=PeriodKind.CALENDAR, validate_choice=False)
    level = RadioField(_l("Niveau des structures"), default=Level.STRUCTURE, validate_choice=False)
    support = RadioField(_l("Appui compté"), default=Support.ALL, validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.period.choices = [(each.value, translate(PERIOD_LABELS[each])) for each in PeriodKind]
        self.level.choices = [(each.value, translate(LEVEL_LABELS[each])) for each in Level]
        self.support.choices = [(each.value, translate(SUPPORT_LABELS[each])) for each in Support]

    def offer(self, session: Session) -> None:
        """Give the list the agreements."""
        none = ("", translate(N_("Aucune en particulier")))
        self.agreement.choices = [none, *agreement_options(session)]

    def read(self) -> DefinitionData:
        """Return what was typed."""
        return DefinitionData(
            name=self.name.data or "",
            level=self.level.data or "",
            period=self.period.data or "",
            support=self.support.data or "",
            agreement_id=typed_id(self.agreement.data) or None,
            funder=self.funder.data,
        )

    def write(self, definition: ReportDefinition) -> None:
        """Show what the report holds now."""
        for name in ("name", "funder", "level", "period", "support"):
            self._fields[name].data = getattr(definition, name)
        self.agreement.data = str(definition.agreement_id or "")
        self.version.data = str(definition.version)


class ItemForm(OnceForm):
    """An item: its title, what it counts or lists, what it is narrowed to."""

    version = VersionField()
    title = StringField(_l("Titre"), [Optional(), longest(rules.LONGEST_TITLE)])
    code = SelectField(_l("Chiffre ou liste"), validate_choice=False)
    by = SelectField(_l("Une ligne par"), validate_choice=False)
    kept = ChipsField(_l("Ne compter que"), validate_choice=False)

    def offer(self, session: Session, kind: ItemKind) -> None:
        """Give the lists what an item of this kind may choose."""
        choose = ("", translate(N_("Choisir…")))
        self.code.choices = [choose, *code_options(session, kind)]
        self.by.choices = [choose, *((by.value, translate(BY_LABELS[by])) for by in BY_LABELS)]
        self.kept.offer(narrowings(session))

    def read(self) -> ItemData:
        """Return what was typed."""
        kept: dict[str, list[str]] = {}
        for value in self.kept.data or ():
            by, separator, key = value.partition(":")
            if separator:
                kept.setdefault(by, []).append(key)
        return ItemData(self.title.data, self.code.data or None, self.by.data or None, kept)

    def write(self, item: ReportItem) -> None:
        """Show what the item holds now."""
        self.title.data, self.code.data, self.by.data = item.title, item.code or "", item.by or ""
        self.kept.data = [f"{by}:{key}" for by, keys in item.kept.items() for key in keys]
        self.version.data = rules.seen_item(item.title, item.code, item.by, item.kept)


class TextForm(BaseForm):
    """What the team writes for an item in a year."""

    version = VersionField()
    body = TextAreaField(_l("Texte"), [Optional(), longest(rules.LONGEST_TEXT)])


class ClosingForm(BaseForm):
    """Closing a year, whatever is left open."""

    despite_open = BooleanField(_l("Clore quand même : elles resteront listées dans la clôture"))


class ReopeningForm(BaseForm):
    """Why a closed year is opened again, as it was closed when that was asked."""

    closure = HiddenField()
    reason = TextAreaField(_l("Pourquoi rouvrir ?"), [required(), longest(rules.LONGEST_REASON)])


class TemplateForm(OnceForm):
    """A Word file to write reports in."""

    file = FileField(_l("Fichier Word (DOCX)"))

    def validate_file(self, field: FileField) -> None:
        """Ask for a file."""
        if not field.data or not field.data.filename:
            raise ValidationError(translate(N_("Choisissez un fichier.")))
