"""The form of schemes."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import Optional

from crm.contacts.funders import FundersForm
from crm.funding.models import FundingScheme
from crm.funding.rules.lengths import LONGEST_LINK, LONGEST_NAME, LONGEST_TEXT
from crm.funding.types import SchemeData
from crm.web.forms import longest, required
from crm.web.versions import VersionField


class SchemeForm(FundersForm):
    """All of a scheme."""

    version = VersionField()
    name = StringField(_l("Nom"), [required(), longest(LONGEST_NAME)])
    summary = TextAreaField(_l("Ce qu’il finance"), [Optional(), longest(LONGEST_TEXT)])
    link = StringField(_l("Lien"), [Optional(), longest(LONGEST_LINK)])
    is_recurring = BooleanField(_l("Revient chaque année"))
    is_over = BooleanField(_l("Terminé"))

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
