"""What is said of a view when it is saved."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField

from crm.saved_views.models import SavedView
from crm.saved_views.rules import LONGEST_NAME
from crm.web.forms import longest, required
from crm.web.submissions import OnceForm
from crm.web.versions import VersionField


class ViewForm(OnceForm):
    """A view's name, and whether the team sees it."""

    version = VersionField()
    name = StringField(_l("Nom"), [required(), longest(LONGEST_NAME)])
    is_shared = BooleanField(_l("Partagée avec l’équipe"))

    def write(self, view: SavedView) -> None:
        """Show what is stored."""
        self.version.data = str(view.version)
        self.name.data, self.is_shared.data = view.name, view.is_shared
