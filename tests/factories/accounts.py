"""Users of the team."""

import factory

from crm.accounts.models import User
from crm.core import clock
from tests.factories import BaseFactory


class UserFactory(BaseFactory):
    """An active officer without a password; give `role` for another."""

    class Meta:
        """What it builds."""

        model = User

    email = factory.Sequence(lambda n: f"personne{n}@reseau.example")
    email_key = factory.LazyAttribute(lambda user: user.email.lower())
    name = factory.Sequence(lambda n: f"Camille Exemple {n}")
    role = "officer"
    created_at = factory.LazyFunction(clock.now)
