"""Events: webinars and meetings, who registers, who comes."""
