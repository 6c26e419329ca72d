"""Tests of schemes, calls and applications."""
