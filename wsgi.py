"""The WSGI entry: ``gunicorn wsgi:app`` or ``flask --app wsgi …``."""

from portal.app import create_app
from portal.core.process import settle

app = create_app()
settle()
