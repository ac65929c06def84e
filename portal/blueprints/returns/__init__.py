"""Goods that come back, and what was wrong at the door."""
