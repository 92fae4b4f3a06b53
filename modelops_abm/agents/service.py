"""What served a model's users in the course of a day, and why nothing did."""

from __future__ import annotations

from modelops_abm.rules.day import ServedShares, served_share
from modelops_abm.statechart import Cause, Serving

_CAUSES = Cause.RETRAINING + 1


class ServiceDay:
    """Accounts of one model's day.

    Attributes
    ----------
    production, current, previous
        Days in production, and served by the current and the previous version.
    state_days, unserved_days
        Days not online, and days that nothing served, by cause up to retraining.
    """

    __slots__ = ("_since", "current", "previous", "production", "state_days", "unserved_days")

    def __init__(self, now: float) -> None:
        self._since = now
        self.production = self.current = self.previous = 0.0
        self.state_days = [0.0] * _CAUSES
        self.unserved_days = [0.0] * _CAUSES

    def account(self, now: float, serving: Serving, cause: Cause | None) -> float:
        """Enter the time since the last accounting; return its days.

        Parameters
        ----------
        serving, cause
            What has served since then, and why the model was not online (None if it was).
        """
        days = now - self._since
        self._since = now
        self.production += days
        if serving is Serving.CURRENT:
            self.current += days
        elif serving is Serving.PREVIOUS:
            self.previous += days
        if cause is not None:
            self.state_days[cause] += days
            if serving is Serving.NONE:
                self.unserved_days[cause] += days
        return days

    @property
    def troubled(self) -> bool:
        """Whether the model was in another state than online for a while."""
        return any(self.state_days)

    def shares(self) -> ServedShares:
        """Return the shares of the day."""
        return ServedShares(
            self.production, served_share(self.current), served_share(self.previous)
        )
