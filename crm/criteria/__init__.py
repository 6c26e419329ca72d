"""Criteria: what records may be asked, the trees people build of it, and their SQL."""
