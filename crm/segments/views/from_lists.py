"""The builder, opened with the filters of a list."""

from flask import request
from flask.typing import ResponseReturnValue

from crm.core.errors import RuleError
from crm.criteria.types import Tree
from crm.database import db
from crm.segments.forms import SegmentForm
from crm.segments.from_lists import SUBJECTS, tree_of_list
from crm.segments.views.blueprint import blueprint
from crm.segments.views.builder import Draft, show_draft
from crm.web.access import Permission, allow
from crm.web.locale import sentence


@blueprint.get("/depuis/<any(structures, contacts):list_code>")
@allow(Permission.EDIT_NETWORK)
def from_list(list_code: str) -> ResponseReturnValue:
    """Show the rules that the filters of a list amount to, ready to be saved under a name."""
    form = SegmentForm(formdata=None)
    try:
        taken = tree_of_list(db.session(), list_code, request.args)
    except RuleError as error:
        return show_draft(Draft(None, form, Tree(SUBJECTS[list_code]), sentence(error)), 422)
    return show_draft(Draft(None, form, taken.tree, left_out=taken.left_out), 200)
