"""What is read of funding."""
