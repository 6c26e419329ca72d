"""Texts of cells into values: each reader gives a value, or says how to put the text right."""
