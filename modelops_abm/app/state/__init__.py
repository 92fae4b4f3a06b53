"""What one visitor is looking at: the plan, its answer, and what can be undone."""
