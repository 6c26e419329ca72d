"""Projects, the roles of their structures and headcounts."""

import factory

from crm.core import clock
from crm.core.text import sort_key
from crm.projects.models import Project, ProjectHeadcount, ProjectPartner
from tests.factories import BaseFactory
from tests.factories.contacts import StructureFactory


class ProjectFactory(BaseFactory):
    """A running project led by a new structure."""

    class Meta:
        """What it builds."""

        model = Project

    name = factory.Sequence(lambda n: f"Projet exemplaire {n}")
    sort_name = factory.LazyAttribute(lambda project: sort_key(project.name))
    lead_structure = factory.SubFactory(StructureFactory)
    created_at = factory.LazyFunction(clock.now)
    themes = factory.LazyFunction(list)
    sdgs = factory.LazyFunction(list)
    countries = factory.LazyFunction(list)


class ProjectPartnerFactory(BaseFactory):
    """A new structure, partner in a project."""

    class Meta:
        """What it builds."""

        model = ProjectPartner

    project_id = factory.LazyFunction(lambda: ProjectFactory().id)
    structure = factory.SubFactory(StructureFactory)
    role = "partenaire"


class ProjectHeadcountFactory(BaseFactory):
    """Twelve young people, today."""

    class Meta:
        """What it builds."""

        model = ProjectHeadcount

    project_id = factory.LazyFunction(lambda: ProjectFactory().id)
    counted_on = factory.LazyFunction(clock.today)
    kind = "jeunes"
    count = 12
