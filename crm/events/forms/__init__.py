"""The forms of events and of registrations."""
