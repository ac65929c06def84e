"""Search as a library of its own: it knows neither the portal, nor the web, nor the database.

query.py says what is asked, text.py in which form text is compared, engine.py what whoever answers must do.
"""
