"""Users of the team."""

import factory

from crm.accounts.models import User
from crm.accounts.passwords import hash_password
from crm.core import clock
from tests.factories import BaseFactory

PASSWORD = "quatre moineaux verts dansent"
# One slow hash for all tests.
_HASH = hash_password(PASSWORD)


class UserFactory(BaseFactory):
    """An active officer without a password; `signs_in=True` gives them PASSWORD."""

    class Meta:
        """What it builds."""

        model = User

    class Params:
        """Kinds of user."""

        signs_in = factory.Trait(password_hash=_HASH)

    email = factory.Sequence(lambda n: f"personne{n}@reseau.example")
    email_key = factory.LazyAttribute(lambda user: user.email.lower())
    name = factory.Sequence(lambda n: f"Camille Exemple {n}")
    role = "officer"
    created_at = factory.LazyFunction(clock.now)
