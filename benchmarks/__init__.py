"""Measures of speed and memory, beside raw SQL and the smallest application that could do it."""
