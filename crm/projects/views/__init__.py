"""The pages of projects, of who takes part in them and of headcounts."""

from crm.projects.views import bulk, headcounts, partners, projects
from crm.projects.views.blueprint import blueprint

__all__ = ["blueprint", "bulk", "headcounts", "partners", "projects"]
