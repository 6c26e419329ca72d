"""The form of schemes."""

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import Optional, ValidationError

from crm.contacts.queries import structures_by_values
from crm.contacts.typed_names import value_of_typed_structure
from crm.core.errors import N_, RuleError
from crm.funding.models import FundingScheme
from crm.funding.rules.lengths import LONGEST_LINK, LONGEST_NAME, LONGEST_TEXT
from crm.funding.types import SchemeData
from crm.web.forms import PickerField, longest, required
from crm.web.locale import sentence, translate
from crm.web.submissions import OnceForm

_LONGEST_TYPED = 100


class SchemeForm(OnceForm):
    """All of a scheme."""

    version = HiddenField(default="0")
    name = StringField(_l("Nom"), [required(), longest(LONGEST_NAME)])
    funders = PickerField(_l("Financeurs"))
    funders_text = StringField(_l("Financeurs"), [Optional(), longest(_LONGEST_TYPED)])
    summary = TextAreaField(_l("Ce qu’il finance"), [Optional(), longest(LONGEST_TEXT)])
    link = StringField(_l("Lien"), [Optional(), longest(LONGEST_LINK)])
    is_recurring = BooleanField(_l("Revient chaque année"))
    is_over = BooleanField(_l("Terminé"))
    _typed_error: str | None = None

    def settle_typed_name(self, session: Session) -> None:
        """Turn a name typed without a picker into a choice."""
        typed = (self.funders_text.data or "")[:_LONGEST_TYPED]
        if not typed:
            return
        try:
            value = value_of_typed_structure(session, typed, "funders")
        except RuleError as error:
            self._typed_error = sentence(error)
        else:
            self.funders.data = list(dict.fromkeys([*(self.funders.data or ()), value]))

    def validate_funders(self, field: PickerField) -> None:
        """Say when a typed name fits several structures, or none."""
        if self._typed_error:
            raise ValidationError(self._typed_error)
        for value in field.data or ():
            if value.startswith("new:"):
                raise ValidationError(
                    translate(
                        N_("Aucune structure ne s’appelle « %(name)s » : créez-la d’abord."),
                        name=value.removeprefix("new:"),
                    )
                )

    def offer(self, session: Session) -> None:
        """Give the picker the names of the funders chosen."""
        self.funders.offer(structures_by_values(session, self.funders.data or []))

    def read(self) -> SchemeData:
        """Return what was typed."""
        return SchemeData(
            name=self.name.data or "",
            funders=tuple(self.funders.data or ()),
            summary=self.summary.data,
            link=self.link.data,
            is_recurring=bool(self.is_recurring.data),
            is_active=not self.is_over.data,
        )

    def write(self, scheme: FundingScheme) -> None:
        """Show what the scheme holds now."""
        for name in ("name", "summary", "link", "is_recurring"):
            self._fields[name].data = getattr(scheme, name)
        self.version.data = str(scheme.version)
        self.funders.data = [str(funder.id) for funder in scheme.funders]
        self.is_over.data = not scheme.is_active
