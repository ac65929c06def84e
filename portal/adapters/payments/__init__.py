"""Payment providers: one interface, one file for each, and two that need nobody: bank transfer and the test card."""
