"""What the builder asks besides the rules: a name, and who sees the segment."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import Optional

from crm.core.errors import RuleError
from crm.criteria.rules import tree_from_link, tree_from_text, tree_to_link
from crm.criteria.sentences import sentence_of
from crm.criteria.types import Tree
from crm.database import db
from crm.segments.models import Segment
from crm.segments.operations import SegmentData
from crm.segments.rules import LONGEST_DESCRIPTION, LONGEST_NAME
from crm.web.forms import longest, required
from crm.web.locale import sentence
from crm.web.submissions import OnceForm
from crm.web.versions import VersionField


class RulesField(HiddenField):
    """The rules as a link holds them; a conflict tells them by their sentence."""

    def told(self) -> str:
        """Return what the rules say."""
        try:
            return sentence_of(db.session(), tree_from_link(self.data or "", longest=None))
        except RuleError as error:
            return sentence(error)


class SegmentForm(OnceForm):
    """A segment's name, what it is for, whether the team sees it, and its rules."""

    version = VersionField()
    name = StringField(_l("Nom du segment"), [required(), longest(LONGEST_NAME)])
    description = StringField(_l("À quoi il sert"), [Optional(), longest(LONGEST_DESCRIPTION)])
    is_shared = BooleanField(_l("Partagé avec l’équipe"), default=True)
    rules = RulesField(_l("Règles"))

    def read(self, tree: Tree | None) -> SegmentData:
        """Return what was typed, beside the rules of the builder."""
        return SegmentData(
            name=self.name.data or "",
            tree=tree,
            description=self.description.data,
            is_shared=bool(self.is_shared.data),
        )

    def write(self, segment: Segment) -> None:
        """Show what is stored."""
        self.version.data = str(segment.version)
        self.name.data, self.description.data = segment.name, segment.description
        self.is_shared.data = segment.is_shared
        try:
            self.rules.data = tree_to_link(tree_from_text(segment.rules))
        except RuleError:
            self.rules.data = ""
