"""Search as a library of its own: it knows neither the portal, nor the web, nor the database.

text.py is the language layer, documents.py what is indexed of an item, query.py the plan made of what was typed,
engine.py what an engine must do, engines/ those that do it, evaluate.py how well they do it.
"""
