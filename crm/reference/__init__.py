"""The lists that each network edits on screen."""
