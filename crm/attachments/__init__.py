"""Files joined to records: out of the web's reach, recognised by content, sent as downloads."""
