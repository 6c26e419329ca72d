"""The demonstration's applications as rows, with their history."""

from collections.abc import Sequence
from datetime import datetime, time

from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.text import sort_key
from crm.demo.bulk import Row, Told, add_links, add_rows, created_fields, tell
from crm.demo.dossier_life import Dossier
from crm.demo.reference import Reference
from crm.followups.models import SessionApplication
from crm.funding.models import ApplicationPartner, ApplicationStep, FundingApplication


def write_dossiers(
    session: Session, reference: Reference, dossiers: Sequence[Dossier]
) -> list[tuple[int, Dossier]]:
    """Write applications, their steps, partners, sessions and history; return them with ids."""
    rows = [_row(reference, each) for each in dossiers]
    ids = add_rows(session, FundingApplication, rows)
    written = list(zip(ids, dossiers, strict=True))
    _add_links(session, written)
    _tell(session, rows, ids)
    return written


def _add_links(session: Session, written: Sequence[tuple[int, Dossier]]) -> None:
    add_links(
        session,
        ApplicationStep,
        (
            {
                "application_id": application_id,
                "status": status.value,
                "changed_on": day,
                "author_id": each.person_id,
            }
            for application_id, each in written
            for status, day in each.steps
        ),
    )
    add_links(
        session,
        ApplicationPartner,
        (
            {"application_id": application_id, "structure_id": structure_id, "role": role.value}
            for application_id, each in written
            for structure_id, role in each.partners
        ),
    )
    add_links(
        session,
        SessionApplication,
        (
            {"session_id": session_id, "application_id": application_id, "level": level.value}
            for application_id, each in written
            for session_id, level in each.helped
        ),
    )


def _tell(session: Session, rows: Sequence[Row], ids: Sequence[int]) -> None:
    tell(
        session,
        [
            Told(
                "created",
                "funding_application",
                application_id,
                created_fields(row),
                row["created_at"],
                others=[("structure", row["beneficiary_id"])],
            )
            for application_id, row in zip(ids, rows, strict=True)
        ],
    )


def _row(reference: Reference, each: Dossier) -> Row:
    begun_on = each.steps[0][1]
    name, family = each.structure.as_of(each.filed_on or begun_on)
    town = each.structure.town
    return {
        "scheme_id": each.edition.scheme_id,
        "call_id": each.edition.call_id,
        "title": each.title,
        "sort_title": sort_key(each.title),
        "beneficiary_id": each.structure.id,
        "beneficiary_name": name,
        "family_code": str(family),
        "departement_code": each.structure.departement_code,
        "commune_code": town.insee_code if town else None,
        "funder_id": each.edition.funder_id,
        "person_id": each.person_id,
        "status": each.status.value,
        "total_cents": each.total * 100,
        "requested_cents": each.requested * 100,
        "awarded_cents": each.awarded * 100 if each.awarded is not None else None,
        "filed_on": each.filed_on,
        "decided_on": each.decided_on,
        "refusal_reason_id": reference.item("refusal_reason", each.reason) if each.reason else None,
        "created_at": datetime.combine(begun_on, time(11), clock.PARIS),
        "version": 1,
    }
