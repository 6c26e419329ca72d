"""The path of a structure with the network: where it stands, who follows it, what stops it."""
