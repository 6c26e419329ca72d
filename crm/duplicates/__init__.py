"""Records that tell of the same person or structure: found, merged, and taken apart again."""
