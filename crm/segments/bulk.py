"""What can be done at once with the segments selected in a list."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from crm.accounts.gate import signed_in
from crm.core.errors import N_
from crm.history.bulk import BulkAction, change_each, check_all_found, check_selection
from crm.segments.models import Segment
from crm.segments.operations import check_may_share
from crm.segments.queries import readable_among
from crm.web.locale import translate

YES, NO = "oui", "non"


def set_shared(session: Session, *, ids: Sequence[int], is_shared: bool, user_id: int) -> int:
    """Share segments of one's own with the team, or not; return how many have changed.

    Raises RuleError, and nothing changes, for those of others: they are not there to who may not
    see them.
    """
    wanted = check_selection(ids)
    check_all_found(wanted, readable_among(session, wanted, user_id))

    def change(segment: Segment) -> bool:
        if segment.is_shared == is_shared:
            return False
        check_may_share(segment, user_id)
        segment.is_shared = is_shared
        return True

    return change_each(
        session, Segment, ids, label=N_("Partage d’une sélection de segments"), change=change
    )


SEGMENT_ACTIONS = (
    BulkAction(
        "partage",
        N_("Partagé avec l’équipe"),
        lambda session, ids, value: set_shared(
            session, ids=ids, is_shared=value == YES, user_id=signed_in().id
        ),
        lambda _session: [(YES, translate(N_("oui"))), (NO, translate(N_("non")))],
    ),
)
