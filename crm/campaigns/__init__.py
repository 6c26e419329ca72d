"""Campaigns: structures to reach, each followed to its dossier."""
