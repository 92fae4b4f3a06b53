"""The chosen model: what it does in both organisations, its statechart, its days so far."""

from __future__ import annotations

import htpy as h

from modelops_abm.app.watch.chart_of_states import chart_of_states
from modelops_abm.app.watch.lines import lines, strips
from modelops_abm.app.watch.snapshot import Picture
from modelops_abm.app.watch.words import label, sentence

LONGEST_MENU = 300
"""Models offered in the menu; beyond, one is chosen by its number."""


def panel_head(picture: Picture) -> h.Element:
    """Return who the chosen model is, and the menu of the others."""
    followed = picture.followed
    if followed is None:
        return h.div(".model-head")[h.h2["No model chosen"], _menu(picture)]
    return h.div(".model-head")[
        h.h2[h.span(".chip")[label(followed.number)], followed.name],
        _menu(picture),
    ]


def panel_body(picture: Picture) -> h.Element:
    """Return the chosen model's life so far, or what to do if there is none."""
    followed, now = picture.followed, float(picture.day)
    if followed is None:
        return h.p(".empty")["Click a token to follow its model."]
    return h.div(".life", data_followed=str(followed.number))[
        h.p(".doing")[
            h.strong["Plan: "],
            sentence(followed.plan, now),
            h.strong[" Baseline (dashed): "],
            sentence(followed.baseline, now),
        ],
        chart_of_states(followed.plan, followed.baseline, now),
        lines(followed.plan, followed.baseline, picture.day),
        strips(followed.plan, followed.baseline, picture.day),
    ]


def _menu(picture: Picture) -> h.Element:
    """Return a menu of the models, for those who cannot click a token."""
    followed = picture.followed
    chosen = -1 if followed is None else followed.number
    known = {model.number: model.name for model in picture.plan.models} | dict(picture.plan.retired)
    if followed is not None:
        known[chosen] = followed.name
    numbers = sorted(known)[:LONGEST_MENU]
    return h.select(".follow", data_action="follow", aria_label="Follow another model")[
        None if chosen in numbers else h.option(value=str(chosen), selected=True)["Follow another"],
        (
            h.option(value=str(one), selected=one == chosen)[f"{label(one)} · {known[one]}"]
            for one in numbers
        ),
    ]
