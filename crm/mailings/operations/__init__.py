"""Writes of mailings."""
