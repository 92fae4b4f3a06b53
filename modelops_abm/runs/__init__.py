"""The one front door: run a scenario once, or many times, and get typed results."""

from modelops_abm.runs.bands import Series
from modelops_abm.runs.replications import Batch, Cancelled, prepare_ensemble, replicate, stream
from modelops_abm.runs.single import Engine, ModelClass, engine_in_words, simulate

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
