"""Work that comes back by itself: what is due is read from the database, done once a day."""
