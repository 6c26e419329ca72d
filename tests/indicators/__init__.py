"""Tests of the registry of indicators."""
