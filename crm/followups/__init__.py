"""Accompaniment sessions and follow-ups."""
