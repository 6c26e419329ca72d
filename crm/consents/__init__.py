"""Consents: who accepts which messages, how that is known, and how they take it back."""
