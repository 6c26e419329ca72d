"""What can be done at once with the projects selected in a list."""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from crm.core import clock
from crm.core.errors import N_, RuleError
from crm.core.numbers import typed_id
from crm.history.bulk import BulkAction, change_each
from crm.projects.models import Project
from crm.projects.rules import check_status
from crm.projects.types import PROJECT_STATUS_LABELS
from crm.reference.models import ReferenceItem
from crm.reference.queries import labels_by_id
from crm.web.locale import translate

YES, NO = "oui", "non"


def set_status(session: Session, *, ids: Sequence[int], status: str) -> int:
    """Give projects a status; return how many had another.

    Raises RuleError, and nothing changes, when the dates of one do not allow it: it is named.
    """
    today = clock.today()

    def change(project: Project) -> bool:
        try:
            check_status(status, project.start_on, project.end_on, today)
        except RuleError as error:
            raise RuleError(
                "value",
                N_("« %(name)s » : ses dates ne le permettent pas. Rien n’a changé."),
                name=project.name,
            ) from error
        if project.status == status:
            return False
        project.status = status
        return True

    return _change_each(session, ids, N_("Statut d’une sélection de projets"), change)


def set_publishable(session: Session, *, ids: Sequence[int], is_publishable: bool) -> int:
    """Say of projects that they may be published, or not; return how many have changed."""

    def change(project: Project) -> bool:
        if project.is_publishable == is_publishable:
            return False
        project.is_publishable = is_publishable
        return True

    return _change_each(session, ids, N_("Publication d’une sélection de projets"), change)


def add_theme(session: Session, *, ids: Sequence[int], theme_id: int) -> int:
    """Put a theme on projects; return how many did not have it yet."""
    theme = _theme(session, theme_id)

    def change(project: Project) -> bool:
        if theme in project.themes:
            return False
        project.themes.append(theme)
        flag_modified(project, "created_at")  # a list alone does not make the version grow
        return True

    return _change_each(session, ids, N_("Thème ajouté à une sélection de projets"), change)


def remove_theme(session: Session, *, ids: Sequence[int], theme_id: int) -> int:
    """Take a theme off projects; return how many had it."""
    theme = _theme(session, theme_id)

    def change(project: Project) -> bool:
        if theme not in project.themes:
            return False
        project.themes.remove(theme)
        flag_modified(project, "created_at")
        return True

    return _change_each(session, ids, N_("Thème retiré d’une sélection de projets"), change)


def _theme(session: Session, theme_id: int) -> ReferenceItem:
    item = session.get(ReferenceItem, theme_id)
    if item is None or item.list_code != "theme":
        raise RuleError("value", N_("Choisissez un thème dans la liste."))
    return item


def _change_each(
    session: Session, ids: Sequence[int], label: str, change: Callable[[Project], bool]
) -> int:
    options = [selectinload(Project.themes)]
    return change_each(session, Project, ids, label=label, change=change, options=options)


PROJECT_ACTIONS = (
    BulkAction(
        "theme",
        N_("Ajouter un thème"),
        lambda session, ids, value: add_theme(session, ids=ids, theme_id=typed_id(value)),
        lambda session: labels_by_id(session, "theme"),
    ),
    BulkAction(
        "sans-theme",
        N_("Retirer un thème"),
        lambda session, ids, value: remove_theme(session, ids=ids, theme_id=typed_id(value)),
        lambda session: labels_by_id(session, "theme"),
    ),
    BulkAction(
        "statut",
        N_("Changer le statut"),
        lambda session, ids, value: set_status(session, ids=ids, status=value),
        lambda _session: [
            (each.value, translate(label)) for each, label in PROJECT_STATUS_LABELS.items()
        ],
    ),
    BulkAction(
        "publiable",
        N_("Publiable"),
        lambda session, ids, value: set_publishable(session, ids=ids, is_publishable=value == YES),
        lambda _session: [(YES, translate(N_("oui"))), (NO, translate(N_("non")))],
    ),
)
