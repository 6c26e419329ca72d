"""Views of lists that people keep under a name; above accounts, for each has an owner."""
