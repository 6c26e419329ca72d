"""Who came: the list on the day, the exports of meeting tools, and what follows from it."""
