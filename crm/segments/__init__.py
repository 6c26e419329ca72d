"""Segments: saved trees of criteria, evaluated live, and what they find."""
