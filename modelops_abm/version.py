"""Version of the package; every result carries it."""

from __future__ import annotations

__version__ = "0.1.0"
