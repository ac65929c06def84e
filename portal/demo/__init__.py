"""The demo: invented products, dealers and two years of their orders, the same every time for the same day."""

from portal.demo.seeding import DEMO_PASSWORD, SeedReport, is_empty, seed

__all__ = ["DEMO_PASSWORD", "SeedReport", "is_empty", "seed"]
