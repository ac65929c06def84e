"""Search as a library of its own: what is asked (query.py), in which form text is compared (text.py), who answers
(engine.py). It knows neither the portal, nor the web, nor the database."""
