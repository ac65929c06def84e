"""Invoices and credit notes: issued from what left, numbered without a gap, frozen, on paper and as data."""
