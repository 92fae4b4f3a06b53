"""The day of an organisation, step by step; `compiled_engine.day` is the same over records."""

from __future__ import annotations

from modelops_abm.mesa_engine.timeline import Timeline


def live_day(organisation: Timeline) -> None:
    """Close the day whose events have happened, and open the next.

    A formula is never evaluated in two places, and no step is done in parts: each reads what the
    steps before it have left. The order is that of the specification (`docs/odd.md`).
    """
    # 1. The events of the day: arrivals, incidents, detections, completions, retirements, in the
    #    order of time. Mesa's calendar has run them between the last step and this one, and after
    #    the last of each instant work was assigned (`dispatch`).

    # 2. Stocks next, from the rates and powers at the start of the day: who served whom is known
    #    only now that everything has happened.
    organisation.integrate_models()

    # 3. The developers' hours, before the levels that they raise.
    organisation.account_developers()

    # 4. Levels rise by the day's work, and hold from tomorrow on. A full level withdraws what is
    #    left of its work, which frees developers.
    organisation.raise_levels()

    # 5. Money, when value, cost, capital and upkeep of the day are all known.
    organisation.book_money()

    # 6. Who lost nearly all use today leaves, after having earned today's value.
    organisation.retire_abandoned()

    # 7. States are counted last, so that they are those in which the night is spent.
    organisation.collect()

    organisation.day += 1
    if organisation.day < organisation.parameters.horizon_days:
        # 8. The next day opens with the values in force from then on, and with rates at its levels
        #    and demand. Incidents are planned for one day only, as these rates hold no longer.
        organisation.change_values()
        organisation.open_day()
    else:
        organisation.end()
