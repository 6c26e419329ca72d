"""What the page of a record tells of those that were merged into it."""

from datetime import datetime

from flask import url_for
from sqlalchemy import Integer, Row, Select, bindparam, select
from sqlalchemy.orm import Session

from crm.accounts.gate import signed_in
from crm.core.errors import N_
from crm.duplicates.models import Merge
from crm.web.access import Permission
from crm.web.formats import short_date
from crm.web.locale import translate
from crm.web.panels import Panel, PanelRow, PanelSource


def _merges_into(kind: str) -> Select[tuple[int, str, datetime]]:
    return (
        select(Merge.id, Merge.merged_name, Merge.at)
        .where(
            Merge.kind == kind,
            Merge.kept_id == bindparam("record_id", type_=Integer),
            Merge.undone_at.is_(None),
        )
        .order_by(Merge.at.desc(), Merge.id.desc())
    )


MERGES_INTO = {kind: _merges_into(kind) for kind in ("structure", "contact")}


def _panel_of(kind: str) -> PanelSource:
    def panel(session: Session, record_id: int) -> Panel:
        rows = session.connection().execute(MERGES_INTO[kind], {"record_id": record_id})
        return Panel(translate(N_("Fiches fusionnées ici")), [_row(row) for row in rows])

    return panel


def _row(row: Row[tuple[int, str, datetime]]) -> PanelRow:
    merge_id, name, at = row
    may_undo = signed_in().may(Permission.EDIT_NETWORK)
    return PanelRow(
        title=name,
        url=url_for("duplicates.merge", merge_id=merge_id) if may_undo else None,
        detail=translate(N_("Voir et défaire")) if may_undo else None,
        aside=short_date(at),
        icon="arrow-merge",
    )


MERGE_PANELS = {kind: _panel_of(kind) for kind in ("structure", "contact")}
