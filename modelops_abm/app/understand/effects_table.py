"""What each capability is expected to change, beside what it was measured to change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import htpy as h

from modelops_abm import formats
from modelops_abm.app.understand.verification import MeasuredEffect, Record, level, traced
from modelops_abm.experiments.expectations import (
    CONDITIONS,
    EFFECT_KINDS,
    EXPECTATIONS,
    MODELS,
    Direction,
    EffectKind,
    Expectation,
)
from modelops_abm.scenario import CAPABILITY_NAMES, CapabilityName

_ROUNDING = 1e-12
"""A change smaller than this part of the value is rounding."""


def conditions(record: Record) -> h.Fragment:
    """Return in words what was run."""
    (pairs,) = {effect.n for effect in record.effects.values()}
    return h.fragment[
        "Measured with ",
        traced("conditions:models", str(MODELS)),
        " models and ",
        traced("conditions:team.developers", str(CONDITIONS["team.developers"])),
        " developers over ",
        traced("conditions:horizon_days", str(CONDITIONS["horizon_days"])),
        " days, all else as assumed: each capability at its full level from the first day, against"
        " none, in ",
        traced("record:pairs", str(pairs)),
        " pairs of runs with the same luck, in per cent and with the ",
        level(),
        " interval of the average. Users and use follow from time served and power; nothing here"
        " is written in as a worth.",
    ]


def effects_table(record: Record) -> h.Element:
    """Return the table of effects: expected in words, measured in per cent."""
    label = "What each capability changes"
    return h.div(".scrolls", tabindex="0", role="region", aria_label=label)[
        h.table(".effects")[
            h.thead[
                h.tr[
                    h.th(scope="col")["Capability"],
                    (h.th(scope="col", title=kind.meaning)[kind.words] for kind in EFFECT_KINDS),
                ]
            ],
            h.tbody[(_row(record, name) for name in CAPABILITY_NAMES)],
        ]
    ]  # fmt: skip


def _row(record: Record, capability: CapabilityName) -> h.Element:
    return h.tr[
        h.th(scope="row")[capability.capitalize()],
        (_cell(record, capability, kind) for kind in EFFECT_KINDS),
    ]


def _cell(record: Record, capability: CapabilityName, kind: EffectKind) -> h.Element:
    expected = EXPECTATIONS[capability].get(kind.name)
    measures = _measures(kind, expected)
    main = record.effects[capability, measures[0]]
    mark, tone = _mark(main, kind, is_expected=expected is not None)
    return h.td(data_label=kind.words)[
        h.span(class_=f"mark {tone}", aria_hidden="true")[mark],
        h.span(class_="expected" if expected else "expected none")[
            expected.words if expected else "nothing expected"
        ],
        (h.span(".measured")[_measured(record, capability, each, kind)] for each in measures),
    ]


def _measures(kind: EffectKind, expected: Expectation | None) -> tuple[str, ...]:
    """Return what is shown: the measure of the column, and before it what is expected instead."""
    if expected is None or kind.measure in expected.directions:
        return (kind.measure,)
    return (next(iter(expected.directions)), kind.measure)


def _mark(effect: MeasuredEffect, kind: EffectKind, *, is_expected: bool) -> tuple[str, str]:
    """Return the mark of an effect, and what it means: good, bad, or cannot be told."""
    if _is_nothing(effect) or not effect.is_told:
        return "○", "untold"
    rises = effect.change > 0.0
    tone = "earns" if rises == (kind.better is Direction.MORE) else "costs"
    return ("▲" if is_expected else "△") if rises else ("▼" if is_expected else "▽"), tone


def _is_nothing(effect: MeasuredEffect) -> bool:
    return abs(effect.change) + effect.half_width <= _ROUNDING * abs(effect.without)


def _measured(
    record: Record, capability: CapabilityName, measure: str, kind: EffectKind
) -> h.Fragment:
    """Return the change of a measure in per cent of what it is without the capability."""
    effect = record.effects[capability, measure]
    what = measure.removeprefix(f"{kind.measure}, ")
    named = "" if measure == kind.measure else f"{what}: "
    if _is_nothing(effect):
        return h.fragment[named, "unchanged in every pair"]
    change, half_width = 100.0 * effect.change / effect.without, _half_width(effect)
    digits = formats.digits_of(half_width)
    origin = f"effect:{capability}:{measure}"
    return h.fragment[
        named,
        h.span(".amount")[
            traced(f"{origin}:change", formats.number(change, digits, signed=True)),
            " ± ",
            traced(f"{origin}:half_width", formats.number(half_width, digits)),
            f"{formats.NARROW_SPACE}%",
        ],
        "" if effect.is_told else ", can't tell",
    ]


def _half_width(effect: MeasuredEffect) -> float:
    return 100.0 * effect.half_width / abs(effect.without)


def legend() -> h.Element:
    """Return what the marks mean."""
    marks: Mapping[str, Any] = {
        "▲ ▼": "expected and measured",
        "△ ▽": "measured, though nothing was expected",
        "○": "nothing, or cannot be told from nothing",
    }
    return h.ul(".legend")[(h.li[h.span[mark], f" {words}"] for mark, words in marks.items())]
