"""What is read of coverage."""
