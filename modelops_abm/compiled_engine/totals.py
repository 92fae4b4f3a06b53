"""Where each outcome stands in the arrays of daily outcomes and totals."""

from __future__ import annotations

from modelops_abm.compiled import part_of_kernel
from modelops_abm.compiled_engine.layout import Record, today_of, total_of
from modelops_abm.core import outcomes

_DAILY = {outcome.name: index for index, outcome in enumerate(outcomes.DAILY)}
_TOTALS = {name: index for index, name in enumerate(outcomes.TOTALS)}

# First place of each group of flows; the same in `today` and in `totals`.
MODEL_FLOWS = _DAILY[outcomes.MODEL_FLOWS[0].name]
STATE_TIME = _DAILY[outcomes.STATE_TIME_FLOWS[0].name]
UNSERVED_TIME = _DAILY[outcomes.UNSERVED_TIME_FLOWS[0].name]
DEVELOPER_TIME = _DAILY[outcomes.DEVELOPER_FLOWS[0].name]
LEVEL_RISES = _DAILY[outcomes.LEVEL_FLOWS[0].name]
VALUE = _DAILY["value"]
COST = _DAILY["cost"]
CAPITAL = _DAILY["capital"]
UPKEEP = _DAILY["upkeep"]
PAYROLL = _DAILY["payroll"]
NET_VALUE = _DAILY["net_value"]
DISCOUNTED_NET_VALUE = _DAILY["discounted_net_value"]
DISCOUNTED_INVESTMENT = _DAILY["discounted_investment"]
PRODUCTION_DAYS = _DAILY["production_days"]
SERVED_DAYS = _DAILY["served_days"]
POWER_DAYS = _DAILY["power_days"]
MODEL_FLOW_COUNT = len(outcomes.MODEL_FLOWS)
MODEL_COUNT = len(outcomes.MODEL_COUNTS)
DAILY = len(outcomes.DAILY)
TOTALS = len(outcomes.TOTALS)

# Places of the states and shares in `today`.
MODEL_COUNTS = _DAILY[outcomes.MODEL_COUNTS[0]]
ROLLED_BACK = _DAILY["models_rolled_back"]
WAITING = _DAILY["waiting_repair"]
LEVELS = _DAILY[outcomes.LEVEL_STATES[0]]
USERS = _DAILY["users"]
NPV = _DAILY["npv"]
AVAILABILITY = _DAILY["availability"]
POWER = _DAILY["power"]

# Places of the tallies in `totals`.
RESTORATIONS = _TOTALS["restorations"]
RESTORE_WAITING_DAYS = _TOTALS["restore_waiting_days"]
RESTORE_WORKING_DAYS = _TOTALS["restore_working_days"]
DRIFT_DAYS_UNDETECTED = _TOTALS["drift_days_undetected"]
MODELS_DELIVERED = _TOTALS["models_delivered"]
IDEA_TO_PRODUCTION_DAYS = _TOTALS["idea_to_production_days"]
FAILED_BUILD_DAYS = _TOTALS["failed_build_days"]
# Those of the other reasons follow, by `RetirementReason`.
RETIRED_TALLIES = _TOTALS["retired_obsolete"]


@part_of_kernel
def tally(org: Record, place: int, amount: float) -> None:
    """Add to a tally."""
    total_of(org, place).value += amount


@part_of_kernel
def book(org: Record, place: int, amount: float) -> None:
    """Enter a flow into today's outcomes and add it to the totals."""
    today_of(org, place).value = amount
    total_of(org, place).value += amount
