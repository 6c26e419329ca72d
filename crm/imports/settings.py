"""What may be chosen for a whole file: checked before it is kept."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from crm.contacts.types import Family
from crm.core.errors import N_, RuleError
from crm.core.numbers import parse_id
from crm.funding.models import FundingCall, FundingScheme
from crm.imports.types import ImportKind, OnDuplicate, Settings

_SAYS_SCHEME = frozenset({"funding_application.scheme", "funding_application.call"})


def checked_settings(
    session: Session, kind: str, fields: Mapping[str, str], settings: Settings
) -> Settings:
    """Return the settings without what does not exist.

    Raises RuleError for subsidies of no scheme: neither a column says it nor a choice.
    """
    family = settings.family if settings.family in set(Family) else None
    known = settings.on_duplicate in set(OnDuplicate)
    scheme = None
    if kind == ImportKind.SUBSIDIES:
        scheme = _known_scheme(session, settings.scheme)
        if scheme is None and not _SAYS_SCHEME & set(fields.values()):
            raise RuleError(
                "scheme",
                N_("Dites de quel dispositif sont ces subventions : une colonne, ou un choix."),
            )
    return replace(
        settings,
        family=family,
        on_duplicate=settings.on_duplicate if known else OnDuplicate.ASK,
        scheme=scheme,
    )


def _known_scheme(session: Session, chosen: str | None) -> str | None:
    scheme_text, _, call_text = (chosen or "").partition("/")
    scheme_id, call_id = parse_id(scheme_text), parse_id(call_text)
    if scheme_id is None:
        return None
    scheme = session.get(FundingScheme, scheme_id)
    if scheme is None or scheme.deleted_at is not None:
        return None
    if not call_text:
        return str(scheme_id)
    call = session.get(FundingCall, call_id) if call_id is not None else None
    if call is None or call.deleted_at is not None or call.scheme_id != scheme_id:
        return None
    return f"{scheme_id}/{call_id}"
