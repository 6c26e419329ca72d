"""The list of segments, and the lists of their members."""
