"""Mailings: one message to a frozen audience, each person once."""
