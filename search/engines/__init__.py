"""Engines behind the protocol of search.engine: one of ours over files, one over a server."""
