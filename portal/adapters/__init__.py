"""Services outside the portal, each behind a small interface with a twin that needs no server."""
