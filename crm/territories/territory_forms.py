"""The form of named lists of communes: a text to paste, and the choices among homonyms."""

from flask import request
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import StringField, TextAreaField
from wtforms.validators import Optional, ValidationError

from crm.core.errors import N_, RuleError
from crm.territories.models import Territory
from crm.territories.pasted_communes import Pasted, read_pasted
from crm.territories.territory_operations import LONGEST_DESCRIPTION, LONGEST_NAME, TerritoryData
from crm.web.forms import longest, required
from crm.web.locale import sentence, translate
from crm.web.submissions import OnceForm
from crm.web.versions import VersionField

LINE, CHOICE = "ligne-", "commune-"
_LONGEST_TEXT = 100_000
_MOST_TOLD = 10


class TerritoryForm(OnceForm):
    """A territory's name and its communes, one a line."""

    version = VersionField()
    name = StringField(_l("Nom"), [required(), longest(LONGEST_NAME)])
    description = TextAreaField(_l("Présentation"), [Optional(), longest(LONGEST_DESCRIPTION)])
    pasted = TextAreaField(_l("Communes, une par ligne"), [required(), longest(_LONGEST_TEXT)])
    found = Pasted()
    _wrong: str | None = None

    def settle(self, session: Session) -> None:
        """Find which communes the text means, with the choices made on the page before."""
        try:
            self.found = read_pasted(session, self.pasted.data or "", self._chosen())
        except RuleError as error:
            self._wrong = sentence(error)

    def validate_pasted(self, _field: TextAreaField) -> None:
        """Say which lines mean no commune, or several."""
        if self._wrong:
            raise ValidationError(self._wrong)
        if self.found.unknown:
            lines = ", ".join(f"« {line} »" for line in self.found.unknown[:_MOST_TOLD])
            raise ValidationError(
                translate(
                    N_("Aucune commune du territoire ne correspond à : %(lines)s."), lines=lines
                )
            )
        if self.found.asked:
            raise ValidationError(
                translate(N_("Plusieurs communes portent le même nom : choisissez ci-dessous."))
            )

    def read(self) -> TerritoryData:
        """Return what was typed."""
        return TerritoryData(
            name=self.name.data or "",
            insee_codes=tuple(self.found.codes),
            description=self.description.data,
        )

    def write(self, territory: Territory) -> None:
        """Show what is stored; a line with its code is never ambiguous."""
        self.version.data = str(territory.version)
        self.name.data, self.description.data = territory.name, territory.description
        self.pasted.data = "\n".join(
            f"{each.insee_code} {each.name}" for each in territory.communes
        )

    @staticmethod
    def _chosen() -> dict[str, str]:
        return {
            text: request.form.get(CHOICE + name.removeprefix(LINE), "")
            for name, text in request.form.items()
            if name.startswith(LINE)
        }
