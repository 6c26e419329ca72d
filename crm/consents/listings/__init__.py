"""The lists of consents."""
