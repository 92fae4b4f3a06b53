"""What this machine gives: cores and memory, as far as this process may use them."""

from __future__ import annotations

import math
import os
from pathlib import Path

from modelops_abm.formats import number
from modelops_abm.parameters import InputError

_GROUP = Path("/sys/fs/cgroup")
_NEGLIGIBLE_BYTES = 200e6
_GIGABYTE = 1e9


def cores() -> int:
    """Return how many cores this process may use: by its affinity and its container's quota."""
    if hasattr(os, "sched_getaffinity"):
        allowed = len(os.sched_getaffinity(0))
    else:
        allowed = os.cpu_count() or 1
    return max(1, min(allowed, _quota(allowed)))


def _quota(otherwise: int) -> int:
    """Return the container's quota in whole cores, rounded up."""
    try:
        microseconds, period = (_GROUP / "cpu.max").read_text(encoding="ascii").split()
        return math.ceil(int(microseconds) / int(period))
    except (OSError, ValueError):  # no container, or "max"
        return otherwise


def check_memory(needed_bytes: float, remedy: str) -> None:
    """Check that there is memory for what is about to be computed, before any of it is taken.

    Parameters
    ----------
    needed_bytes
        An estimate.
    remedy
        What would take less.

    Raises
    ------
    InputError
        If more is needed than is free.
    """
    if needed_bytes < _NEGLIGIBLE_BYTES:
        return
    free_bytes = _free_memory_bytes()
    if needed_bytes > free_bytes:
        needed, free = (number(each / _GIGABYTE, 1) for each in (needed_bytes, free_bytes))
        raise InputError(
            f"this takes some {needed} GB of memory, and {free} GB are free here: {remedy}"
        )


def _free_memory_bytes() -> float:
    """Return the memory that can be had without swapping, here and within a container's limit."""
    import psutil  # only what is large asks for it

    return min(float(psutil.virtual_memory().available), _free_in_container())


def _free_in_container() -> float:
    """Return what is left of a container's limit; what only caches files can be had again."""
    try:
        limit, used = (
            int((_GROUP / name).read_text(encoding="ascii"))
            for name in ("memory.max", "memory.current")
        )
        lines = (_GROUP / "memory.stat").read_text(encoding="ascii").splitlines()
        cached = next(int(line.split()[1]) for line in lines if line.startswith("inactive_file "))
    except (OSError, ValueError, StopIteration):  # no container, or "max"
        return math.inf
    return float(limit - used + cached)
