"""The application for a WSGI server."""

from crm import create_lasting_app

app = create_lasting_app()
