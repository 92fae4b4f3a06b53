"""Decide: move a slider, see what it is worth, and how sure that is."""
