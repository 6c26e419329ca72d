"""What must come back by itself: one message a day to each person, and the bell."""
