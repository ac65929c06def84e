"""The seller's desk: what is to be done, and each order with what can be done to it."""
