"""Lists of what an account buys: kept, shared, put in the cart, printed; and the one that keeps itself."""
