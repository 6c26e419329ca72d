"""The lists of events and of registrations."""
