"""The forms of agreements, of what they plan and of what was done."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from crm.agreements import rules
from crm.agreements.models import Agreement, PlannedAction
from crm.agreements.queries import free_axes
from crm.agreements.types import RHYTHM_LABELS, ActionData, AgreementData, RecordData, Rhythm
from crm.contacts.funders import FundersForm
from crm.core.errors import N_
from crm.core.numbers import parse_ids, typed_id
from crm.measures.figures import figure_options
from crm.web.amounts import WholeNumberField
from crm.web.forms import ChipsField, DayField, longest, required
from crm.web.locale import translate
from crm.web.submissions import OnceForm
from crm.web.versions import VersionField


class AgreementForm(FundersForm):
    """All of an agreement: with whom, when, its axes."""

    version = VersionField()
    name = StringField(_l("Nom"), [required(), longest(rules.LONGEST_NAME)])
    reference = StringField(_l("Référence"), [Optional(), longest(rules.LONGEST_REFERENCE)])
    starts_on = DayField(_l("Début"), [required()])
    ends_on = DayField(_l("Fin"), [required()], prefer_past=False)
    axes = ChipsField(_l("Axes"), validate_choice=False)
    new_axes = TextAreaField(_l("Nouveaux axes"), [Optional(), longest(rules.LONGEST_TEXT)])
    notes = TextAreaField(_l("Notes"), [Optional(), longest(rules.LONGEST_TEXT)])

    def offer(self, session: Session, agreement_id: int | None) -> None:
        """Give the picker the names of the funders chosen, and the chips the axes to take."""
        self.offer_funders(session)
        self.axes.offer((str(item.id), item.label) for item in free_axes(session, agreement_id))

    def read(self) -> AgreementData:
        """Return what was typed."""
        lines = (line.strip() for line in (self.new_axes.data or "").splitlines())
        return AgreementData(
            name=self.name.data or "",
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            funders=tuple(self.funders.data or ()),
            reference=self.reference.data,
            notes=self.notes.data,
            axis_ids=tuple(parse_ids(self.axes.data or [])),
            new_axes=tuple(line for line in lines if line),
        )

    def write(self, agreement: Agreement) -> None:
        """Show what the agreement holds now."""
        for name in ("name", "reference", "starts_on", "ends_on", "notes"):
            self._fields[name].data = getattr(agreement, name)
        self.version.data = str(agreement.version)
        self.funders.data = [str(funder.id) for funder in agreement.funders]
        self.axes.data = [str(axis.item_id) for axis in agreement.axes]


class ActionForm(OnceForm):
    """What is planned, its target, and what counts for it."""

    version = VersionField()
    label = StringField(_l("Action"), [required(), longest(rules.LONGEST_LABEL)])
    axis = SelectField(_l("Axe"), validate_choice=False)
    target_text = StringField(
        _l("Cible, en toutes lettres"), [Optional(), longest(rules.LONGEST_TARGET)]
    )
    target_count = WholeNumberField(_l("Cible, en nombre"))
    rhythm = RadioField(_l("Attendue"), default=Rhythm.YEARLY, validate_choice=False)
    year = WholeNumberField(_l("Année"))
    figure = SelectField(_l("Chiffre qui compte"), validate_choice=False)
    by_axis = BooleanField(_l("Compter seulement ce qui est rattaché à l’axe"), default=True)
    kept = ChipsField(_l("Ne compter que"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rhythm.choices = [
            (each.value, translate(text)) for each, text in RHYTHM_LABELS.items()
        ]

    def offer(
        self, session: Session, agreement: Agreement, narrowings: Sequence[tuple[str, str]]
    ) -> None:
        """Give the lists the axes of the agreement, all figures, and what may narrow them."""
        self.axis.choices = [
            ("", translate(N_("Aucun en particulier"))),
            *((str(axis.item_id), axis.item.label) for axis in agreement.axes),
        ]
        by_hand = ("", translate(N_("Aucun : noter à la main ce qui est fait")))
        self.figure.choices = [by_hand, *figure_options(session)]
        self.kept.offer(narrowings)

    def read(self) -> ActionData:
        """Return what was typed."""
        return ActionData(
            label=self.label.data or "",
            axis_id=typed_id(self.axis.data) or None,
            target_text=self.target_text.data,
            target_count=self.target_count.data,
            rhythm=self.rhythm.data or "",
            year=self.year.data,
            figure_code=self.figure.data or None,
            by_axis=bool(self.by_axis.data),
            kept=tuple(self.kept.data or ()),
        )

    def write(self, action: PlannedAction) -> None:
        """Show what the action holds now."""
        for name in ("label", "target_text", "target_count", "rhythm", "year", "by_axis"):
            self._fields[name].data = getattr(action, name)
        self.axis.data = str(action.axis_id or "")
        self.figure.data = action.figure_code or ""
        self.kept.data = (action.kept or "").split()
        self.version.data = str(action.version)


class RecordForm(OnceForm):
    """Something done for an action, noted by hand."""

    done_on = DayField(_l("Date"), [required()])
    what = StringField(_l("Ce qui a été fait"), [required(), longest(rules.LONGEST_LABEL)])
    count = WholeNumberField(_l("Compte pour"))
    source = StringField(_l("Source"), [Optional(), longest(rules.LONGEST_SOURCE)])

    def read(self) -> RecordData:
        """Return what was typed."""
        return RecordData(
            self.done_on.data, self.what.data or "", self.count.data, self.source.data
        )
