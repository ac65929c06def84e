"""How dealers find things: the index fed from the database, its engine, the words the seller added, what was sought."""
