"""Search: results and suggestions at the account's own prices."""
