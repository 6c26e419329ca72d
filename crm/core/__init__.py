"""Pieces without a database or a web framework: clock, text, events, errors, money."""
