"""Composing: messages made of blocks, for every mail program."""
