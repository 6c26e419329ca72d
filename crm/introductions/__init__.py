"""Structures put in touch with one another: who asked, who agrees to what, what came of it."""
