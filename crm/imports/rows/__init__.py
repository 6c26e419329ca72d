"""What a row says, understood record by record: no database is asked here."""
