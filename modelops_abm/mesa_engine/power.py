"""A model's predictive power: slow decay, drift, and when somebody notices."""

from __future__ import annotations

from typing import Protocol

from mesa.time import Event

from modelops_abm.core.events import LogKind, Rank
from modelops_abm.core.statechart import Cause
from modelops_abm.mesa_engine.calendar import cancel
from modelops_abm.mesa_engine.organisation import Organisation
from modelops_abm.rules.constants import CareConstants, OwnNumbers
from modelops_abm.rules.day import Health, base_power_at, drift_loss_at
from modelops_abm.rules.maintenance import (
    decay_alert_days,
    decay_delay_days,
    drift_delay_days,
    drift_severity,
    restored_share,
)
from modelops_abm.rules.power import restored_power

_DECAY = Cause.DECAY.value


class Owner(Protocol):
    """The model whose power it is."""

    model: Organisation
    number: int
    entity: int
    own: OwnNumbers

    def log(self, kind: LogKind, cause: int, detail: float = 0.0) -> None:
        """Record an event of this model."""

    def request_retraining(self, cause: Cause) -> None:
        """Submit a request for retraining."""

    def on_drift_detected(self) -> None:
        """Act on a detected drift."""


class Condition:
    """Power of one model in production, and the alerts on it.

    Parameters
    ----------
    owner
        The model.
    base, decay
        Power at the start, and the rate per day at which it decays.

    Attributes
    ----------
    health
        What the power decays from, and the active drift.
    drift_detected
        Whether the active drift has been detected.
    drift_pending
        Whether that still has to take effect.
    drift_mild
        Whether it has taken effect as a request for retraining: the drift may still grow.
    """

    def __init__(self, owner: Owner, base: float, decay: float) -> None:
        self._owner = owner
        self._calendar = owner.model.calendar
        self.health = Health(base, self._calendar.now, decay, False, 0.0, 0.0)
        self.drift_number = -1
        self.drift_detected = False
        self.drift_pending = False
        self.drift_mild = False
        self._crossings = 0
        self._restorations = 0
        # First the fall of power below the threshold, then its notice: never both.
        self._alert: Event | None = None
        self._detection: Event | None = None
        self._watch_decay()

    @property
    def _care(self) -> CareConstants:
        return self._owner.model.constants.care

    @property
    def drifting(self) -> bool:
        """Whether a drift is active."""
        return self.health.drifting

    def base(self) -> float:
        """Return the power without drift, now."""
        return base_power_at(self.health, self._calendar.now)

    def loss(self) -> float:
        """Return the share of the power lost to drift, now."""
        return drift_loss_at(self.health, self._calendar.now, self._care.drift_growth_days)

    def begin_drift(self, number: int) -> None:
        """Let the n-th drift set in, and plan its detection."""
        own = self._owner.own.severity
        severity = drift_severity(self._care, own, self._owner.entity, number)
        now = self._calendar.now
        self.health = self.health._replace(drifting=True, severity=severity, drift_since=now)
        self.drift_number = number
        self._owner.log(LogKind.DRIFT_SET_IN, Cause.DRIFT, severity)
        # By the monitoring of this day; what is built later does not find it sooner.
        delay = drift_delay_days(self._care, self._owner.model.levels, self._owner.entity, number)
        self._detection = self._calendar.schedule(
            self._detect, now + delay, Rank.DETECTION, self._owner.number, Cause.DRIFT.value
        )

    def restore(self) -> None:
        """Restore power after a retraining or drift fix, which also ends a drift."""
        levels, entity = self._owner.model.levels, self._owner.entity
        share = restored_share(self._care, levels, entity, self._restorations)
        self._restorations += 1
        # Of the power until now, so before drift and date are replaced.
        base = restored_power(self.base(), share)
        self.end_drift()
        self.health = self.health._replace(restored=base, restored_at=self._calendar.now)
        self._watch_decay()

    def end_drift(self) -> None:
        """End the active drift, if any, and count the time that nobody had noticed it."""
        cancel(self._detection)
        self._detection = None
        # Before the drift is forgotten, as the time until now counts.
        self.count_undetected()
        self.health = self.health._replace(drifting=False)
        self.drift_detected = self.drift_pending = self.drift_mild = False

    def count_undetected(self) -> None:
        """Count the time of an active drift that nobody has noticed."""
        if self.drifting and not self.drift_detected:
            days = self._calendar.now - self.health.drift_since
            self._owner.model.tally("drift_days_undetected", days)

    def forget(self) -> None:
        """Take everything planned off the calendar, at retirement."""
        cancel(self._alert)
        self.end_drift()

    def _watch_decay(self) -> None:
        """Plan the time at which the power without drift is below the alert's threshold."""
        cancel(self._alert)
        health = self.health
        days = decay_alert_days(self._care, health.restored, health.decay)
        self._alert = self._calendar.schedule(
            self._cross, health.restored_at + days, Rank.INCIDENT, self._owner.number, _DECAY
        )

    def _cross(self) -> None:
        number, self._crossings = self._crossings, self._crossings + 1
        self._owner.log(LogKind.DECAY_SET_IN, Cause.DECAY)
        delay = decay_delay_days(self._care, self._owner.model.levels, self._owner.entity, number)
        self._alert = self._calendar.schedule(
            self._notice, self._calendar.now + delay, Rank.DETECTION, self._owner.number, _DECAY
        )

    def _notice(self) -> None:
        self._alert = None
        self._owner.log(LogKind.DECAY_NOTICED, Cause.DECAY, self.base())
        self._owner.request_retraining(Cause.DECAY)

    def _detect(self) -> None:
        self._detection = None
        # Before it counts as detected, for the same reason.
        self.count_undetected()
        self.drift_detected = True
        self._owner.log(LogKind.DRIFT_DETECTED, Cause.DRIFT, self.loss())
        self._owner.on_drift_detected()
