"""Users, roles, permissions, log-in and sessions."""
