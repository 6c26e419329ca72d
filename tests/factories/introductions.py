"""Introductions, their sides and people."""

import factory

from crm.core import clock
from crm.introductions.models import Introduction, IntroductionPerson, IntroductionSide
from tests.factories import BaseFactory
from tests.factories.accounts import UserFactory
from tests.factories.contacts import ContactFactory, StructureFactory


class IntroductionFactory(BaseFactory):
    """An introduction proposed today, without sides."""

    class Meta:
        """What it builds."""

        model = Introduction

    reason = "elles forment des électriciens."
    introduced_on = factory.LazyFunction(clock.today)
    officer_id = factory.LazyFunction(lambda: UserFactory().id)
    created_at = factory.LazyFunction(clock.now)


class IntroductionSideFactory(BaseFactory):
    """A new structure that did not ask."""

    class Meta:
        """What it builds."""

        model = IntroductionSide

    introduction_id = factory.LazyFunction(lambda: IntroductionFactory().id)
    structure_id = factory.LazyFunction(lambda: StructureFactory().id)


class IntroductionPersonFactory(BaseFactory):
    """A new person who was not asked yet."""

    class Meta:
        """What it builds."""

        model = IntroductionPerson

    side_id = factory.LazyFunction(lambda: IntroductionSideFactory().id)
    contact_id = factory.LazyFunction(lambda: ContactFactory().id)
