"""Checkout: one page that places the order of the cart."""
