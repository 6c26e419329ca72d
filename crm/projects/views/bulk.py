"""One change to the selected projects, or to all that the list's filters keep."""

from flask.typing import ResponseReturnValue

from crm.core.errors import N_
from crm.history.bulk import Bulk, answer_bulk
from crm.projects.bulk import PROJECT_ACTIONS
from crm.projects.listings import narrow_by_words, project_list
from crm.projects.views.blueprint import blueprint
from crm.web.access import Permission, allow

_PROJECTS = Bulk(N_("Modifier plusieurs projets"), project_list, narrow_by_words, PROJECT_ACTIONS)


@blueprint.post("/lot")
@allow(Permission.EDIT_NETWORK)
def bulk() -> ResponseReturnValue:
    """Change the selected projects at once, or show all that can be changed."""
    return answer_bulk(_PROJECTS)
