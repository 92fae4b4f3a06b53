"""What the page shows: the answer to a plan, as far as it is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelops_abm.experiments import Comparison

BANDS = (
    "npv",
    "availability",
    "users",
    "served",
    "developer_days_repair",
    "developer_days_retrain",
    "developer_days_capability",
    "developer_days_deploy",
    "developer_days_build",
    "developer_days_idle",
)
"""Daily outcomes of which the page draws bands."""


@dataclass(frozen=True)
class Answer:
    """The answer to one plan after some of the futures asked for.

    Attributes
    ----------
    comparison
        The plan and its baseline over the futures so far, with the bands of `BANDS`.
    aim
        How many futures at most.
    half_width_aim
        The precision wished: half the width of the 95 % interval of the average difference of net
        present value, in $ of day 0.
    is_settled
        Whether it is as precise as wished, or every future has been run.
    """

    comparison: Comparison
    aim: int
    half_width_aim: float
    is_settled: bool
