"""The equations of the rules that a reader can follow, with their curves.

One table: what an equation gives, its text with the scenario's own numbers, and the function of
`rules` that computes it, which also draws the curve at the end of this file. Tests hold every text
against its function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import htpy as h
import numpy as np

from modelops_abm.app.drawing.formula import formula
from modelops_abm.charts.credit import LEVELS
from modelops_abm.charts.echarts import Space
from modelops_abm.charts.figure import Dot, Figure, Line, Panel, value_axis
from modelops_abm.evidence.measures import number_in_words
from modelops_abm.rules import DAYS_PER_YEAR
from modelops_abm.rules.capability import (
    effective_capacity,
    finish_time,
    full_level,
    reduced_effort,
)
from modelops_abm.rules.hazards import overload, reduced_rate
from modelops_abm.rules.maintenance import mean_delay_days
from modelops_abm.rules.money import discount_factor
from modelops_abm.rules.power import (
    base_power,
    decay_per_day,
    drift_loss,
    previous_power,
    restored_power,
)
from modelops_abm.rules.users import Response, response, usage_constants, users_after, waning
from modelops_abm.scenario import CAPABILITY_NAMES, CapabilityName, Scenario
from modelops_abm.scenario.capabilities import MODELS_OF_COSTS, words_of
from modelops_abm.scenario.fields import mean_at

type Values = Mapping[str, float]


@dataclass(frozen=True)
class Variable:
    """What an equation depends on.

    Attributes
    ----------
    symbol
        Its letter in the equation.
    meaning
        What it stands for, with its unit.
    high
        End of its range, which begins at 0.
    is_level
        Whether it is the level of a capability.
    """

    symbol: str
    meaning: str
    high: float
    is_level: bool = False


@dataclass(frozen=True)
class Equation:
    """An equation of the rules.

    Attributes
    ----------
    name
        Its key.
    result
        What it gives.
    unit
        The unit of that.
    expression
        Its text, in the notation of `drawing.formula`.
    variable
        What the curve runs over.
    parameters
        Dotted names of the scenario by the names that they have in the text.
    rule
        Computes it from the variable and the values of the parameters.
    """

    name: str
    result: str
    unit: str
    expression: str
    variable: Variable
    parameters: Mapping[str, str]
    rule: Callable[[float, Values], float] = field(repr=False)

    def values(self, scenario: Scenario) -> dict[str, float]:
        """Return the scenario's values of the parameters; of a distribution its mean."""
        return {name: mean_at(scenario, dotted) for name, dotted in self.parameters.items()}

    def at(self, scenario: Scenario, variable: float) -> float:
        """Return what the rules give in a scenario."""
        return float(self.rule(variable, self.values(scenario)))


def equations_about(name: str) -> tuple[Equation, ...]:
    """Return what a capability does, or the equations in which a value of the scenario stands."""
    section = f"capabilities.{name}."
    return tuple(
        equation
        for equation in (*EQUATIONS, *WORK.values())
        if name in equation.parameters.values()
        or (
            equation in EQUATIONS
            and any(dotted.startswith(section) for dotted in equation.parameters.values())
        )
    )


def _around(neutral: float) -> Response:
    """Return how users respond to levels around a neutral one."""
    return usage_constants(neutral, neutral, 1.0, 1.0, 1.0).quality


def _level(symbol: str, capability: str) -> Variable:
    return Variable(symbol, f"level of {capability}", 1.0, is_level=True)


def _work(capability: CapabilityName) -> Equation:
    section = f"capabilities.{capability}"
    return Equation(
        f"work on {capability}",
        f"work for a full level of {words_of(capability)}",
        "developer-days",
        "fixed + each * M",
        Variable("M", "models in production at the start", 4.0 * MODELS_OF_COSTS),
        {"fixed": f"{section}.effort_days", "each": f"{section}.effort_per_model_days"},
        lambda models, of: full_level(of["fixed"], of["each"], models),
    )


EQUATIONS: tuple[Equation, ...] = (
    Equation(
        "pipeline issues",
        "pipeline issues",
        "per model-year",
        "rate * (1 - reduction * a)",
        _level("a", "automation"),
        {
            "rate": "incidents.pipeline_per_year",
            "reduction": "capabilities.automation.pipeline_reduction",
        },
        lambda a, of: DAYS_PER_YEAR * reduced_rate(of["rate"], of["reduction"], a),
    ),
    Equation(
        "automated effort",
        "effort to build a model",
        "developer-days",
        "effort * (1 - saving * a)",
        _level("a", "automation"),
        {
            "effort": "model.build_effort_days",
            "saving": "capabilities.automation.effort_saving",
        },
        lambda a, of: reduced_effort(of["effort"], of["saving"], a),
    ),
    Equation(
        "automated retraining",
        "effort of a retraining",
        "developer-days",
        "effort * (1 - saving * a)",
        _level("a", "automation"),
        {
            "effort": "efforts.retraining",
            "saving": "capabilities.automation.retraining_saving",
        },
        lambda a, of: reduced_effort(of["effort"], of["saving"], a),
    ),
    Equation(
        "detection",
        "mean delay",
        "days",
        "without ** (1 - m) * full ** m",
        _level("m", "monitoring"),
        {
            "without": "capabilities.monitoring.delay_without_days",
            "full": "capabilities.monitoring.delay_with_days",
        },
        lambda m, of: mean_delay_days(of["without"], of["full"], m),
    ),
    Equation(
        "image at hand",
        "chance that a previous version is at hand",
        "in a pipeline issue",
        "coverage * r",
        _level("r", "rollback"),
        {"coverage": "capabilities.rollback.pipeline_coverage"},
        lambda r, of: r * of["coverage"],
    ),
    Equation(
        "previous version",
        "power of the previous version",
        "of the current one's first day",
        "ratio * (1 - share * x)",
        Variable("x", "loss of the current version to drift", 0.5),
        {
            "ratio": "capabilities.rollback.previous_power",
            "share": "capabilities.rollback.previous_drift_share",
        },
        lambda x, of: previous_power(1.0, x, of["ratio"], of["share"]),
    ),
    Equation(
        "compliance issues",
        "compliance issues",
        "per model-year",
        "rate * (1 - reduction * g)",
        _level("g", "lineage"),
        {
            "rate": "incidents.compliance_per_year",
            "reduction": "capabilities.lineage.compliance_reduction",
        },
        lambda g, of: DAYS_PER_YEAR * reduced_rate(of["rate"], of["reduction"], g),
    ),
    Equation(
        "compliance effort",
        "effort to answer a compliance issue",
        "developer-days",
        "effort * (1 - saving * g)",
        _level("g", "lineage"),
        {
            "effort": "efforts.compliance_repair",
            "saving": "capabilities.lineage.effort_saving",
        },
        lambda g, of: reduced_effort(of["effort"], of["saving"], g),
    ),
    Equation(
        "capacity",
        "serving capacity",
        "of full demand",
        "ratio * (1 + extra * s)",
        _level("s", "autoscaling"),
        {
            "ratio": "model.capacity_ratio",
            "extra": "capabilities.autoscaling.extra_capacity",
        },
        lambda s, of: effective_capacity(of["ratio"], of["extra"], s),
    ),
    Equation(
        "decay",
        "power without drift",
        "of the first day",
        "(1 - loss) ** (t / 365)",
        Variable("t", "days since the last retraining", 365.0),
        {"loss": "model.yearly_power_loss"},
        lambda t, of: base_power(1.0, decay_per_day(of["loss"]), t),
    ),
    Equation(
        "drift",
        "loss to a drift",
        "share of power",
        "severity * (1 - exp(-t / growth))",
        Variable("t", "days since it set in", 100.0),
        {"severity": "drift.severity", "growth": "drift.growth_days"},
        lambda t, of: drift_loss(of["severity"], of["growth"], t),
    ),
    Equation(
        "restoration",
        "power after a retraining",
        "of the first day",
        "b + restored * (1 - b)",
        Variable("b", "power before it", 1.0),
        {"restored": "retraining.restored_share"},
        lambda b, of: restored_power(b, of["restored"]),
    ),
    Equation(
        "capacity issues",
        "capacity issues",
        "per model-year",
        "rate * min(max(0, u - threshold) / span, largest)",
        Variable("u", "demand as a share of capacity", 2.0),
        {
            "rate": "incidents.capacity_per_year",
            "threshold": "incidents.overload_threshold",
            "span": "incidents.overload_span",
            "largest": "incidents.largest_overload",
        },
        lambda u, of: of["rate"] * overload(u, 1.0, of["threshold"], of["span"], of["largest"]),
    ),
    Equation(
        "adoption",
        "users of a model",
        "of the market",
        "(1 - exp(-(p + q) * t)) / (1 + q / p * exp(-(p + q) * t))",
        Variable("t", "years of perfect service", 3.0),
        {"p": "model.innovation_per_year", "q": "model.imitation_per_year"},
        lambda t, of: users_after(
            0.0, 1.0, of["p"], of["q"], DAYS_PER_YEAR * t, waning(of["p"], of["q"])
        ),
    ),
    Equation(
        "response to power",
        "growth of use by quality",
        "of the fastest",
        "max(0, x - neutral) / (1 - neutral)",
        Variable("x", "served power", 1.0),
        {"neutral": "usage.neutral_power"},
        lambda x, of: response(max(x, of["neutral"]), _around(of["neutral"])),
    ),
    Equation(
        "response to availability",
        "growth of use by availability",
        "of the fastest",
        "max(0, x - neutral) / (1 - neutral)",
        Variable("x", "remembered availability", 1.0),
        {"neutral": "usage.neutral_availability"},
        lambda x, of: response(max(x, of["neutral"]), _around(of["neutral"])),
    ),
    Equation(
        "time of a task",
        "time that a developer takes",
        "calendar days",
        "x / (focus * productivity)",
        Variable("x", "effort in developer-days", 60.0),
        {"focus": "team.focus", "productivity": "team.productivity"},
        lambda x, of: finish_time(0.0, x, of["focus"] * of["productivity"]),
    ),
    Equation(
        "discounting",
        "present value of a dollar",
        "$",
        "(1 + rate) ** (-t / 365)",
        Variable("t", "days from the start", 1095.0),
        {"rate": "finance.discount_rate"},
        lambda t, of: discount_factor(of["rate"], round(t) - 1),
    ),
)
"""The equations of what happens, and of what capabilities do."""
WORK: Mapping[CapabilityName, Equation] = {name: _work(name) for name in CAPABILITY_NAMES}
"""What each capability takes of the developers."""


# --------------------------------------------------------------------------------------
# The curve of an equation, drawn by the rule that computes it.


SPACE = Space(112, 40, 92, 14, 26)
_POINTS = 61
_NEAR_START, _AT_END = 0.3, 0.85


def equation_text(equation: Equation, scenario: Scenario, here: float | None = None) -> h.Element:
    """Return an equation with the scenario's numbers, what its variable stands for, and an example.

    Parameters
    ----------
    here
        Where the plan stands on the curve; None for half of its range.
    """
    variable = equation.variable
    at = here if here else variable.high / 2.0
    worked = formula(equation.expression, {**equation.values(scenario), variable.symbol: at})
    return h.div(".equation")[
        h.p(".formula")[
            f"{equation.result} = ",
            formula(equation.expression, equation.values(scenario)),
            f" {equation.unit}",
        ],
        h.p(".label")[h.i[variable.symbol], f": {variable.meaning}"],
        h.p(".label.worked")[
            f"{'Here' if here else 'For example'}, ",
            h.i[variable.symbol],
            f" = {number_in_words(at)}: ",
            worked,
            f" = {number_in_words(equation.at(scenario, at))} {equation.unit}",
        ],
    ]


def curve(equation: Equation, scenario: Scenario, here: float | None) -> Figure:
    """Return the curve of an equation.

    Parameters
    ----------
    here
        Where the plan stands on it; None to mark its end.
    """
    variable = equation.variable
    xs = np.linspace(0.0, variable.high, _POINTS)
    ys = np.array([equation.at(scenario, float(x)) for x in xs])
    at = variable.high if here is None else here
    value = equation.at(scenario, at)
    mark = Dot(
        "here",
        at,
        value,
        words=f"{number_in_words(value)}",
        note="" if here is None else "you are here",
    )
    panel = Panel(
        "",
        "",
        LEVELS if variable.is_level else value_axis(xs, steps=4),
        value_axis([0.0, *ys]),
        (Line(equation.name, xs, ys, "drift"), *_half(equation, scenario, here), mark),
        texts=tuple(
            f"{variable.symbol} = {number_in_words(x)}: {number_in_words(y)} {equation.unit}"
            for x, y in zip(xs, ys, strict=True)
        ),
    )
    finding = (
        f"{equation.result.capitalize()}: {number_in_words(ys[0])} {equation.unit} where"
        f" the {variable.meaning}"
        f" is 0, {number_in_words(ys[-1])} where it is {variable.high:g}."
    )
    return Figure(finding, ((panel,),), equation.name, equation.unit)


def _half(equation: Equation, scenario: Scenario, here: float | None) -> list[Dot]:
    """Return a mark at half the level, where the plan's own mark leaves room for it."""
    if here is None or _NEAR_START < here <= _AT_END:
        return []
    half = equation.at(scenario, 0.5)
    return [Dot("half", 0.5, half, "drift", shape="ring", words=f"{number_in_words(half)} at half")]
