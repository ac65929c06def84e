"""The gates of a page, measured in a real browser: `make quality` (docs/quality.md)."""
