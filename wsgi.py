"""The application for a WSGI server."""

import gc

from crm import create_app

app = create_app()
# What the application is made of is never garbage: the collector need not look at it again.
gc.collect()
gc.freeze()
