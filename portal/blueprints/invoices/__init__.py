"""Invoices as the account sees them: the list, one document with its papers, batches of papers, the statement."""
