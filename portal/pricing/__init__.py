"""THE price: lists, tiers, promotions, tax rates, and the one engine that turns them into priced lines."""
