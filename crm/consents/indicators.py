"""What choices let a report count: who accepts to be written to on a day, for each purpose."""

from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from crm.consents.models import ConsentProof
from crm.consents.types import PURPOSE_LABELS, State
from crm.contacts.models import Contact
from crm.core.errors import N_
from crm.indicators.indicator import Indicator, RowColumn
from crm.indicators.keys import fixed_key
from crm.indicators.types import By, Scope, Unit
from crm.mail.types import Purpose

_Later = aliased(ConsentProof)


def _accepted(scope: Scope) -> Select[Any]:
    """Select the last choice known at the end of a day, where it is to accept."""
    day = scope.period.end
    has_chosen_since = (
        select(_Later.id)
        .where(
            _Later.contact_id == ConsentProof.contact_id,
            _Later.purpose == ConsentProof.purpose,
            _Later.given_on <= day,
            or_(
                _Later.given_on > ConsentProof.given_on,
                and_(_Later.given_on == ConsentProof.given_on, _Later.id > ConsentProof.id),
            ),
        )
        .correlate(ConsentProof)
        .exists()
    )
    return (
        select(ConsentProof.id)
        .select_from(ConsentProof)
        .join(Contact, Contact.id == ConsentProof.contact_id)
        .where(
            ConsentProof.state == State.ACCEPTED,
            ConsentProof.given_on <= day,
            Contact.deleted_at.is_(None),
            ~has_chosen_since,
        )
    )


SUBSCRIBERS = Indicator(
    code="newsletter_subscribers",
    label=N_("abonnés à la lettre d’information"),
    rule=N_(
        "Personnes dont le dernier choix connu le dernier jour de la période était d’accepter la"
        " lettre d’information. Les fiches à la corbeille ne comptent pas ; qui s’est désabonné"
        " depuis compte encore ce jour-là. Les adresses qui ne reçoivent plus comptent : c’est"
        " l’envoi qui les écarte."
    ),
    unit=Unit.PERSON,
    entity="contact",
    facts=_accepted,
    counted=ConsentProof.contact_id.expression,
    is_stock=True,
    keys={By.PURPOSE: fixed_key(ConsentProof.purpose, PURPOSE_LABELS)},
    always={By.PURPOSE: (Purpose.NEWSLETTER.value,)},
    columns=(
        RowColumn(
            "name",
            N_("Nom"),
            func.max(func.trim(func.coalesce(Contact.first_name, "") + " " + Contact.last_name)),
        ),
        RowColumn("given_on", N_("Depuis le"), func.max(ConsentProof.given_on), "date"),
    ),
)
INDICATORS = (SUBSCRIBERS,)
