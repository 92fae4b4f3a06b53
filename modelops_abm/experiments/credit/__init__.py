"""Which capability of a plan earns what, how much of each, why, and what would be better."""
