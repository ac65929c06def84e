"""Small things every room stands on: money, clock, errors, tables, columns, database, ids, locales."""
