"""Measurements, run by hand: `make bench NAME`. Each prints what it measured beside a baseline of the same run."""
