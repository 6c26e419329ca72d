"""Tests of criteria."""
