"""The head of the rail: undo, redo, replay, reset; the preset; and the horizon."""

from __future__ import annotations

import htpy as h

from modelops_abm import formats
from modelops_abm.app.icons import icon
from modelops_abm.app.state.history import History
from modelops_abm.app.state.plan import Plan, name_of
from modelops_abm.parameters.presets import PRESETS

HORIZON_YEARS = (1, 3, 5)
_YEAR_DAYS = 365


def rail_head(history: History) -> h.Element:
    """Return the title with the buttons that go through the history of the plan."""
    plan = history.plan
    buttons = (
        ("undo", "Undo", bool(history.past)),
        ("redo", "Redo", bool(history.undone)),
        ("replay", "Replay the last change", bool(history.past)),
        ("reset", f"Reset to {name_of(plan.start)}", bool(plan.changes)),
    )
    return h.div(".rail-head")[
        h.h2["Plan"],
        h.div(".rail-buttons", role="group", aria_label="History of the plan")[
            (
                h.button(
                    ".plain.icon",
                    data_action=name,
                    aria_label=words,
                    title=words,
                    disabled=not is_possible,
                )[icon(name)]
                for name, words, is_possible in buttons
            )
        ],
    ]


def preset_menu(plan: Plan) -> h.Element:
    """Return the menu of presets, and whether the plan differs from the one that it shows."""
    is_own = plan.start not in PRESETS
    return h.label(".preset")[
        h.span["Scenario" if is_own else "Preset"],
        h.strong[name_of(plan.start)],
        h.span["changed"] if plan.changes else None,
        icon("down"),
        h.select(data_action="preset", aria_label="Preset")[
            h.option(value="", selected=True)[name_of(plan.start)] if is_own else None,
            (h.option(value=name, selected=name == plan.start)[name_of(name)] for name in PRESETS),
        ],
    ]


def horizon_choice(plan: Plan) -> h.Element:
    """Return the choice of the horizon; one that is none of the usual ones stands beside them."""
    days = plan.scenario.horizon_days
    choices = [years * _YEAR_DAYS for years in HORIZON_YEARS]
    if days not in choices:
        choices = sorted([*choices, days])
    return h.div(".horizon")[
        h.h2(id="horizon-label")["Horizon"],
        h.div(".segments", role="group", aria_labelledby="horizon-label")[
            (
                h.button(
                    data_action="horizon",
                    data_value=str(choice),
                    aria_pressed="true" if choice == days else "false",
                    aria_label=_span(choice),
                )[_span(choice) if choice == days else _short(choice)]
                for choice in choices
            )
        ],
    ]


def _span(days: int) -> str:
    """Return a horizon with its unit in figures: 3 years, 18 months, 400 days."""
    if days % _YEAR_DAYS == 0:
        return formats.plural(days // _YEAR_DAYS, "year")
    months = formats.months_in(days)
    if round(months * formats.MONTH_DAYS) == days:
        return formats.plural(months, "month")
    return formats.plural(days, "day")


def _short(days: int) -> str:
    return str(days // _YEAR_DAYS) if days % _YEAR_DAYS == 0 else _span(days)


def horizon_days(value: str) -> int:
    """Return the horizon that a segment stands for, in days; 0 if there is none such."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 7 else 0
