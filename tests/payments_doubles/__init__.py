"""Servers that stand in for payment providers, each in a process of its own on the loopback address."""
