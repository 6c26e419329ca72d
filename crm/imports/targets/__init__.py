"""Each kind of record that a row can hold: how it is found, compared and written."""
