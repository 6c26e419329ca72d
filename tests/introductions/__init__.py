"""Tests of crm.introductions."""
