"""The card of the scenario, and what is unlike the reference in it."""

from __future__ import annotations

import htpy as h

from modelops_abm.app.icons import icon
from modelops_abm.app.state.plan import Plan, name_of
from modelops_abm.app.state.uploads import ScenarioUpload
from modelops_abm.app.your_data.portfolio_card import complaints
from modelops_abm.formats import plural
from modelops_abm.parameters import StatedValue, describe
from modelops_abm.parameters.presets import PRESETS
from modelops_abm.parameters.sources import LABELS
from modelops_abm.value_words import source_in_words, value_in_words


def scenario_head(plan: Plan) -> h.Fragment:
    """Return what the plan started from, and what a file may hold."""
    is_own = plan.start not in PRESETS
    return h.fragment[
        h.h2["Your scenario"],
        h.p(".secondary")[
            "A file in TOML, YAML or JSON that states what differs from the reference: team,"
            " incidents, efforts, costs. Every value has its own source."
        ],
        h.div(".in-use", data_part="scenario-in-use")[
            icon("reset"),
            h.strong[name_of(plan.start)],
            h.span(".label")["your scenario" if is_own else "preset"],
            is_own and h.button(data_action="remove scenario")[icon("close"), "Remove"],
        ],
    ]


def scenario_tools() -> h.Element:
    """Return what helps to make a file."""
    return h.div(".tools")[
        h.button(data_action="save scenario")[icon("export"), "This plan as a file, TOML"],
        h.span(".label")["every value with its unit; lines that stay can be deleted"],
    ]


def scenario_result(upload: ScenarioUpload) -> h.Element:
    """Return what became of a file: what is wrong, or what is unlike the reference."""
    if upload.scenario is None:
        content: h.Node = [
            h.h2[f"{upload.label} cannot be used"],
            complaints(upload.complaints, upload.label),
            h.p(".secondary")["Nothing has been changed. Correct the file and choose it again."],
        ]
    else:
        content = _differences(upload)
    return h.section(".card", data_part="scenario-result", aria_live="polite")[content]


def _differences(upload: ScenarioUpload) -> h.Fragment:
    assert upload.scenario is not None
    stated = [
        value
        for value in describe(upload.scenario)
        if not value.is_default and value.quantity.name not in LABELS
    ]
    return h.fragment[
        h.h2[f"{upload.label}: {plural(len(stated), 'value')} unlike the reference"],
        h.div(".table", tabindex="0", role="region", aria_label="Values unlike the reference")[
            h.table[
                h.thead[h.tr[(h.th(scope="col")[head] for head in _HEADS)]],
                h.tbody[(_difference(value) for value in stated)],
            ]
        ],
    ]


_HEADS = ("Value", "In your file", "Reference", "Source")


def _difference(stated: StatedValue) -> h.Element:
    quantity = stated.quantity
    default = StatedValue(quantity, quantity.default, quantity.source, quantity.confidence)
    return h.tr[
        h.th(scope="row", title=quantity.meaning)[quantity.name],
        h.td[value_in_words(stated)],
        h.td(".fallback")[value_in_words(default)],
        h.td(".label")[source_in_words(stated)],
    ]
