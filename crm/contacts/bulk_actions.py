"""What can be done at once with the structures, or the people, selected in a list."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from crm.accounts.queries import team
from crm.contacts.models import Group
from crm.contacts.operations import bulk
from crm.contacts.types import Standing
from crm.contacts.wording import STANDING_LABELS
from crm.core import clock
from crm.core.errors import N_
from crm.core.numbers import typed_id
from crm.history.bulk import BulkAction, Options
from crm.reference.queries import labels_by_id
from crm.web.locale import translate

NOBODY = "0"


def _groups(session: Session) -> Options:
    is_open = or_(Group.closed_on.is_(None), Group.closed_on >= clock.today())
    rows = session.execute(
        select(Group.id, Group.name)
        .where(Group.deleted_at.is_(None), is_open)
        .order_by(Group.sort_name)
    ).tuples()
    return [(str(group_id), name) for group_id, name in rows]


def _team(session: Session) -> Options:
    return [*team(session), (NOBODY, translate(N_("personne : à désigner")))]


def _standings(_session: Session) -> Options:
    return [
        (each.value, translate(STANDING_LABELS[each]))
        for each in (Standing.ACTOR, Standing.DORMANT, Standing.CLOSED)
    ]


def _themes(session: Session) -> Options:
    return labels_by_id(session, "theme")


def _tag_actions(links: bulk.Links) -> tuple[BulkAction, BulkAction]:
    return (
        BulkAction(
            "etiqueter",
            N_("Ajouter une étiquette"),
            lambda session, ids, value: bulk.add_tag(session, links=links, ids=ids, label=value),
        ),
        BulkAction(
            "desetiqueter",
            N_("Retirer une étiquette"),
            lambda session, ids, value: bulk.remove_tag(session, links=links, ids=ids, label=value),
        ),
    )


CONTACT_ACTIONS = _tag_actions(bulk.TAGS_OF_CONTACTS)
STRUCTURE_ACTIONS = (
    *_tag_actions(bulk.TAGS_OF_STRUCTURES),
    BulkAction(
        "theme",
        N_("Ajouter un thème"),
        lambda session, ids, value: bulk.add_theme(session, ids=ids, theme_id=typed_id(value)),
        _themes,
    ),
    BulkAction(
        "sans-theme",
        N_("Retirer un thème"),
        lambda session, ids, value: bulk.remove_theme(session, ids=ids, theme_id=typed_id(value)),
        _themes,
    ),
    BulkAction(
        "groupe",
        N_("Ajouter à un groupe, à partir d’aujourd’hui"),
        lambda session, ids, value: bulk.add_to_group(
            session, ids=ids, group_id=typed_id(value), day=clock.today()
        ),
        _groups,
    ),
    BulkAction(
        "suivi",
        N_("Confier à"),
        lambda session, ids, value: bulk.entrust(
            session, ids=ids, user_id=None if value == NOBODY else typed_id(value)
        ),
        _team,
    ),
    BulkAction(
        "parente",
        N_("Rattacher à la structure (nom exact ou numéro ; vide : à aucune)"),
        lambda session, ids, value: bulk.place_under(session, ids=ids, parent=value),
    ),
    BulkAction(
        "statut",
        N_("Changer le statut, à partir d’aujourd’hui"),
        lambda session, ids, value: bulk.set_standing(
            session, ids=ids, standing=value, day=clock.today()
        ),
        _standings,
    ),
)
