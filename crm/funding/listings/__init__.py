"""The lists of funding: what they show and what narrows them."""
