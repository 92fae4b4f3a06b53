"""Where each outcome stands in the arrays of daily outcomes and totals."""

from __future__ import annotations

from modelops_abm.compiled import part_of_kernel
from modelops_abm.compiled_engine.layout import Record, amount_at, delivery_of, total_of
from modelops_abm.core import outcomes
from modelops_abm.rules.population import middle

_DAILY = {outcome.name: index for index, outcome in enumerate(outcomes.DAILY)}
_TOTALS = {name: index for index, name in enumerate(outcomes.TOTALS)}

# First place of each group of flows; the same in `today` and in `totals`.
MODEL_FLOWS = _DAILY[outcomes.MODEL_FLOWS[0].name]
FLOWS_OF_EVENTS = _DAILY[outcomes.FLOWS_OF_EVENTS[0].name]
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
DISCOUNTED_CAPABILITY_TIME = _DAILY["discounted_capability_time"]
PRODUCTION_DAYS = _DAILY["production_days"]
SERVED_DAYS = _DAILY["served_days"]
POWER_DAYS = _DAILY["power_days"]
FLOWS = len(outcomes.FLOWS)
_AFTER_FLOWS_OF_EVENTS = FLOWS_OF_EVENTS + len(outcomes.FLOWS_OF_EVENTS)
MODEL_COUNT = len(outcomes.MODEL_COUNTS)
DAILY = len(outcomes.DAILY)
TOTALS = len(outcomes.TOTALS)

# Places of the states and shares in `today`.
MODEL_COUNTS = _DAILY[outcomes.MODEL_COUNTS[0]]
ROLLED_BACK = _DAILY["models_rolled_back"]
WAITING = _DAILY["waiting_repair"]
LEVELS = _DAILY[outcomes.LEVEL_STATES[0]]
DEVELOPERS = _DAILY["developers"]
USERS = _DAILY["users"]
NPV = _DAILY["npv"]
AVAILABILITY = _DAILY["availability"]
POWER = _DAILY["power"]

# Places of the tallies in `totals`.
OUTAGES = _TOTALS["outages"]
RESTORATIONS = _TOTALS["restorations"]
RESTORE_WAITING_DAYS = _TOTALS["restore_waiting_days"]
RESTORE_WORKING_DAYS = _TOTALS["restore_working_days"]
DRIFT_DAYS_UNDETECTED = _TOTALS["drift_days_undetected"]
RETRAININGS = _TOTALS["retrainings"]
USER_DAYS = _TOTALS["user_days"]
MODELS_DELIVERED = _TOTALS["models_delivered"]
SOURCE_FAILURES = _TOTALS["source_failures"]
LOAD_REVIEWS = _TOTALS["load_reviews"]
CAPACITY_STEPS = _TOTALS["capacity_steps"]
FAILED_BUILD_DAYS = _TOTALS["failed_build_days"]
HAS_DELIVERED = _TOTALS["has_delivered"]
# Of each of `outcomes.MEDIANS`: the sums, then the medians.
DELIVERY_DAYS = _TOTALS[f"{outcomes.MEDIANS[0]}_days"]
DELIVERY_MEDIANS = _TOTALS[f"{outcomes.MEDIANS[0]}_median_days"]
REQUESTS_RECEIVED = _TOTALS["requests_received"]
REQUESTS_IN_TIME = _TOTALS["requests_in_time"]
REQUESTS_LATE = _TOTALS["requests_late"]
REQUESTS_WITHDRAWN = _TOTALS["requests_withdrawn"]
REQUESTS_OPEN = _TOTALS["requests_open"]
# Those of the other reasons follow, by `RetirementReason`.
RETIRED_TALLIES = _TOTALS["retired_obsolete"]


@part_of_kernel
def tally(org: Record, place: int, amount: float) -> None:
    """Add to a tally."""
    total_of(org, place).value += amount


@part_of_kernel
def count_delivery(org: Record, since_idea_days: float, since_begun_days: float) -> None:
    """Count a model that goes live, and how long that took."""
    org.delivered += 1
    tally(org, MODELS_DELIVERED, 1.0)
    total_of(org, HAS_DELIVERED).value = 1.0
    _enter_delivery(org, 0, since_idea_days)
    _enter_delivery(org, 1, since_begun_days)


@part_of_kernel
def _enter_delivery(org: Record, which: int, days: float) -> None:
    tally(org, DELIVERY_DAYS + which, days)
    # In order of length and not of delivery: the median is in the middle.
    index = org.delivered - 1
    while index > 0 and delivery_of(org, which, index - 1).value > days:
        delivery_of(org, which, index).value = delivery_of(org, which, index - 1).value
        index -= 1
    delivery_of(org, which, index).value = days
    half = org.delivered // 2
    lower = delivery_of(org, which, org.delivered - half - 1).value
    median = middle(lower, delivery_of(org, which, half).value)
    total_of(org, DELIVERY_MEDIANS + which).value = median


@part_of_kernel
def add_up_today(org: Record) -> None:
    """Add all flows of today to the totals."""
    # By addresses that no store can change, so that it is done by vectors.
    today, sums = org.today_at, org.totals_at
    for place in range(FLOWS):
        amount_at(sums, place).value += amount_at(today, place).value


@part_of_kernel
def forget_today(org: Record) -> None:
    """Set to 0 what is added up in the course of a day; other flows are written when it closes."""
    today = org.today_at
    for place in range(FLOWS_OF_EVENTS, _AFTER_FLOWS_OF_EVENTS):
        amount_at(today, place).value = 0.0
