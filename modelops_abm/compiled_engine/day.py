"""The day of an organisation, step by step; `mesa_engine.day` is the same with agents."""

from __future__ import annotations

from modelops_abm.compiled import part_of_kernel
from modelops_abm.compiled_engine.close import (
    account_developers,
    book_money,
    collect,
    end,
    integrate_models,
    open_day,
    raise_levels,
    retire_abandoned,
)
from modelops_abm.compiled_engine.events import run_events
from modelops_abm.compiled_engine.layout import Floats2, Integers, Record, setting_at
from modelops_abm.compiled_engine.timeline import change_values


@part_of_kernel
def live_day(org: Record, wanted: Integers, series: Floats2) -> None:
    """Live through the open day, and open the next.

    The order is that of the specification (`docs/odd.md`).
    """
    # That of today: values may change on a day.
    setting = org.setting_at

    # 1. The events of the day: arrivals, incidents, detections, completions, retirements, in the
    #    order of time. After the last of each instant, work is assigned.
    run_events(setting, org)
    org.clock = org.day + 1.0

    # 2. Stocks next, from the rates and powers at the start of the day: who served whom is known
    #    only now that everything has happened.
    integrate_models(setting, org)

    # 3. The developers' hours, before the levels that they raise.
    account_developers(org)

    # 4. Levels rise by the day's work, and hold from tomorrow on. A full level withdraws what is
    #    left of its work, which frees developers.
    raise_levels(org)

    # 5. Money, when value, cost, capital and upkeep of the day are all known.
    book_money(setting, org)

    # 6. Who lost nearly all use today leaves, after having earned today's value.
    retire_abandoned(org)

    # 7. States are counted last, so that they are those in which the night is spent.
    if len(wanted) > 0:
        collect(org, wanted, series)

    org.day += 1
    if org.day < setting_at(setting).horizon_days:
        # 8. The next day opens with the values in force from then on, and with rates at its levels
        #    and demand. Incidents are planned for one day only, as these rates hold no longer.
        change_values(org)
        open_day(org.setting_at, org)
    else:
        end(org)
