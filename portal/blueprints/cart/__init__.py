"""The cart: look, add, change, take out, promotion code."""
