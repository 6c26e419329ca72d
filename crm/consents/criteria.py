"""What a segment may ask of what people accept, and of when they were last heard of."""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, select

from crm.consents.interactions import has_exchanged_since
from crm.consents.models import Consent
from crm.consents.queries import person_refusal
from crm.consents.types import (
    BASIS_LABELS,
    PURPOSE_LABELS,
    STATE_LABELS,
    State,
)
from crm.contacts.models import Contact
from crm.core.errors import N_
from crm.criteria.conditions import either, is_found
from crm.criteria.criterion import Criterion, Field, Values, fixed
from crm.criteria.types import FieldKind, Subject
from crm.mail.suppression import Origin, suppression_origin
from crm.mail.types import Purpose

GROUP = N_("Accords et échanges")
NEVER = "jamais"
_DAYS_OF_A_MONTH = 30
_STATES = {**STATE_LABELS, NEVER: N_("Jamais demandé")}


def _choice(values: Values, _day: date) -> ColumnElement[bool]:
    of_purposes = select(Consent.contact_id).where(Consent.purpose.in_(values["usages"]))
    conditions = []
    known = [each for each in values["choix"] if each != NEVER]
    if known:
        conditions.append(is_found(Contact.id, of_purposes.where(Consent.state.in_(known))))
    if NEVER in values["choix"]:
        conditions.append(~is_found(Contact.id, of_purposes))
    return either(conditions)


def _basis(values: Values, _day: date) -> ColumnElement[bool]:
    noted = select(Consent.contact_id).where(
        Consent.state == State.ACCEPTED.value, Consent.basis.in_(values["fondements"])
    )
    if purposes := values.get("usages"):
        noted = noted.where(Consent.purpose.in_(purposes))
    return is_found(Contact.id, noted)


def _may_receive(values: Values, day: date) -> ColumnElement[bool]:
    return either([person_refusal(Purpose(each), day=day).is_(None) for each in values["usages"]])


def _opposed(_values: Values, _day: date) -> ColumnElement[bool]:
    # What holds until lifted; an address that is not there was never suppressed.
    held = [each.value for each in Origin if each is not Origin.WITHDRAWAL]
    found = func.coalesce(suppression_origin(Purpose.BROADCAST, Contact.email_key), "")
    return found.in_(held)


def _silent(values: Values, day: date) -> ColumnElement[bool]:
    return ~has_exchanged_since(day - timedelta(days=_DAYS_OF_A_MONTH * values["mois"]))


_PURPOSES = Field(
    name="usages", label=N_("Usages"), options=fixed(PURPOSE_LABELS), phrase=N_(" pour %(value)s")
)
CONSENT_CRITERIA = (
    Criterion(
        code="peut_recevoir",
        label=N_("Peut recevoir"),
        subject=Subject.CONTACT,
        group=GROUP,
        yes=N_("peuvent recevoir un courriel%(usages)s"),
        no=N_("ne peuvent pas recevoir de courriel%(usages)s"),
        fields=(_PURPOSES,),
        condition=_may_receive,
        is_heavy=True,
    ),
    Criterion(
        code="accord",
        label=N_("Choix noté"),
        subject=Subject.CONTACT,
        group=GROUP,
        yes=N_("ont pour choix %(choix)s%(usages)s"),
        no=N_("n’ont pas pour choix %(choix)s%(usages)s"),
        fields=(Field(name="choix", label=N_("Choix"), options=fixed(_STATES)), _PURPOSES),
        condition=_choice,
    ),
    Criterion(
        code="fondement",
        label=N_("Fondement noté"),
        subject=Subject.CONTACT,
        group=GROUP,
        yes=N_("ont pour fondement noté %(fondements)s%(usages)s"),
        no=N_("n’ont pas pour fondement noté %(fondements)s%(usages)s"),
        fields=(
            Field(name="fondements", label=N_("Fondements"), options=fixed(BASIS_LABELS)),
            Field(
                name="usages",
                label=N_("Usages"),
                is_needed=False,
                options=fixed(PURPOSE_LABELS),
                phrase=N_(" pour %(value)s"),
            ),
        ),
        condition=_basis,
    ),
    Criterion(
        code="opposee",
        label=N_("Opposition à tous les envois"),
        subject=Subject.CONTACT,
        group=GROUP,
        yes=N_("se sont opposées à tous les envois, ou dont l’adresse ne reçoit plus"),
        no=N_("ne se sont pas opposées à tous les envois"),
        condition=_opposed,
    ),
    Criterion(
        code="dernier_echange",
        label=N_("Sans échange depuis"),
        subject=Subject.CONTACT,
        group=GROUP,
        yes=N_("n’ont eu aucun échange avec nous depuis %(mois)s"),
        no=N_("ont eu un échange avec nous depuis moins de %(mois)s"),
        fields=(
            Field(
                name="mois",
                label=N_("Mois"),
                kind=FieldKind.NUMBER,
                lowest=1,
                highest=240,
                default="36",
                units=(N_("%(count)s mois"), N_("%(count)s mois")),
            ),
        ),
        condition=_silent,
    ),
)
