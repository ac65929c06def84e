"""My: the person's own settings and the facts of the account."""
