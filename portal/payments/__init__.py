"""Payments: what was asked for, what a provider or a bank says of it, and what it settles."""
