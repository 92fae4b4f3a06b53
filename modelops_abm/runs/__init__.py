"""The one front door: run a scenario once, or many times, and get typed results.

Each name is loaded when it is first used: reading results, or asking where they go, takes no engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelops_abm.lazy import lazily

if TYPE_CHECKING:
    from modelops_abm.runs.bands import Series
    from modelops_abm.runs.replications import (
        Batch,
        Cancelled,
        prepare_ensemble,
        replicate,
        stream,
    )
    from modelops_abm.runs.single import Engine, ModelClass, engine_in_words, simulate

_HOMES = {
    "Batch": "modelops_abm.runs.replications",
    "Cancelled": "modelops_abm.runs.replications",
    "Engine": "modelops_abm.runs.single",
    "ModelClass": "modelops_abm.runs.single",
    "Series": "modelops_abm.runs.bands",
    "engine_in_words": "modelops_abm.runs.single",
    "prepare_ensemble": "modelops_abm.runs.replications",
    "replicate": "modelops_abm.runs.replications",
    "simulate": "modelops_abm.runs.single",
    "stream": "modelops_abm.runs.replications",
}

__all__ = [
    "Batch",
    "Cancelled",
    "Engine",
    "ModelClass",
    "Series",
    "engine_in_words",
    "prepare_ensemble",
    "replicate",
    "simulate",
    "stream",
]

__getattr__, __dir__ = lazily(__name__, _HOMES)
