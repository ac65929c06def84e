"""The WSGI entry: ``gunicorn wsgi:app`` or ``flask --app wsgi …``."""

import os

from portal.app import create_app
from portal.core.process import settle
from portal.delivery import calendar

app = create_app()
if "FLASK_RUN_FROM_CLI" not in os.environ:
    # A server is ready before the first person comes; a command need not wait for what it may never ask.
    calendar.load()
settle()
