"""The partner portal: a seller's dealers order, follow and pay here; the seller's people run the desk."""
