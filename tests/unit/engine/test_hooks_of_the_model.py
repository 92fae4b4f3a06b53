"""A scheduler and reporters of one's own are passed in, and change only what they should."""

from __future__ import annotations

import pytest

from modelops_abm import ModelOpsModel
from modelops_abm.core.events import TaskClass
from modelops_abm.mesa_engine.scheduler import QueueKey, Scheduler, Task


class LastFirst(Scheduler):
    """What came last is repaired first."""

    def key(self, task: Task) -> QueueKey:
        started, order, number, stream = super().key(task)
        return started, -order if task.task_class is TaskClass.REPAIR else order, number, stream


def after(days: int, scheduler_class: type[Scheduler] = Scheduler) -> ModelOpsModel:
    """Return an organisation with more repairs than its two developers can do at once."""
    model = ModelOpsModel(
        rng=1,
        horizon_days=days,
        developers=2,
        scheduler_class=scheduler_class,
        model_reporters={"repairs": lambda model: model.scheduler.waiting[TaskClass.REPAIR]},
    )
    while model.running:
        model.step()
    return model


def test_another_scheduler_decides_who_works_on_what() -> None:
    assert isinstance(after(3, LastFirst).scheduler, LastFirst)
    assert after(200, LastFirst).event_log != after(200).event_log


def test_a_reporter_is_kept_every_day() -> None:
    model = after(120)
    kept = model.datacollector.get_model_vars_dataframe()["repairs"]
    assert len(kept) == 120
    assert kept.iloc[-1] == model.scheduler.waiting[TaskClass.REPAIR]
    assert kept.max() > 0


def test_a_reporter_does_not_take_the_place_of_an_outcome() -> None:
    with pytest.raises(ValueError, match="'availability' is a daily outcome already"):
        ModelOpsModel(rng=1, horizon_days=5, model_reporters={"availability": len})
