"""Home: what a dealer most likely came for."""
