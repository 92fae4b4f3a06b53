"""What report and slides say besides figures: limits, and how to get the same figures again."""

from __future__ import annotations

import shlex

from modelops_abm.app.decide.sentences import progress
from modelops_abm.app.export.subject import Subject
from modelops_abm.app.state.link import changes_of
from modelops_abm.clients import fingerprint
from modelops_abm.formats import count_of, number
from modelops_abm.parameters import describe
from modelops_abm.parameters.presets import PRESETS

LIMITS = (
    "Intervals show luck only: what the same assumptions may lead to. How wrong the assumptions"
    " may be, they do not say.",
    "Every build succeeds; issues other than drift are noticed at once.",
    "Users do not leave: a bad model is used less, down to nothing.",
    "Value and cost of a prediction do not change over time.",
    "Models do not depend on each other: no outage takes another model down.",
    "Any developer can do any task, alone; nobody is hired, leaves or falls ill.",
    "Requests of regulators that cause no outage cost nothing.",
)
"""What the simulation cannot tell."""


def assumptions_in_words(subject: Subject) -> str:
    """Return how well the assumptions are supported, in a sentence."""
    stated = [value for value in describe(subject.comparison.plan.scenario) if value.confidence]
    judged = sum(value.confidence == "judgement" for value in stated)
    return (
        f"{count_of(judged, len(stated))} assumptions are judgement. With your own figures in their"
        " place the answer may change its sign."
    )


def state_in_words(subject: Subject) -> str:
    """Return on how many futures the figures rest."""
    done = progress(subject.answer, is_superseded=False)
    luck = "each with and without the plan under the same luck"
    known = f"average known to {done.precision}" if done.precision else "average not known"
    if subject.answer.is_settled:
        return f"{done.futures}, {luck}; {known}."
    return f"{done.futures} so far, {luck}; {known}, and better with more of them."


def provenance(subject: Subject) -> list[tuple[str, str]]:
    """Return what makes the figures repeatable, by name."""
    scenario = subject.comparison.plan.scenario
    entries = [
        ("Version", f"modelops_abm {subject.version}"),
        ("Seed", str(subject.seed)),
        ("Futures", number(subject.comparison.replications)),
        ("Made on", subject.made_on.isoformat()),
        ("Command", command(subject)),
    ]
    if subject.link:
        entries.insert(0, ("Link", subject.link))
    if scenario.imported is not None:
        words = f"{scenario.imported.source}, SHA-256 {fingerprint(scenario.imported)}"
        entries.append(("Portfolio", words))
    return entries


def command(subject: Subject) -> str:
    """Return the command that prints the same figures."""
    plan = subject.plan
    parts = ["modelops-abm", "compare"]
    if plan.start in PRESETS:
        parts += ["--preset", plan.start]
    for name, text in changes_of(plan):
        parts += ["--set", f"{name}={text}"]
    if plan.scenario.imported is not None:
        parts += ["--portfolio", "PORTFOLIO.csv"]
    parts += ["--replications", str(subject.comparison.replications), "--seed", str(subject.seed)]
    return shlex.join(parts)
