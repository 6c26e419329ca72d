"""Tests of the report of the year."""
