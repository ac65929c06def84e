"""The world of the tests that walk the address map."""

from tests.architecture.strangers import world

__all__ = ["world"]
