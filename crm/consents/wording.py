"""How changes of choices are told."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from crm.consents.types import BASIS_LABELS, PURPOSE_LABELS, STATE_LABELS
from crm.core.errors import N_
from crm.history.wording import Namer, Wording
from crm.mail.suppression import Origin
from crm.web.locale import translate


def _named(labels: Mapping[str, str]) -> Namer:
    def name(_session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
        return {value: translate(labels[value]) for value in values if value in labels}

    return name


# What an import leaves as it is: an address that was suppressed holds against any file.
_HELD_BACK: Mapping[str, str] = {
    Origin.OBJECTION: N_("Opposition à nos envois"),
    Origin.COMPLAINT: N_("Signalé comme indésirable"),
    Origin.BOUNCE: N_("Adresse qui ne reçoit plus"),
}
CONSENT_WORDING = Wording(
    N_("Choix de réception"),
    {
        "purpose": N_("Usage"),
        "state": N_("Choix"),
        "basis": N_("Fondement"),
    },
    {
        "purpose": _named(PURPOSE_LABELS),
        "state": _named({**STATE_LABELS, **_HELD_BACK}),
        "basis": _named(BASIS_LABELS),
    },
)
RETENTION_WORDING = Wording(
    N_("Conservation de la fiche"),
    {"kept_on": N_("Décidée le"), "reason": N_("Raison")},
)
WORDINGS = {"consent": CONSENT_WORDING, "retention_choice": RETENTION_WORDING}
