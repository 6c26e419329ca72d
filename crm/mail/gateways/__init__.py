"""The ways out: a folder of this machine, or a relay by SMTP."""
