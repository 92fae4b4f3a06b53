"""Inputs as SALib takes them."""

from __future__ import annotations


def problem_of(names: tuple[str, ...]) -> dict[str, object]:
    """Return inputs with positions from 0 to 1, as SALib takes them."""
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
