"""What served a model's users in the course of a day, and why nothing did."""

from __future__ import annotations

from modelops_abm.core.statechart import Serving
from modelops_abm.rules.day import ServedShares, served_share


class ServiceDay:
    """Accounts of one model's day.

    Attributes
    ----------
    production, current, previous
        Days in production, and served by the current and the previous version.
    """

    __slots__ = ("_since", "current", "previous", "production")

    def __init__(self, now: float) -> None:
        self._since = now
        self.production = self.current = self.previous = 0.0

    def account(self, now: float, serving: Serving) -> float:
        """Enter the time since the last accounting, and what has served since then.

        Returns
        -------
        float
            The days since then.
        """
        days = now - self._since
        self._since = now
        self.production += days
        if serving is Serving.CURRENT:
            self.current += days
        elif serving is Serving.PREVIOUS:
            self.previous += days
        return days

    def shares(self) -> ServedShares:
        """Return the shares of the day."""
        return ServedShares(
            self.production, served_share(self.current), served_share(self.previous)
        )
