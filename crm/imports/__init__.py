"""Files of others, brought in: read, understood, tried out, written, and undone."""
