"""What the account ordered: the list, one order, cancelling it."""
