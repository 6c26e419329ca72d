"""The public agenda: a page, feeds, and a page to embed in other sites."""
