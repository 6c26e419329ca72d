"""Countries, régions, départements, EPCI and communes."""
