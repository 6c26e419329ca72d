"""How a view comes back, to its owner alone, and how its changes are told."""

from crm.core.errors import N_
from crm.history.kinds import Kind
from crm.history.wording import Wording
from crm.saved_views.models import SavedView
from crm.saved_views.operations import check_name_is_free
from crm.saved_views.queries import may_undo_view
from crm.web.access import Permission

VIEW_KIND = Kind(
    "saved_view",
    SavedView,
    lambda view: str(view.name),
    page=("saved_views.show", "view_id"),
    permission=Permission.READ_NETWORK,
    mend=check_name_is_free,
    may_read=may_undo_view,
)
VIEW_WORDING = Wording(
    N_("Vue enregistrée"),
    {"name": N_("Nom"), "is_shared": N_("Partagée avec l’équipe")},
)
