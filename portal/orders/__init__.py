"""What is ordered: carts, orders with lines and drops, shipments, the states an order goes through."""
