"""What is sold: categories, products, variants, pictures, documents, stock, and who may see it (assortments)."""
