"""How well an engine finds: hand-made cases, names known to be there typed badly, and graded answers.

Nothing here is used to answer people; ``python -m search.evaluate`` runs it.
"""
