"""Payments: choosing what to pay and how, what became of it, and what providers call with."""
