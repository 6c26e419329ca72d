"""Imports: files of any shape into records, tried before they are written, undone at will."""
