"""Agreements with funders: years, axes, what was promised, and what was done of it."""
