"""What an export of the list of projects holds."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.core.money import in_euros
from crm.projects.queries import linked_names, partner_names
from crm.projects.types import PROJECT_STATUS_LABELS, ROLE_LABELS, ProjectStatus
from crm.reference.queries import labels_by_code
from crm.web.locale import translate

EXPORT_HEADER = (
    N_("Nom"), N_("Statut"), N_("Chef de file"), N_("Famille du chef de file"), N_("Département"),
    N_("Participants"), N_("Pays"), N_("Régions ou lieux à l’étranger"), N_("Thèmes"),
    N_("Objectifs de développement durable"), N_("Début"), N_("Fin"), N_("Budget (euros)"),
    N_("Mutualisé"), N_("Publiable"), N_("Référencé le"),
)  # fmt: skip


def export_table(session: Session, rows: Sequence[Row[Any]]) -> Iterator[tuple[Any, ...]]:
    """Yield the cells of each project, as an export shows them."""
    links, partners = linked_names(session), partner_names(session)
    families = dict(labels_by_code(session, "family"))
    roles = {role.value: translate(label).lower() for role, label in ROLE_LABELS.items()}
    for row in rows:
        yield (
            row.name,
            translate(PROJECT_STATUS_LABELS[ProjectStatus(row.status)]),
            row.lead,
            families.get(row.family_code, ""),
            row.departement_code,
            "; ".join(f"{name} ({roles[role]})" for name, role in partners[row.id]),
            ", ".join(links["countries"][row.id]),
            row.places_abroad,
            ", ".join(links["themes"][row.id]),
            ", ".join(links["sdgs"][row.id]),
            row.start_on,
            row.end_on,
            None if row.budget_cents is None else in_euros(row.budget_cents),
            _yes(row.is_pooled),
            _yes(row.is_publishable),
            row.listed_on,
        )


def _yes(value: bool) -> str:  # noqa: FBT001 - the value itself
    return translate("oui") if value else translate("non")
