"""Browsing: categories, products, their pictures and documents."""
