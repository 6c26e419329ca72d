"""Records that the one being typed may already be; the wiring says who finds them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from crm.core.errors import N_, RuleError
from crm.core.numbers import parse_ids
from crm.web.forms import BaseForm

SEEN = "vus"


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A record that may be the one being typed: why, and whether it is likely enough to ask."""

    record_id: int
    name: str
    url: str
    detail: str | None
    why: str
    is_likely: bool


Finder = Callable[[Session, Mapping[str, Any]], Sequence[Lookalike]]
_finders: dict[str, Finder] = {}


def find_lookalikes_by(entity: str, finder: Finder) -> None:
    """Look for records like the one typed so; `finder` takes the values of the form."""
    _finders[entity] = finder


def lookalikes_of(session: Session, entity: str, form: BaseForm) -> Sequence[Lookalike]:
    """Return the records that what is typed in a form may already be, the likeliest first."""
    finder = _finders.get(entity)
    return finder(session, form.data) if finder is not None else ()


def check_is_new(session: Session, entity: str, form: BaseForm) -> None:
    """Raise RuleError when a likely record exists that the person has not been shown yet.

    The form shows it then; sent again, it creates all the same.
    """
    seen = set(parse_ids(request.form.get(SEEN, "").split(",")))
    found = lookalikes_of(session, entity, form)
    if any(each.is_likely and each.record_id not in seen for each in found):
        form.lookalikes = found
        raise RuleError(
            "form",
            N_("Cette fiche existe peut-être déjà : ouvrez-la, ou créez-en une quand même."),
        )
