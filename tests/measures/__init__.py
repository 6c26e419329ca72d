"""Tests of series and formulas."""
