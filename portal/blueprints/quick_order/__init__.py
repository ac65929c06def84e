"""Quick order: many lines at once, typed, pasted or uploaded."""
