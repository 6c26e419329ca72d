"""Funding: schemes and their yearly calls, the applications to them and what was obtained."""
