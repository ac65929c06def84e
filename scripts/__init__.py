"""Commands of the project that are no part of the portal: set-up, run, test, measure."""
