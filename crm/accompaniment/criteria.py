"""What a segment may ask of paths, and of the latest exchange with a structure."""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, not_, select, union_all

from crm.accompaniment.models import Accompaniment
from crm.accompaniment.silence import exchange_days, is_current
from crm.accompaniment.types import STAGE_LABELS
from crm.accounts.choices import everyone
from crm.contacts.models import Structure
from crm.core.errors import N_
from crm.criteria.conditions import is_found
from crm.criteria.criterion import Criterion, Field, Values, fixed
from crm.criteria.types import FieldKind, Subject
from crm.followups.criteria import GROUP


def _is_silent(values: Values, day: date) -> ColumnElement[bool]:
    """Return whether nothing happened with a structure in those days (`silence.exchange_days`)."""
    since = day - timedelta(days=values["days"])
    sources = [each.subquery() for each in exchange_days()]
    recent = union_all(
        *(select(each.c.structure_id).where(each.c.day >= since) for each in sources)
    ).subquery()
    return not_(is_found(Structure.id, select(recent.c.structure_id)))


def _has_path(values: Values, _day: date) -> ColumnElement[bool]:
    found = select(Accompaniment.structure_id).where(is_current())
    if stages := values.get("stages"):
        found = found.where(Accompaniment.stage.in_(stages))
    if people := values.get("people"):
        found = found.where(Accompaniment.person_id.in_(people))
    return is_found(Structure.id, found)


ACCOMPANIMENT_CRITERIA = (
    Criterion(
        code="parcours",
        label=N_("Accompagnement en cours"),
        subject=Subject.STRUCTURE,
        group=GROUP,
        yes=N_("ont un accompagnement en cours%(stages)s%(people)s"),
        no=N_("n’ont aucun accompagnement en cours%(stages)s%(people)s"),
        fields=(
            Field(
                name="stages",
                label=N_("Étapes"),
                is_needed=False,
                options=fixed(STAGE_LABELS),
                phrase=N_(" à l’étape %(value)s"),
            ),
            Field(
                name="people",
                label=N_("Suivi par"),
                is_id=True,
                is_needed=False,
                is_quoted=False,
                options=everyone,
                phrase=N_(" suivi par %(value)s"),
            ),
        ),
        condition=_has_path,
    ),
    Criterion(
        code="silence",
        label=N_("Aucun échange depuis"),
        subject=Subject.STRUCTURE,
        group=GROUP,
        yes=N_("n’ont eu aucun échange avec nous depuis plus de %(days)s"),
        no=N_("ont eu un échange avec nous depuis %(days)s ou moins"),
        fields=(
            Field(
                name="days",
                label=N_("Jours"),
                kind=FieldKind.NUMBER,
                lowest=1,
                highest=36500,
                units=(N_("%(count)s jour"), N_("%(count)s jours")),
                default="365",
            ),
        ),
        condition=_is_silent,
    ),
)
