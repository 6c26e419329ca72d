"""The writes of attendance."""
