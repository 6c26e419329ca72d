"""Structures, people, affiliations, groups."""
