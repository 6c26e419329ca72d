"""International projects of the network's structures."""
