"""The directory of town halls: read from the State's export, offered to the communes' records."""
