"""The home page: what today asks of each role."""
