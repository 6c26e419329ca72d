"""Where applications come from, where none ever did, and what our support brought."""
