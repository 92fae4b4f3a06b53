"""What models and developers do, in words: in two short lines, and in a sentence."""

from __future__ import annotations

from modelops_abm.app.watch.feed import REASONS
from modelops_abm.app.watch.snapshot import Life, ModelView, Work
from modelops_abm.core import registry
from modelops_abm.core.events import TaskClass
from modelops_abm.core.statechart import Cause, Serving, State
from modelops_abm.formats import NARROW_SPACE, number, plural, share

CAUSES: dict[Cause, str] = {
    **{Cause[each.name.upper()]: each.label for each in registry.causes()},
    Cause.RETRAINING: "scheduled",
    Cause.SHARED: "shared source",
}
"""Why a model is repaired or retrained."""
SHORT_CAUSES = {CAUSES[Cause.RETRAINING]: "due"}
"""Shorter words, where there is little room."""
_VERBS: dict[TaskClass, str] = {
    TaskClass.REPAIR: "repairs",
    TaskClass.RESPOND: "answers a request about",
    TaskClass.RETRAIN: "retrains",
    TaskClass.DEPLOY: "deploys",
    TaskClass.BUILD: "builds",
}
_NEEDS: dict[TaskClass, str] = {
    TaskClass.REPAIR: "repair",
    TaskClass.RESPOND: "an answer to a request",
    TaskClass.RETRAIN: "retraining",
    TaskClass.DEPLOY: "deployment",
    TaskClass.BUILD: "build",
}


def label(number_from_zero: int) -> str:
    """Return the number of a model or developer as it is shown, from 1."""
    return str(number_from_zero + 1)


def doing(model: ModelView) -> tuple[str, str]:
    """Return what goes on with a model in two short lines: why, and until when."""
    work = model.work
    match model.state:
        case State.IDEA:
            return "an idea", "waits in the backlog"
        case State.BUILD:
            return "in build", _making(work)
        case State.DEPLOYMENT:
            return "in deployment", _making(work)
        case State.ONLINE:
            return "online", "waits for retraining" if model.retraining_requested else "serving"
        case State.RETRAINING:
            return _cause(work, Cause.RETRAINING), f"{_until(work)}, {served(model.serving)}"
        case State.OFFLINE_ISSUE if model.cause is Cause.SHARED:
            return _cause(work, model.cause), f"waits for it, {served(model.serving)}"
        case State.OFFLINE_ISSUE if work is None:
            return _cause(work, model.cause), f"heals by itself, {served(model.serving)}"
    return _cause(work, model.cause), f"{_until(work)}, {served(model.serving)}"


def served(serving: Serving) -> str:
    """Return which version serves, in a word or two."""
    return {
        Serving.CURRENT: "serving",
        Serving.PREVIOUS: "rolled back",
        Serving.NONE: "not served",
    }[serving]


def counted(count: int, verb: str) -> str:
    """Return how many do something: 1 waits, 2 wait."""
    return f"{number(count)} {verb}" + ("s" if count == 1 else "")


def days(count: float) -> str:
    """Return a short time: 0.4 d, 12 d."""
    return f"{number(count, 1 if count < 9.95 else 0)}{NARROW_SPACE}d"


def _cause(work: Work | None, otherwise: Cause | None) -> str:
    cause = otherwise if work is None or work.cause is None else work.cause
    return "" if cause is None else CAUSES[cause]


def _until(work: Work | None) -> str:
    if work is None:
        return "at work"
    return "waits" if work.days_left is None else days(work.days_left)


def _making(work: Work | None) -> str:
    if work is None or (work.days_left is None and not work.progress):
        return "waits"
    done = f"{share(work.progress, 0)} done"
    return f"waits, {done}" if work.days_left is None else f"{days(work.days_left)} left, {done}"


# The chosen model


def sentence(life: Life, now: float) -> str:
    """Return what a model does, what it waits for, and who works on it."""
    match life.state:
        case State.RETIRED:
            reason = "" if life.reason is None else f", {REASONS[life.reason]}"
            return f"retired on day {number(life.retired_at or 0.0)}{reason}."
        case State.IDEA:
            return "an idea in the backlog; waits until a developer has time to build it."
    parts = [_state_words(life, now), *_drift_words(life), _work_words(life)]
    return f"{'; '.join(part for part in parts if part)}."


def _state_words(life: Life, now: float) -> str:
    for_days = f"for {plural(max(0.0, now - life.since), 'day')}"
    match life.state:
        case State.BUILD:
            return f"in build {for_days}"
        case State.DEPLOYMENT:
            return f"in deployment {for_days}"
        case State.ONLINE:
            return "online, current version serves"
    view = life.view
    serving = served(view.serving) if view is not None else ""
    if life.state is State.RETRAINING:
        return f"in retraining {for_days}, {serving}"
    cause = "" if life.cause is None else f" ({CAUSES[life.cause]})"
    return f"offline{cause} {for_days}, {serving}"


def _drift_words(life: Life) -> list[str]:
    if life.drift is None:
        return []
    since = number(life.drift.since)
    if life.drift.detected_at is None:
        return [f"a drift set in on day {since}, which nobody has noticed yet"]
    after = plural(life.drift.detected_at - life.drift.since, "day")
    return [f"drift found {after} after it set in"]


def _work_words(life: Life) -> str:
    view = life.view
    if view is None:
        return ""
    beside = "; ".join(_beside(work) for work in view.beside)
    if view.work is None:
        if beside:
            return beside
        if view.cause is Cause.SHARED:
            return "waits until its source is repaired"
        if view.state is State.OFFLINE_ISSUE:
            return "heals by itself"
        return "waits for retraining" if view.retraining_requested else "waits for nothing"
    work = view.work
    # "Waits" alone would not say whether people or the day of the next retraining are missing.
    if work.developer is None:
        waits = f"waits for {_NEEDS[work.task_class]}, no developer is free"
        return "; ".join(part for part in (waits, beside) if part)
    who, verb = label(work.developer), _VERBS[work.task_class]
    if work.cause is Cause.DRIFT and work.task_class is TaskClass.REPAIR:
        verb = "investigates and retrains"
    left = "" if work.days_left is None else f", {days(work.days_left)} left"
    return "; ".join(part for part in (f"developer {who} {verb} it{left}", beside) if part)


def _beside(work: Work) -> str:
    left = "" if work.days_left is None else f", {days(work.days_left)} left"
    return f"developer {label(work.developer or 0)} {occupation(work)} it{left}"


def occupation(work: Work) -> str:
    """Return what somebody does who works on a model beside its state: adds capacity to."""
    if work.task_class is TaskClass.RETRAIN:
        return "adds capacity to"
    # Also where it is late, and of the class of repairs.
    return _VERBS[TaskClass.RESPOND]
