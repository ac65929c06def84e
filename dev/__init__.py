"""Checks of this project's own, run by `make check`."""
