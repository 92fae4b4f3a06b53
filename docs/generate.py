"""Fill odd.md, parameters.md, benchmarks.md and evidence-files.md in docs/ from tables of the code.

    python docs/generate.py            write them
    python docs/generate.py --check    write nothing, fail if one is not up to date

In odd.md and evidence-files.md the text between two marks, `<!-- generated: name -->` and
`<!-- end: name -->`, is replaced; the others are written as a whole.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from modelops_abm.clients.kinds import READERS, Reader
from modelops_abm.core import outcomes
from modelops_abm.core.events import LogKind, Rank, RetirementReason, TaskClass
from modelops_abm.core.randomness import DecisionPoint, Origin
from modelops_abm.core.statechart import STAGE_OF_STATE, TRANSITIONS, Cause, Serving, State, Trigger
from modelops_abm.evidence.benchmarks import context, of_whom
from modelops_abm.evidence.model_card import INDEPENDENT, benchmarks_of
from modelops_abm.mesa_engine.day import live_day
from modelops_abm.mesa_engine.model import ModelOpsModel
from modelops_abm.scenario import (
    CAPABILITY_NAMES,
    Archetype,
    Confidence,
    Distribution,
    PortfolioModel,
    Quantity,
    Scenario,
    Section,
    catalogue,
    describe,
)
from modelops_abm.scenario.fields import stated_by_entries
from modelops_abm.scenario.presets import PRESETS, Departure, kinds_of, preset, requests_of
from modelops_abm.scenario.quantity import facts_of
from modelops_abm.scenario.requests import RequestKind
from modelops_abm.scenario.sections import OF_KIND, ModelKind
from modelops_abm.scenario.sources import LABELS
from modelops_abm.scenario.words import knowledge_in_words, source_in_words, with_unit
from modelops_abm.text import any_of, range_in_words

DOCS = Path(__file__).resolve().parent
ODD, PARAMETERS, BENCHMARKS, LOGS = (
    DOCS / f"{name}.md" for name in ("odd", "parameters", "benchmarks", "evidence-files")
)
_MARKED = re.compile(r"(<!-- generated: (.+?) -->\n).*?(<!-- end: \2 -->)", re.DOTALL)
_MEMBER = re.compile(r"^ {4}([A-Z_]+) = \d+(?:  # (.+))?$", re.MULTILINE)

# Words for what the code names. A member without words is an error, so none can be forgotten.

_ISSUES = any_of(outcomes.ISSUES)
STATE_WORDS = {
    State.IDEA: "waits in the backlog",
    State.BUILD: "is being built, or waits for a developer to go on",
    State.DEPLOYMENT: "is being deployed, or waits for it",
    State.ONLINE: "the current version serves",
    State.RETRAINING: "a developer retrains it",
    State.OFFLINE_ISSUE: (
        f"a {_ISSUES} issue is open, an answer to a request is late, or a shared source is down"
    ),
    State.OFFLINE_DRIFT: "a severe drift is investigated and addressed, or waits for it",
    State.RETIRED: "has left the portfolio",
}
TRIGGER_WORDS = {
    Trigger.BUILD_BEGINS: "a developer first works on the build",
    Trigger.BUILD_DONE: "the build task is completed, and the build has succeeded",
    Trigger.BUILD_FAILED: "the build task is completed, and the build has failed",
    Trigger.GOES_LIVE: "the deployment task is completed",
    Trigger.RETRAINING_BEGINS: "a developer begins, or takes up again, the retraining task",
    Trigger.RETRAINING_DONE: "the retraining task is completed",
    Trigger.RETRAINING_STOPS: "the developer who retrains it leaves the team",
    Trigger.ISSUE_STRIKES: (
        f"the exposure to a {_ISSUES} issue is used up, or its shared source fails or is down"
    ),
    Trigger.ISSUE_RESOLVED: (
        "the repair task, its own or that of its source, is completed, or the issue heals by itself"
    ),
    Trigger.BAN_BEGINS: "the deadline of a request passes, or passed while it was offline",
    Trigger.BAN_ENDS: "the last of its late requests is answered",
    Trigger.DRIFT_FOUND: "a detected drift has a loss of `drift.offline_loss` or more",
    Trigger.DRIFT_ADDRESSED: "the drift's repair task is completed",
    Trigger.RETIRES: "obsolete, abandoned, or on a client's date",
}
RANK_WORDS = {
    Rank.ARRIVAL: ("an idea arrives", ""),
    Rank.CAPABILITY_START: ("the work on a capability begins", "capability"),
    Rank.RETIREMENT: ("a model's life ends", "model"),
    Rank.RETRAINING_DUE: ("a scheduled retraining comes due", "model"),
    Rank.LOAD_REVIEW: ("the load of a model is reviewed", "model"),
    Rank.SHARED_FAILURE: ("a shared source fails", "source"),
    Rank.INCIDENT: (
        "an issue strikes, a drift sets in, power falls below the threshold of the alert, a"
        " previous version breaks, or a request comes at random",
        "model, then cause, then kind of request",
    ),
    Rank.DETECTION: ("a drift is detected or a decay noticed", "model, then cause"),
    Rank.SELF_HEALING: ("a pipeline issue heals by itself", "model"),
    Rank.SWITCH: ("the previous version begins to serve", "model"),
    Rank.DEADLINE: ("the deadline of a request passes", "model, then kind of request"),
    Rank.COMPLETION: ("a developer completes a task", "developer"),
    Rank.DISPATCH: ("waiting work is assigned", ""),
}
ORIGIN_WORDS = {
    Origin.ORGANISATION: "the organisation itself: arrivals of ideas",
    Origin.INITIAL_MODEL: "a model in production at the start, by its index",
    Origin.INITIAL_IDEA: "an idea in the backlog or in build at the start, by its index",
    Origin.ARRIVING_IDEA: "an idea that arrives later, by the order of arrival",
    Origin.CLIENT_MODEL: "a client's model, by a hash of its identifier",
    Origin.DEVELOPER: "a developer, by number",
    Origin.SHARED_SOURCE: "a shared source, by number",
}
SYMBOLS = {
    "attributes": {
        "m": "model.market_size",
        "Vmax": "model.predictions_per_user_day",
        "v": "model.value_per_prediction",
        "c": "model.cost_per_prediction",
        "e": "model.cost_of_wrong_prediction",
        "y": "model.yearly_power_loss",
        "ymax": "model.largest_yearly_power_loss",
        "share that decays": "model.decaying_share",
        "capacity ratio": "model.capacity_ratio",
        "build effort": "model.build_effort_days",
        "deployment effort": "model.deployment_effort_days",
        "life": "model.useful_life_years",
    },
    "power": {
        "growth": "drift.growth_days",
        "restored": "retraining.restored_share",
        "ratio": "capabilities.rollback.previous_power",
        "drift share": "capabilities.rollback.previous_drift_share",
    },
    "incidents": {
        "pipeline": "incidents.pipeline_per_year",
        "capacity": "incidents.capacity_per_year",
        "compliance": "incidents.compliance_per_year",
        "drift": "drift.onsets_per_year",
        "A": "capabilities.automation.pipeline_reduction",
        "L": "capabilities.lineage.compliance_reduction",
        "regulated": "incidents.regulated_multiplier",
        "threshold": "incidents.overload_threshold",
        "span": "incidents.overload_span",
        "largest": "incidents.largest_overload",
        "extra": "capabilities.autoscaling.extra_capacity",
    },
    "detection": {
        "severity": "drift.severity",
        "without": "capabilities.monitoring.delay_without_days",
        "with": "capabilities.monitoring.delay_with_days",
        "offline loss": "drift.offline_loss",
        "alert": "drift.decay_alert",
        "alert power": "drift.decay_alert_power",
    },
    "issues": {
        "H": "capabilities.automation.self_healing_share",
        "healing time": "capabilities.automation.self_healing_days",
        "switch time": "capabilities.rollback.switch_days",
        "coverage, pipeline": "capabilities.rollback.pipeline_coverage",
        "coverage, capacity": "capabilities.rollback.capacity_coverage",
        "coverage, compliance": "capabilities.rollback.compliance_coverage",
        "coverage, drift": "capabilities.rollback.drift_coverage",
        "coverage, retraining": "capabilities.rollback.retraining_coverage",
    },
    "capacity": {
        "review": "capacity.review_days",
        "target": "capacity.target_load",
        "growth": "incidents.capacity_growth",
        "step": "efforts.capacity_step",
        "cost share": "capacity.cost_share",
    },
    "shared sources": {
        "K": "incidents.shared_sources",
        "failures": "incidents.shared_per_year",
        "reduction": "capabilities.automation.shared_reduction",
        "repair": "efforts.shared_repair",
        "saving, automation": "capabilities.automation.effort_saving",
        "saving, lineage": "capabilities.lineage.shared_saving",
    },
    "work": {
        "pipeline repair": "efforts.pipeline_repair",
        "capacity repair": "efforts.capacity_repair",
        "compliance repair": "efforts.compliance_repair",
        "investigation": "efforts.drift_investigation",
        "retraining": "efforts.retraining",
        "saving, automation": "capabilities.automation.effort_saving",
        "saving, retraining": "capabilities.automation.retraining_saving",
        "saving, lineage": "capabilities.lineage.effort_saving",
        "focus": "team.focus",
        "productivity": "team.productivity",
        "package": "capabilities.package_days",
    },
    "users": {
        "p": "model.innovation_per_year",
        "q": "model.imitation_per_year",
        "neutral power": "usage.neutral_power",
        "neutral availability": "usage.neutral_availability",
        "growth": "usage.growth_days",
        "decline": "usage.decline_days",
        "memory": "usage.availability_memory_days",
        "abandoned": "usage.abandonment_share",
        "demand factor": "usage.demand_factor",
        "season": "usage.season",
    },
}


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join("| " + " | ".join(_cell(cell) for cell in line) + " |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _code(text: str) -> str:
    return f"`{text}`"


def _words(name: str) -> str:
    return name.lower().replace("_", " ")


def _first_line(thing: object) -> str:
    return (inspect.getdoc(thing) or "").split("\n")[0]


# Sections of odd.md


def states() -> str:
    """Return the states, their stage, and the daily outcomes that count them."""
    rows = [
        (_code(state.name), _words(STAGE_OF_STATE[state].name), STATE_WORDS[state], _counts(state))
        for state in State
    ]
    return table(("state", "stage", "the model", "counted as"), rows)


def _counts(state: State) -> str:
    causes = outcomes.ISSUE_CAUSES if state is State.OFFLINE_ISSUE else (None,)
    names = [
        f"models_{state.name.lower()}" if cause is None else f"models_offline_{cause}"
        for cause in causes
    ]
    assert set(names) <= set(outcomes.MODEL_COUNTS)
    return ", ".join(map(_code, names))


def transitions() -> str:
    """Return the table of transitions, those to retirement in one row."""
    rows = [
        (
            _code(entry.source.name),
            _code(entry.trigger.name),
            _code(entry.target.name),
            TRIGGER_WORDS[entry.trigger],
        )
        for entry in TRANSITIONS
        if entry.trigger is not Trigger.RETIRES
    ]
    leaving = [entry.source for entry in TRANSITIONS if entry.trigger is Trigger.RETIRES]
    assert set(leaving) == set(State) - {State.RETIRED}
    words = TRIGGER_WORDS[Trigger.RETIRES]
    rows.append(
        ("every other state", _code(Trigger.RETIRES.name), _code(State.RETIRED.name), words)
    )
    return table(("from", "trigger", "to", "when"), rows)


def enumerations() -> str:
    """Return the values of the small enumerations."""
    kinds: dict[str, Iterable[Any]] = {
        "version that serves (`core.statechart.Serving`)": Serving,
        "cause (`core.statechart.Cause`)": Cause,
        "class of work (`core.events.TaskClass`)": TaskClass,
        "reason of retirement (`core.events.RetirementReason`)": RetirementReason,
    }
    rows = [
        (name, ", ".join(_words(member.name) for member in members))
        for name, members in kinds.items()
    ]
    return table(("what", "values"), rows)


def close_of_a_day() -> str:
    """Return the close of a day in its order."""
    steps = re.findall(r"organisation\.(\w+)\(\)", inspect.getsource(live_day))
    return "".join(
        f"{number}. `mesa_engine.model.ModelOpsModel.{name}`: "
        f"{_first_line(getattr(ModelOpsModel, name))}\n"
        for number, name in enumerate(steps[: steps.index("collect") + 1], start=1)
    )


def ranks() -> str:
    """Return the order of simultaneous events."""
    rows = [(str(rank.value), _code(rank.name), *RANK_WORDS[rank]) for rank in Rank]
    return table(("rank", "kind", "what happens", "within the rank by number of the"), rows)


def priorities() -> str:
    """Return the default order of the classes of work."""
    order = Scenario().team.priority_order
    return "".join(f"{number}. {_words(name)}\n" for number, name in enumerate(order, start=1))


def event_kinds() -> str:
    """Return the kinds of records of the event log, with what the code says of each."""
    members = _MEMBER.findall(inspect.getsource(LogKind))
    assert [name for name, _ in members] == [kind.name for kind in LogKind]
    rows = [(_code(name.lower()), comment) for name, comment in members]
    return table(("kind", "fields beside time, model and developer"), rows)


def origins() -> str:
    """Return what entities are keyed by."""
    return table(
        ("origin", "entity and index"),
        [(_words(origin.name), ORIGIN_WORDS[origin]) for origin in Origin],
    )


def decision_points() -> str:
    """Return all decision points."""
    return ", ".join(_words(point.name) for point in DecisionPoint) + ".\n"


def daily_outcomes() -> str:
    """Return all daily outcomes."""
    rows = [
        (_code(outcome.name), outcome.kind, outcome.unit, outcome.meaning)
        for outcome in outcomes.DAILY
    ]
    return table(("outcome", "kind", "unit", "meaning"), rows)


def tallies() -> str:
    """Return the totals that are counted at events."""
    return ", ".join(map(_code, outcomes.TALLIES)) + ".\n"


def summary_outcomes() -> str:
    """Return all outcomes of a run."""
    rows = [
        (_code(outcome.name), outcome.unit, outcome.meaning, _formula(outcome))
        for outcome in outcomes.SUMMARY
    ]
    return table(("outcome", "unit", "meaning", "sum of totals"), rows)


def _formula(outcome: outcomes.SummaryOutcome) -> str:
    above, below = (" + ".join(map(_code, names)) for names in (outcome.of, outcome.per))
    if outcome.per == tuple(entry.name for entry in outcomes.DEVELOPER_FLOWS):
        below = "all `developer_days_...`"
    return (
        f"({above}) / {below}"
        if len(outcome.of) > 1 and below
        else above + (f" / {below}" if below else "")
    )


def client_columns() -> str:
    """Return what a client may state of a model."""
    rows = [
        (
            _code(name),
            facts_of(field).get("unit", ""),
            range_in_words(facts_of(field).get("bounds", {})),
            field.description or "",
        )
        for name, field in PortfolioModel.model_fields.items()
    ]
    return table(("column", "unit", "allowed", "meaning"), rows)


def symbols(part: str) -> str:
    """Return the symbols of a submodel: the parameter that each is, and its default."""
    known = {quantity.name: quantity for quantity in catalogue()}
    rows = [
        (symbol, _code(name), _value(known[name].default, known[name].unit))
        for symbol, name in SYMBOLS[part].items()
    ]
    return table(("symbol", "parameter", "default"), rows)


SECTIONS: dict[str, Callable[[], str]] = {
    "states": states,
    "transitions": transitions,
    "enumerations": enumerations,
    "close of a day": close_of_a_day,
    "ranks": ranks,
    "priorities": priorities,
    "event kinds": event_kinds,
    "origins": origins,
    "decision points": decision_points,
    "daily outcomes": daily_outcomes,
    "tallies": tallies,
    "summary outcomes": summary_outcomes,
    "client columns": client_columns,
    **{f"symbols of {part}": lambda part=part: symbols(part) for part in SYMBOLS},  # type: ignore[misc]
}


def odd() -> str:
    """Return odd.md with its generated sections filled.

    Raises
    ------
    KeyError
        If a mark names no section.
    ValueError
        If a section has no mark, or more than one.
    """
    return _filled(ODD, SECTIONS)


def _filled(page: Path, sections: Mapping[str, Callable[[], str]]) -> str:
    text = page.read_text(encoding="utf-8")
    names = [match[2] for match in _MARKED.finditer(text)]
    if sorted(names) != sorted(sections):
        raise ValueError(f"sections at odds: {sorted({*names} ^ {*sections}) or 'a mark twice'}")
    return _MARKED.sub(lambda match: f"{match[1]}\n{sections[match[2]]()}\n{match[3]}", text)


# evidence-files.md


def logs() -> str:
    """Return evidence-files.md with what each kind of log says, and its forms."""
    return _filled(LOGS, {"kinds of logs": lambda: "\n".join(map(_kind, READERS.values()))})


def _kind(reader: Reader) -> str:
    kind = reader.kind
    fields = [
        (_code(field.name), ("needed: " if field.required else "") + field.meaning)
        for field in kind.fields
    ]
    forms = [
        (
            form.name,
            ", ".join(map(_code, form.telling)),
            "; ".join(f"{field}: {_columns(columns)}" for field, columns in form.columns.items()),
        )
        for form in kind.forms
    ]
    return (
        f"## {kind.name}\n\n{table(('FIELD', 'what it says'), fields)}\n"
        f"{table(('form', 'known by the columns', 'read from'), forms)}\n"
        f"```\n{reader.kind.template.replace(chr(13), '')}```\n"
    )


def _columns(columns: str | Sequence[str]) -> str:
    return _code(columns) if isinstance(columns, str) else " or ".join(map(_code, columns))


# parameters.md

_PARAMETERS = """\
# Parameters

Every number of a scenario by its dotted name, as `modelops-abm show` lists it and `--set` takes it.
This file is written by `docs/generate.py` from the declarations in `modelops_abm/scenario/`;
change it there.

- **default**: the value of the reference scenario. A distribution is given by its family, mean and
  coefficient of variation (cv, standard deviation by mean).
- **allowed**: what a scenario may say; anything else is an error. For a distribution, its mean.
- **known**: the range found in the sources, or judged, with nine of ten values that are thought
  possible and the default in the middle; for a switch how likely each is to be found; or why the
  value is fixed. *In proportion to* others: sizes move together, so that an organisation of 300
  models has more than eight developers.
- **source**: how well the default is supported, and where it comes from.
  *measured*: the very number, perhaps in a neighbouring domain; *survey*: of a survey or reports;
  *vendor*: a claim by vendors or consultants; *judgement*: no source that settles it. A value that
  a file, a preset or a user sets carries its own source instead.

A scenario says how well its own values are known beside whose they are, in a file as here or on the
command line as `--know "team.developers=10..15"`. Without a range a stated value is known.

    [team]
    developers = 12

    [[sources]]
    name = "team.developers"
    source = "head count in May; two are on leave"
    low = 10
    high = 15          # nine of ten; `percent` says another share

    [[sources]]
    name = "drift.decay_alert"
    source = "interview with the platform lead"
    weights = {{ always = 3, never = 1 }}

{counts}
The measured rates of incidents describe web services with on-call teams; that they transfer to
internal models is an assumption. Sources were seen as excerpts.

{sections}
## Archetypes

A scenario may list kinds of model under `archetypes`. Each has a name, a share of the ideas (the
shares add up to 1), and any of these; what it leaves out is as in `model`:

{archetypes}

A kind may also fail in its own way; what it leaves out is the scenario's at that moment, also after
a change. A row of a client's portfolio may say the same with numbers, which go before those of its
kind: the mean of a distribution, with the spread of its kind, or else the scenario's. `regulated`
says that models of a kind are under regulation; a row that says yes or no goes before it.

{of_kind}

## Changes

A scenario may list new values that hold from a day on under `changes`. Each entry has a `day`,
which is a number from 0 or a date, and any of these, nested or dotted (`"team.developers" = 4`); of
an effort it says the mean.

{changes}
## Requests

A scenario may list kinds of request with a deadline under `requests`. A kind comes at a rate
(`per_year`) or on a `day`. A number for its effort is the mean.

{requests}
## Distributions

{distributions}

## Presets

What each preset changes; everything else is the default.

{presets}"""

_DISTRIBUTIONS = """\
Families are constant, exponential, lognormal, gamma, weibull, and beta for shares. Where a number
stands for a distribution, it is its mean, and family and spread stay as they were. A family given
without a spread takes its own: cv 0 for constant, 1 for exponential, and otherwise
{default_cv:g}. A weibull may be given by `shape` (0.3 to 60) instead of `cv`. The cv goes up to
5; the smallest is 0.001 for gamma and beta, 0.02 for weibull; a beta needs a mean between 0 and 1,
and a spread with which both its shapes are 0.05 or more.
"""


def parameters() -> str:
    """Return parameters.md."""
    own = ModelKind.model_fields
    cv = Distribution.model_fields["cv"].default
    return _PARAMETERS.format(
        counts=_confidences(),
        sections="\n".join(_sections()),
        archetypes=", ".join(map(_code, own)) + ".",
        of_kind=_table_of_kind(),
        changes=_table_of_changes(),
        requests=_table_of(stated_by_entries("requests")),
        distributions=_DISTRIBUTIONS.format(default_cv=cv).strip(),
        presets="\n".join(_preset(name) for name in PRESETS),
    )


def _table_of_kind() -> str:
    rows = [(_code(name), _code(whole)) for name, whole in OF_KIND.items()]
    return table(("of a kind", "in place of"), rows)


def _table_of_changes() -> str:
    rows = [
        (_code(field.name), field.unit, _allowed(field))
        for field in stated_by_entries("changes")
        if field.name != "day"
    ]
    return table(("may change", "unit", "allowed"), rows)


def _confidences() -> str:
    numbers = [quantity for quantity in catalogue() if quantity.is_number]
    found = Counter(quantity.confidence for quantity in numbers)
    kinds = [f"{found[confidence.value]} {confidence.value}" for confidence in Confidence]
    return f"Of the {len(numbers)} numbers, {', '.join(kinds)}.\n"


def _sections() -> Iterable[str]:
    headings = {name: field.description or "" for name, field in Scenario.model_fields.items()}
    for heading, quantities in _by_section().items():
        words = headings.get(heading, "")
        if heading.rpartition(".")[2] in CAPABILITY_NAMES:
            words = _capability_words(heading.rpartition(".")[2])
        title = f"## {heading or 'The scenario'}\n"
        yield "\n".join([title, *([f"{words}\n"] if words else []), _table_of(quantities)])


def _capability_words(name: str) -> str:
    return _first_line(type(getattr(Scenario().capabilities, name)))


def _by_section() -> dict[str, list[Quantity]]:
    sections: dict[str, list[Quantity]] = {}
    for quantity in catalogue():
        sections.setdefault(quantity.name.rpartition(".")[0], []).append(quantity)
    return sections


def _table_of(quantities: Iterable[Quantity]) -> str:
    return table(
        ("name", "default", "allowed", "known", "meaning", "source"),
        [
            (
                _code(quantity.name),
                _default(quantity),
                _allowed(quantity),
                knowledge_in_words(quantity),
                quantity.meaning,
                source_in_words(quantity),
            )
            for quantity in quantities
        ],
    )


def _default(quantity: Quantity) -> str:
    if quantity.is_required:
        return f"must be given; {quantity.unit}".removesuffix("; ")
    return _value(quantity.default, quantity.unit)


def _allowed(quantity: Quantity) -> str:
    if quantity.kind == "order":
        return "these, in another order (build last, deploy after repair, respond and retrain)"
    if quantity.kind == "months":
        return f"{len(quantity.default)} numbers, {range_in_words(quantity.bounds)}"
    return " or ".join(quantity.choices) or range_in_words(quantity.bounds)


def _value(value: Any, unit: str = "") -> str:
    if isinstance(value, Distribution):
        spread = "" if value.family == "constant" else f", cv {_number(value.cv)}"
        return f"{value.family}, mean {with_unit(_number(value.mean), unit)}{spread}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return with_unit(_number(value), unit)
    if isinstance(value, tuple) and all(
        isinstance(each, Archetype | RequestKind) for each in value
    ):
        return ", ".join(each.name for each in value) or "none"
    if isinstance(value, tuple):
        return f"{', '.join(map(str, value))} {unit}".strip() or "none"
    return "none" if value is None or isinstance(value, Section) else str(value)


def _number(value: float) -> str:
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:.4g}" if abs(value) < 100 else f"{value:,.1f}"


def _preset(name: str) -> str:
    scenario = preset(name)
    rows = [
        (_code(stated.quantity.name), _value(stated.value), stated.source, stated.confidence)
        for stated in describe(scenario)
        if not stated.is_default and stated.quantity.name not in LABELS
    ]
    header = ("name", "value", "source", "confidence")
    changes = table(header, rows) if rows else "Nothing.\n"
    lists = ((scenario.archetypes, kinds_of(name)), (scenario.requests, requests_of(name)))
    of_entries = "".join(
        f"\nOf its *{entry.name}*:\n\n{table(header, _of_entry(entry, reasons[entry.name]))}"
        for entries, reasons in lists
        for entry in entries
    )
    return f"### {name}\n\n{scenario.description or 'The defaults.'}\n\n{changes}{of_entries}"


def _of_entry(entry: Section, own: Mapping[str, Departure]) -> list[Sequence[str]]:
    return [
        (_code(name), _value(getattr(entry, name)), stated.reason, stated.confidence)
        for name, stated in own.items()
    ]


# benchmarks.md

_BENCHMARKS = """\
# Published figures beside ours

What others have published about organisations that build and keep models, and the reference
scenario beside it: a model card of the simulator. `modelops-abm benchmarks` sets any other scenario
beside the same figures. This file is written by `docs/generate.py` from
`modelops_abm/evidence/published.toml`; change it there.

## Which patterns the reference has

{sentence}

{card}
{notes} Widths of judged ranges are `SURVEY_FACTOR` and `ONE_FACTOR` in `evidence/benchmarks.py`.

## How each figure maps to ours, and what cannot be compared

{mapped}
## Context

Nothing of ours can be set beside these.

{context}
## What else it has been compared with

{independent} What theory says about parts of the simulator, and what came of it, is in
[section 1 of the ODD](odd.md#1-purpose-and-patterns) and on the page under Understand.
"""


def benchmarks() -> str:
    """Return benchmarks.md."""
    found = benchmarks_of(preset("reference"), 200)
    ours = ("figure", "published", "of whom", "reference", "agrees")
    theirs = ("published", "source", "confidence", "set beside", "differs")
    rows = [
        (row.label, row.benchmark.in_words(), of_whom(row.benchmark), row.ours_in_words())
        for row in found.rows
    ]
    return _BENCHMARKS.format(
        sentence=found.sentence(),
        card=table(
            ours, [(*row, each.agreement) for row, each in zip(rows, found.rows, strict=True)]
        ),
        notes=found.notes().partition(" In brackets")[0],
        mapped=table(
            theirs,
            [
                (each.says, each.source, each.confidence, each.maps, each.differs)
                for each in (row.benchmark for row in found.rows)
            ],
        ),
        context=table(
            ("published", "of whom", "source", "why it is context"),
            [(each.says, of_whom(each), each.source, each.maps) for each in context()],
        ),
        independent=INDEPENDENT,
    )


def documents() -> dict[Path, str]:
    """Return what every generated file should hold."""
    return {ODD: odd(), PARAMETERS: parameters(), BENCHMARKS: benchmarks(), LOGS: logs()}


def main(arguments: Sequence[str]) -> int:
    """Write the files, or with ``--check`` tell which are not up to date."""
    stale = [
        (path, text)
        for path, text in documents().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path, text in stale:
        if "--check" in arguments:
            print(f"{path.name} is not up to date: python docs/generate.py")
        else:
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"wrote {path.name}")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
