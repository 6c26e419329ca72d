"""Structures, people, affiliations and groups."""

import factory

from crm.contacts.models import Affiliation, Contact, Group, Membership, Structure
from crm.core import clock
from crm.core.text import sort_key
from tests.factories import BaseFactory


class StructureFactory(BaseFactory):
    """An association without an address; it is not in the search index."""

    class Meta:
        """What it builds."""

        model = Structure

    class Params:
        """Kinds of structure."""

        collectivite = factory.Trait(family_code="collectivite")
        entreprise = factory.Trait(family_code="entreprise")

    name = factory.Sequence(lambda n: f"Association exemplaire {n}")
    sort_name = factory.LazyAttribute(lambda structure: sort_key(structure.name))
    family_code = "association"
    created_at = factory.LazyFunction(clock.now)


class ContactFactory(BaseFactory):
    """A person without an address; they are not in the search index."""

    class Meta:
        """What it builds."""

        model = Contact

    first_name = "Dominique"
    last_name = factory.Sequence(lambda n: f"Exemple {n}")
    sort_name = factory.LazyAttribute(
        lambda contact: sort_key(f"{contact.last_name} {contact.first_name}")
    )
    created_at = factory.LazyFunction(clock.now)


class AffiliationFactory(BaseFactory):
    """A present role of a new person in a new structure."""

    class Meta:
        """What it builds."""

        model = Affiliation

    contact = factory.SubFactory(ContactFactory)
    structure = factory.SubFactory(StructureFactory)
    role = "Présidente"


class GroupFactory(BaseFactory):
    """An active groupe-pays."""

    class Meta:
        """What it builds."""

        model = Group

    name = factory.Sequence(lambda n: f"Groupe {n}")
    sort_name = factory.LazyAttribute(lambda group: sort_key(group.name))
    kind = "pays"
    launched_on = factory.LazyFunction(clock.today)


class MembershipFactory(BaseFactory):
    """A new structure in a new group."""

    class Meta:
        """What it builds."""

        model = Membership

    group = factory.SubFactory(GroupFactory)
    structure = factory.SubFactory(StructureFactory)
    start_on = factory.LazyFunction(clock.today)
