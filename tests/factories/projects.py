"""Projects."""

import factory

from crm.core import clock
from crm.core.text import sort_key
from crm.projects.models import Project
from tests.factories import BaseFactory
from tests.factories.contacts import StructureFactory


class ProjectFactory(BaseFactory):
    """A project led by a new structure; it is not in the search index."""

    class Meta:
        """What it builds."""

        model = Project

    name = factory.Sequence(lambda n: f"Projet exemplaire {n}")
    sort_name = factory.LazyAttribute(lambda project: sort_key(project.name))
    lead_structure_id = factory.LazyFunction(lambda: StructureFactory().id)
    created_at = factory.LazyFunction(clock.now)
    themes = factory.LazyFunction(list)
    countries = factory.LazyFunction(list)
