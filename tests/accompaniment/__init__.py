"""Tests of crm.accompaniment."""
