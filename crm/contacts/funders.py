"""The part of a form that names who funds: structures of the network, picked or typed."""

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import StringField
from wtforms.validators import Optional, ValidationError

from crm.contacts.queries import structures_by_values
from crm.contacts.typed_names import value_of_typed_structure
from crm.core.errors import N_, RuleError
from crm.web.forms import PickerField, longest
from crm.web.locale import sentence, translate
from crm.web.submissions import OnceForm

_LONGEST_TYPED = 100


class FundersForm(OnceForm):
    """Takes structures that exist; a name typed without the picker is one when it fits only one."""

    funders = PickerField(_l("Financeurs"))
    funders_text = StringField(_l("Financeurs"), [Optional(), longest(_LONGEST_TYPED)])
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

    def offer_funders(self, session: Session) -> None:
        """Give the picker the names of the funders chosen."""
        self.funders.offer(structures_by_values(session, self.funders.data or []))
