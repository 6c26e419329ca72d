"""An index of words that finds any record at once, the same on both databases."""
