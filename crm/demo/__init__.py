"""A generated network with invented names."""
