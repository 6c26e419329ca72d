"""Writes of accounts: attempts, users, passwords, second factors."""
