"""What the team writes about a record; some of it for a few eyes only."""
