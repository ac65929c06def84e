"""Signing in and out, and passwords: everything that begins or ends a session."""
