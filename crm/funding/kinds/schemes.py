"""How schemes come back, and what of them points at structures."""

from flask import url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from crm.core.errors import N_
from crm.core.text import sort_key
from crm.funding.call_indexing import index_scheme
from crm.funding.models import FundingCall, FundingScheme
from crm.funding.models.schemes import funding_scheme_funder
from crm.history.kinds import Kind, Pointer
from crm.web.locale import translate


def _mend(session: Session, scheme: FundingScheme) -> None:
    scheme.sort_name = sort_key(scheme.name)
    session.flush()
    index_scheme(session, scheme)


def _funder_in_trash(session: Session, scheme: FundingScheme) -> str | None:
    funders = select(funding_scheme_funder.c.structure_id).where(
        funding_scheme_funder.c.scheme_id == scheme.id
    )
    return session.scalar(
        select(Structure.name)
        .where(
            Structure.id.in_(funders),
            Structure.deleted_at.is_not(None),
            Structure.merged_into_id.is_(None),
        )
        .order_by(Structure.id)
        .limit(1)
    )


def _end(_session: Session, scheme: FundingScheme) -> None:
    scheme.is_active = False


SCHEME_KIND = Kind(
    "funding_scheme",
    FundingScheme,
    lambda scheme: scheme.name,
    page=("schemes.show", "scheme_id"),
    mend=_mend,
    plain=frozenset({"summary", "link", "is_recurring", "is_active"}),
    archive=_end,
    archive_label=N_("Marquer le dispositif comme terminé"),
    owned=frozenset({"funding_scheme_funder"}),
    missing=_funder_in_trash,
)


def calls_of_scheme(session: Session, scheme_id: int) -> Pointer | None:
    """Say how many calls a scheme has."""
    count = session.scalar(
        select(func.count()).where(
            FundingCall.scheme_id == scheme_id, FundingCall.deleted_at.is_(None)
        )
    )
    if not count:
        return None
    return Pointer(
        translate(N_("Appels de ce dispositif : %(count)s"), count=count),
        url_for("calls.index", dispositif=scheme_id),
    )


def schemes_of_funder(session: Session, structure_id: int) -> Pointer | None:
    """Say how many schemes a structure funds."""
    count = session.scalar(
        select(func.count())
        .select_from(FundingScheme)
        .join(funding_scheme_funder, funding_scheme_funder.c.scheme_id == FundingScheme.id)
        .where(
            funding_scheme_funder.c.structure_id == structure_id,
            FundingScheme.deleted_at.is_(None),
        )
    )
    if not count:
        return None
    return Pointer(
        translate(N_("Dispositifs qu’elle finance : %(count)s"), count=count),
        url_for("schemes.index", financeur=structure_id),
    )


SCHEME_POINTERS = (("funding_scheme", calls_of_scheme), ("structure", schemes_of_funder))
