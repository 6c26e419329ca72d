"""The list of projects: what it shows, what narrows it, what an export holds."""

from crm.projects.listings.exports import EXPORT_HEADER, export_table
from crm.projects.listings.projects import narrow_by_words, project_list

__all__ = ["EXPORT_HEADER", "export_table", "narrow_by_words", "project_list"]
