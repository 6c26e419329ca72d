"""Paths of structures and their steps."""

import factory

from crm.accompaniment.models import Accompaniment, StageChange
from crm.core import clock
from tests.factories import BaseFactory
from tests.factories.accounts import UserFactory
from tests.factories.contacts import StructureFactory


class AccompanimentFactory(BaseFactory):
    """A path opened today for a new structure, without a step of its own."""

    class Meta:
        """What it builds."""

        model = Accompaniment

    structure_id = factory.LazyFunction(lambda: StructureFactory().id)
    stage = "a_qualifier"
    person_id = factory.LazyFunction(lambda: UserFactory().id)
    opened_on = factory.LazyFunction(clock.today)
    created_at = factory.LazyFunction(clock.now)
    obstacles = factory.LazyFunction(list)


class StageChangeFactory(BaseFactory):
    """A step that someone said today."""

    class Meta:
        """What it builds."""

        model = StageChange

    accompaniment_id = factory.LazyFunction(lambda: AccompanimentFactory().id)
    stage = "idee"
    changed_on = factory.LazyFunction(clock.today)
    author_id = factory.LazyFunction(lambda: UserFactory().id)
