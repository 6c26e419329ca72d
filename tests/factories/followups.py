"""Sessions and follow-ups."""

from typing import Any

import factory
from sqlalchemy import select

from crm.contacts.models import Structure
from crm.core import clock
from crm.followups.models import AccompanimentSession, FollowUp, SessionStructure
from crm.reference.models import ReferenceItem
from tests.factories import BaseFactory, _current
from tests.factories.accounts import UserFactory


def reference(list_code: str, code: str) -> ReferenceItem:
    """Return an entry of a list that every test database holds."""
    return (
        _current["session"]
        .scalars(
            select(ReferenceItem).where(
                ReferenceItem.list_code == list_code, ReferenceItem.code == code
            )
        )
        .one()
    )


class SessionFactory(BaseFactory):
    """A session done today, of the kind `kind_code`, with the structures of `of`."""

    class Meta:
        """What it builds."""

        model = AccompanimentSession

    class Params:
        """What it builds from."""

        kind_code = "rdv"

    submission_key = factory.Sequence(lambda n: f"factory-key-{n:06}")
    kind_id = factory.LazyAttribute(lambda o: reference("session_kind", o.kind_code).id)
    status = "realisee"
    held_on = factory.LazyFunction(clock.today)
    created_at = factory.LazyFunction(clock.now)
    structures = factory.LazyFunction(list)
    contacts = factory.LazyFunction(list)
    officers = factory.LazyFunction(list)
    themes = factory.LazyFunction(list)
    countries = factory.LazyFunction(list)
    projects = factory.LazyFunction(list)
    axes = factory.LazyFunction(list)

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        kwargs["structures"] = [
            each if isinstance(each, SessionStructure) else seat(each)
            for each in kwargs["structures"]
        ]
        return super()._create(model_class, *args, **kwargs)


def seat(structure: Structure, **changes: Any) -> SessionStructure:
    """Return a structure as it is today, with changes, for a session."""
    values = {
        "structure_id": structure.id,
        "structure_name": structure.name,
        "family_code": structure.family_code,
        "departement_code": structure.departement_code,
    }
    return SessionStructure(**(values | changes))


class FollowUpFactory(BaseFactory):
    """Something to do today."""

    class Meta:
        """What it builds."""

        model = FollowUp

    what = factory.Sequence(lambda n: f"Rappeler la structure {n}")
    due_on = factory.LazyFunction(clock.today)
    assignee_id = factory.LazyFunction(lambda: UserFactory().id)
    created_at = factory.LazyFunction(clock.now)
