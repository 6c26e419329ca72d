"""How reports, their items and their texts come back, and what of them points at agreements."""

from flask import url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.agreements.models import Agreement
from crm.core import clock
from crm.core.errors import N_
from crm.core.text import sort_key
from crm.history.kinds import Kind, Pointer
from crm.web.access import Permission
from crm.web.locale import translate
from crm.yearly.models import (
    ReportClosure,
    ReportDefinition,
    ReportItem,
    ReportTemplate,
    ReportText,
)
from crm.yearly.operations import check_open
from crm.yearly.queries import item_for_page
from crm.yearly.types import ITEM_LABELS, ItemKind


def _mend(session: Session, definition: ReportDefinition) -> None:
    definition.sort_name = sort_key(definition.name)
    session.flush()


def _agreement_in_trash(session: Session, definition: ReportDefinition) -> str | None:
    return session.scalar(
        select(Agreement.name).where(
            Agreement.id == definition.agreement_id, Agreement.deleted_at.is_not(None)
        )
    )


def _definition_in_trash(session: Session, item: ReportItem | ReportTemplate) -> str | None:
    return session.scalar(
        select(ReportDefinition.name).where(
            ReportDefinition.id == item.definition_id, ReportDefinition.deleted_at.is_not(None)
        )
    )


def _mend_text(session: Session, text: ReportText) -> None:
    text.item = item_for_page(session, text.item_id)  # so that its report tells the change too
    check_open(session, text.item.definition_id, text.year)
    text.updated_at = clock.now()
    session.flush()


KINDS = (
    Kind(
        "report_definition",
        ReportDefinition,
        lambda definition: definition.name,
        page=("yearly.definition", "definition_id"),
        permission=Permission.EDIT_REPORTS,
        mend=_mend,
        plain=frozenset({"funder", "level", "period", "support"}),
        owned=frozenset({"report_item", "report_text", "report_closure", "report_template"}),
        missing=_agreement_in_trash,
    ),
    Kind(
        "report_item",
        ReportItem,
        lambda item: item.title or translate(ITEM_LABELS[ItemKind(item.kind)]),
        page=("yearly.edit_item", "item_id"),
        permission=Permission.EDIT_REPORTS,
        owned=frozenset({"report_text"}),
        missing=_definition_in_trash,
    ),
    Kind(
        "report_text",
        ReportText,
        lambda text: translate(N_("Texte de %(year)s"), year=text.year),
        mend=_mend_text,
    ),
    Kind(
        "report_template",
        ReportTemplate,
        lambda template: template.name,
        permission=Permission.EDIT_REPORTS,
        missing=_definition_in_trash,
    ),
)


def reports_of_agreement(session: Session, agreement_id: int) -> Pointer | None:
    """Say how many reports count the years of an agreement."""
    count = session.scalar(
        select(func.count())
        .select_from(ReportDefinition)
        .where(ReportDefinition.agreement_id == agreement_id, ReportDefinition.deleted_at.is_(None))
    )
    if not count:
        return None
    return Pointer(
        translate(N_("Rapports qui la suivent : %(count)s"), count=count),
        url_for("yearly.index"),
    )


def closed_years_of(session: Session, definition_id: int) -> Pointer | None:
    """Say which published years a report holds: they outlive it."""
    count = session.scalar(
        select(func.count())
        .select_from(ReportClosure)
        .where(ReportClosure.definition_id == definition_id)
    )
    if not count:
        return None
    return Pointer(
        translate(N_("Années closes, qui restent publiées : %(count)s"), count=count),
        url_for("yearly.index"),
    )


POINTERS = (
    ("agreement", reports_of_agreement),
    ("report_definition", closed_years_of),
)
