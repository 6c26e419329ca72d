"""Who registered by the link of their invitation: packages above tell, the wiring names them."""

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, false, or_

from crm.mailings.models import MailingRecipient

# What was told: the recipients who registered and did not give up, and all who ever registered.
_sources: dict[str, tuple[Select[Any], Select[Any]]] = {}


def add_registrations(name: str, *, live: Select[Any], ever: Select[Any]) -> None:
    """Let a package tell who registered: statements of recipients' ids; twice is once."""
    _sources[name] = (live, ever)


def is_registered() -> ColumnElement[bool]:
    """Return the condition of recipients who registered and did not give up."""
    return or_(false(), *(MailingRecipient.id.in_(live) for live, _ever in _sources.values()))


def has_ever_registered(of: Any = MailingRecipient) -> ColumnElement[bool]:
    """Return the condition of recipients who registered, whatever they did afterwards."""
    told = [ever.subquery() for _live, ever in _sources.values()]
    return or_(false(), *(exists().where(each.c[0] == of.id) for each in told))
