"""Messages that leave: the outbox and, later, its gateways."""
