"""Who buys and who sells: accounts, locations, people, their roles, payment terms and credit."""
