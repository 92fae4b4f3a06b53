"""Understand: how the simulated organisation works, from the code's own tables."""
