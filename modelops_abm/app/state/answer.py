"""The answer to a plan as far as it is known, and how precise it should become."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from modelops_abm.core.outcomes import LEVEL_STATES
from modelops_abm.experiments.statistics import looks_up_to
from modelops_abm.runs.resources import MOST_REPLICATIONS, replications_per_block

if TYPE_CHECKING:
    from modelops_abm.app.state.plan import Plan
    from modelops_abm.experiments import Comparison
    from modelops_abm.scenario import Scenario

LIKE_YOURS = "organisations like yours"
BANDS = (
    "npv",
    "availability",
    "users",
    "served",
    "developer_days_repair",
    "developer_days_respond",
    "developer_days_retrain",
    "developer_days_capability",
    "developer_days_deploy",
    "developer_days_build",
    "developer_days_idle",
    *LEVEL_STATES,
)
"""Daily outcomes of which the page draws bands."""
PERIOD_DAYS = 7
"""Length of the periods of the bands."""


@dataclass(frozen=True)
class Answer:
    """The answer to one plan after some of the replications asked for.

    Attributes
    ----------
    plan
        The plan that it answers, which the visitor may have changed since.
    comparison
        The plan and its baseline at the values as set, over the replications so far, with the bands
        of `BANDS`.
    aim
        How many replications at most.
    half_width_aim
        The precision wished: half the width of the 95 % interval of the average difference of net
        present value, in $ of day 0.
    is_settled
        Whether it is as precise as wished, or every replication has been run.
    error
        Why the plan that the visitor has now could not be answered, in words; empty if it could.
    over
        The same over what the organisation may be, a draw of it in each replication; None if only
        the values as set were asked for.
    """

    plan: Plan
    comparison: Comparison
    aim: int
    half_width_aim: float
    is_settled: bool
    error: str = ""
    over: Comparison | None = None

    @property
    def seed(self) -> int:
        """Seed of its replications."""
        return self.comparison.plan.seed

    @property
    def shown(self) -> Comparison:
        """What a card shows that knows one side alone: over organisations, if that is asked."""
        return self.comparison if self.over is None else self.over

    @property
    def of_whom(self) -> str:
        """What the averages of such a card are of, in words; empty where there is one side."""
        return "" if self.over is None else f", average of {LIKE_YOURS}"

    def as_set(self) -> Answer:
        """Return the answer at the values as set alone."""
        return replace(self, over=None)


class Precision(NamedTuple):
    """How well an average should be known.

    Attributes
    ----------
    part
        Half-width wished, as a part of what the team costs over the horizon.
    replications
        How many replications at most.
    """

    part: float
    replications: int


PRECISIONS = MappingProxyType(
    {"rough": Precision(0.04, 200), "usual": Precision(0.02, 400), "fine": Precision(0.01, 1600)}
)
"""The precisions to choose from. Half the width takes four times the replications."""
USUAL = PRECISIONS["usual"]


def half_width_wished(scenario: Scenario, precision: Precision = USUAL) -> float:
    """Return how precise an answer should be, in $ of day 0, to one digit.

    It is a part of what the team costs over the horizon: known before anything has been run, of the
    size of what is to be decided, and the same for every plan of a scenario. Where this is out of
    reach, or nothing because nobody is paid, every replication is run.
    """
    years = scenario.horizon_days / 365.0
    payroll = scenario.team.payroll_per_year * scenario.team.developers * years
    return float(f"{precision.part * payroll:.0e}")


# Each costs a drawing of the page: close together only while one of them is long in coming.
_EARLY_STAGES = (2, 4, 8, 16, 24, 32, 48, 64, 80)
_FIRST_LATE_STAGE = 100


def stages_of(scenario: Scenario, replications: int = USUAL.replications) -> tuple[int, ...]:
    """Return after how many replications to show figures.

    Parameters
    ----------
    scenario
        What is run.
    replications
        How many at most.
    """
    stages = looks_up_to(replications)
    if replications_per_block([scenario]) == MOST_REPLICATIONS:
        return stages
    # A replication so large that fewer fit into a block takes long: show something sooner.
    return (*_EARLY_STAGES, *(stage for stage in stages if stage >= _FIRST_LATE_STAGE))
