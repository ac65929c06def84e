"""How dealers find things: the index fed from the database, the engine chosen, words the seller added, what was sought."""
