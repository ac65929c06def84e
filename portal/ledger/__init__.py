"""The books: double entry for every account, added to and never changed."""
