"""What is done to several mailings at once."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.history.bulk import BulkAction, Options, change_each
from crm.mailings.models import Mailing
from crm.web.locale import translate

_SHOWN, _HIDDEN = "oui", "non"


def publish(session: Session, *, ids: Sequence[int], is_public: bool) -> int:
    """Show mailings in the archive that anybody reads, or hide them; return how many changed."""

    def change(mailing: Mailing) -> bool:
        if mailing.is_public == is_public:
            return False
        mailing.is_public = is_public
        return True

    label = N_("Archives publiques d’une sélection d’envois")
    return change_each(session, Mailing, ids, label=label, change=change)


def _choices(_session: Session) -> Options:
    return [
        (_SHOWN, translate(N_("Les montrer dans les archives publiques"))),
        (_HIDDEN, translate(N_("Les retirer des archives publiques"))),
    ]


MAILING_ACTIONS = (
    BulkAction(
        "archives",
        N_("Archives publiques"),
        lambda session, ids, value: publish(session, ids=ids, is_public=value == _SHOWN),
        _choices,
    ),
)
