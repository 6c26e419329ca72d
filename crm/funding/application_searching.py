"""How applications are shown where everything is found, and how one is begun from there."""

from collections.abc import Sequence
from typing import Any

from flask import url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from crm.contacts.indexing import STRUCTURE
from crm.contacts.searching import detail, list_found_in
from crm.core.errors import N_
from crm.funding.application_indexing import APPLICATION, all_applications
from crm.funding.models import FundingApplication, FundingScheme
from crm.funding.types import STATUS_LABELS, ApplicationStatus
from crm.search.actions import Action
from crm.search.kinds import IDS, Hit, SearchKind, lines
from crm.web.access import Permission
from crm.web.locale import translate

_LINES: Select[Any] = (
    select(
        FundingApplication.id,
        FundingApplication.title,
        FundingApplication.beneficiary_name,
        FundingApplication.status,
        FundingScheme.name.label("scheme"),
    )
    .join(FundingScheme, FundingScheme.id == FundingApplication.scheme_id)
    .where(FundingApplication.id.in_(IDS), FundingApplication.deleted_at.is_(None))
)


def describe_applications(session: Session, ids: Sequence[int]) -> dict[int, Hit]:
    """Return the lines of applications: whose, to which scheme, where they stand."""
    return {
        row.id: Hit(
            title=row.title,
            value=str(row.id),
            url=url_for("applications.show", application_id=row.id),
            detail=detail(row.beneficiary_name, row.scheme),
            aside=translate(STATUS_LABELS[ApplicationStatus(row.status)]),
        )
        for row in lines(session, _LINES, ids)
    }


FUNDING_APPLICATIONS = SearchKind(
    APPLICATION,
    N_("Dossiers de financement"),
    "coin-euro",
    all_applications,
    describe_applications,
    nouns=frozenset({"dossier", "dossiers", "financement", "financements"}),
    list_url=list_found_in("applications.index"),
)
NEW_APPLICATION = Action(
    N_("Nouveau dossier"),
    "coin-euro",
    Permission.EDIT_NETWORK,
    nouns=frozenset({"dossier", "financement"}),
    url=lambda: url_for("applications.new"),
    takes=(STRUCTURE,),
    label_with=N_("Nouveau dossier de %(rest)s"),
    with_record=lambda value: url_for("applications.new", structure=value),
    is_quick=True,
)
