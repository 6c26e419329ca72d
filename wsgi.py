"""The application for a WSGI server."""

from crm import create_app

app = create_app()
