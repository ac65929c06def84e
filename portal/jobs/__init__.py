"""Background work: the job table, which is the outbox too, and the queue over it."""
