"""The pages of projects, of who takes part in them and of headcounts."""

from crm.projects.views import headcounts, partners, projects
from crm.projects.views.blueprint import blueprint

__all__ = ["blueprint", "headcounts", "partners", "projects"]
