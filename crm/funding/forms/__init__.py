"""The forms of funding."""
