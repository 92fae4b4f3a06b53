"""The questions as rows of the page: what was answered, and what is published of it.

Published figures stand on the track in the unit of the question. Some are by model: they are shown
for the visitor's models once their number is known, and in words alone before.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import cache

import numpy as np
from scipy.special import expit, logit

from modelops_abm.app.state.organisation import Organisation
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets.interview import QuestionRow, Saying, Source, Strip
from modelops_abm.arrays import Floats
from modelops_abm.evidence.benchmarks import BENCHMARKS, CONFIDENCE, Benchmark, of_whom, subject_of
from modelops_abm.evidence.interview import QUESTIONS, Question
from modelops_abm.evidence.measures import value_in_words
from modelops_abm.evidence.statements import ABOUT, Statement
from modelops_abm.experiments.information import Asking
from modelops_abm.scenario import Scenario
from modelops_abm.text import printable

ASKED = (
    "models_live",
    "people",
    "value_per_year",
    "upkeep_share",
    "outages_per_month",
    "time_to_restore_hours",
    "users",
    "idea_to_live_months",
)
"""The questions that every visitor is shown; the others stand below them."""
_STEPS = 100
_BARS = {"P": 4, "C": 3, "S": 2}
_MOST_SOURCES = 3
_UNITS = {
    "$": "M $ a year",
    "share": "%",
    "hours": "h",
    "outages a month": "a month",
    "models a year": "a year",
}
_BARE = re.compile(r"[-+0-9.,\s]+")
_SUFFIX = {"$": "M", "share": "%"}
_FACTOR = {"$": 1e6, "share": 0.01}
_FROM_FILE = {"models_live": "production", "ideas_waiting": "idea"}
"""What a client's portfolio says itself, by the stage of its models."""


def others_of(organisation: Organisation) -> tuple[Question, ...]:
    """Return the further questions that are neither answered nor open."""
    answers, shown = organisation.said.value.answers, organisation.open.value
    return tuple(
        question
        for name, question in QUESTIONS.items()
        if name not in (*ASKED, shown)
        and name not in answers
        and question.instead_of not in answers
    )


def helps_most(session: Session) -> tuple[str, Asking] | None:
    """Return the question whose answer would settle most; None if unknown.

    It is known of the belief that the plan was answered over: after another answer it is not, until
    there is a belief that follows from that.
    """
    organisation, ahead = session.organisation, session.ahead.value
    answer = session.answer.value if ahead is None else ahead.answer
    if answer is None or answer.over is None or answer.plan.belief != organisation.belief.value:
        return None
    answers = organisation.said.value.answers
    for name, asking in (answer.over.settles or {}).items():
        if name in QUESTIONS and name not in answers and asking.worth.mean > 0.0:
            return name, asking
    return None


def rows_of(organisation: Organisation, scenario: Scenario, helpful: str = "") -> list[QuestionRow]:
    """Return the questions that are shown, with what was answered.

    Parameters
    ----------
    organisation
        What was told.
    scenario
        What is known besides: the portfolio says how many models are live.
    helpful
        Name of the question that helps most; empty if it is not known.
    """
    left = {question.name for question in others_of(organisation)}
    names = [*ASKED, *(name for name in QUESTIONS if name not in (*ASKED, *left))]
    models = _models(organisation, scenario)
    return [
        _row(QUESTIONS[name], organisation, scenario, models, helpful)
        for name in names
        if name in ASKED
        or name in organisation.said.value.answers
        or name == organisation.open.value
    ]


def said_of(saying: Saying) -> str:
    """Return what was answered on the page as the command line takes it.

    What stands behind a field counts for a bare number in it: 4 is $4 M where that says M $.

    >>> (
    ...     said_of(Saying("value_per_year", "between", "4", "7")),
    ...     said_of(Saying("upkeep_share", "about", "45 %", "")),
    ... )
    ('4M..7M', 'about 45 %')
    """
    suffix = _SUFFIX.get(QUESTIONS[saying.name].unit, "")
    low, high = (
        f"{text.strip()}{suffix}" if _BARE.fullmatch(text) else text
        for text in (saying.low, saying.high)
    )
    if saying.how == "between":
        return f"{low}..{high}"
    return f"about {low}" if saying.how == "about" else low


def _row(
    question: Question,
    organisation: Organisation,
    scenario: Scenario,
    models: float | None,
    helpful: str,
) -> QuestionRow:
    said = organisation.said.value.answers.get(question.name)
    fixed = _fixed(question, scenario)
    published, strip, sources = _beside(question, models)
    low = said.low if said is not None and said.how == "between" else said.middle if said else 0.0
    high = said.high if said is not None else 0.0
    if fixed is not None:
        low = high = fixed
    is_next = question.name == (helpful or organisation.next_question())
    middle = strip and strip["middle"]
    return {
        "name": question.name,
        "label": question.label,
        "detail": question.detail,
        "asks": question.asks,
        "further": question.name not in ASKED,
        "unit": _UNITS.get(question.unit, "" if question.unit != "months" else "months"),
        "scale": [*_scale(question.name)],
        "start": round((middle if middle is not None else 0.5) * _most(question)),
        "about": max(1, round(_about_steps(question))),
        "how": "" if said is None or fixed is not None else _how(said),
        "low": _text(question, low) if said or fixed else "",
        "high": _text(question, high) if said else "",
        "low_at": _at(question, low) * _most(question) if low else 0.0,
        "high_at": _at(question, high) * _most(question) if high else 0.0,
        "fixed": "" if fixed is None else "from your file",
        "published": published,
        "strip": strip,
        "sources": sources,
        "next": _next_words(organisation, helpful) if is_next else "",
        "problem": organisation.problems.value.get(question.name, ""),
    }


def _next_words(organisation: Organisation, helpful: str) -> str:
    if helpful:
        return "helps most next"
    return "ask this next" if organisation.said.value.answers else ""


def _how(said: Statement) -> str:
    return said.how if said.how in ("about", "exactly") else "between"


def _fixed(question: Question, scenario: Scenario) -> float | None:
    """Return what a portfolio says itself; None if there is none or it does not say."""
    stage = _FROM_FILE.get(question.name)
    if stage is None or scenario.imported is None:
        return None
    return float(sum(model.stage == stage for model in scenario.imported.models))


def _models(organisation: Organisation, scenario: Scenario) -> float | None:
    """Return how many models are live, if somebody said so."""
    said = organisation.said.value.answers.get("models_live")
    listed = _fixed(QUESTIONS["models_live"], scenario)
    return listed if listed is not None else said.middle if said is not None else None


# --------------------------------------------------------------------------------------
# The scale of a question: equal steps of its logarithm, or of the logit of a share.


@cache
def _scale(name: str) -> dict[str, float]:
    """Return what each position says, in the order of the positions, with its value."""
    question = QUESTIONS[name]
    low, high = _transformed(question, np.array(question.ends))
    steps = np.linspace(low, high, _STEPS + 1)
    values = expit(steps) if question.unit == "share" else np.exp(steps)
    factor = _FACTOR.get(question.unit, 1.0)
    # Each number once, so that a step is one: few models are whole numbers far apart.
    texts = dict.fromkeys(_text(question, float(value)) for value in values)
    return {text: float(text) * factor for text in texts}


def _transformed(question: Question, values: Floats) -> Floats:
    return np.asarray(logit(values) if question.unit == "share" else np.log(values))


def _at(question: Question, value: float) -> float:
    """Return where a value lies, as a share of the track."""
    if not 0.0 < value < (1.0 if question.unit == "share" else math.inf):
        return 0.0
    known = _transformed(question, np.array([*_scale(question.name).values()]))
    at = _transformed(question, np.array([value]))
    return float(np.interp(at, known, np.linspace(0.0, 1.0, len(known)))[0])


def _about_steps(question: Question) -> float:
    low, high = _transformed(question, np.array(question.ends))
    return float(_most(question) * math.log1p(ABOUT) / (high - low))


def _most(question: Question) -> int:
    """Return the last position of a question."""
    return len(_scale(question.name)) - 1


def _text(question: Question, value: float) -> str:
    """Return a number as it stands in the field, to two digits, a share's from its nearer end."""
    if not value:
        return "0"
    scaled = value / _FACTOR.get(question.unit, 1.0)
    size = min(scaled, 100.0 - scaled) if question.unit == "share" else scaled
    digits = max(0, 1 - math.floor(math.log10(abs(size)))) if size else 0
    if question.unit in ("models", "people", "users", "ideas") and scaled >= 1.0:
        digits = 0
    rounded = round(scaled, digits) if scaled < 100.0 or digits else float(f"{scaled:.3g}")
    text = f"{rounded:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# --------------------------------------------------------------------------------------
# What is published of it.


def _beside(
    question: Question, models: float | None
) -> tuple[str, Strip | None, tuple[Source, ...]]:
    """Return published figures in words, on the track, and with their sources."""
    found = list(_published(question.name))
    if not found:
        return "no published figure fits", None, ()
    first = found[0]
    whose = first.population.partition(", as ")[0]
    words = f"{whose}: {_in_short(first)}"
    low, high = first.range
    ends = [_mapped(question.name, end, models) for end in (low, high, first.figure)]
    strip: Strip | None = None
    if first.comparable and any(end is not None for end in ends[:2]):
        ends[:2] = sorted(ends[:2], key=lambda end: -math.inf if end is None else end)
        strip = {
            "low": 0.0 if ends[0] is None else _at(question, ends[0]),
            "high": 1.0 if ends[1] is None else _at(question, ends[1]),
            "middle": None if ends[2] is None else _at(question, ends[2]),
        }
        if low is None:
            strip["low"], strip["high"] = 0.0, _at(question, ends[1] or question.ends[1])
    if question.name in _BY_MODEL and models is not None and ends[2] is not None:
        # The source says what it is for each.
        of_ours = _text(question, ends[2])
        if question.unit == "$":
            of_ours = value_in_words(ends[2], "$").replace(".0", "")
        words = f"{whose}: {of_ours} for your {models:,.0f}"
    return words, strip, tuple(_source(each) for each in found[:_MOST_SOURCES])


def _in_short(benchmark: Benchmark) -> str:
    """Return the figure, or the range that was published; question and source say the rest."""
    unit = subject_of(benchmark.about).unit
    if benchmark.figure is not None:
        each = " each" if benchmark.about in _BY_MODEL.values() else ""
        words = f"{value_in_words(benchmark.figure, unit)}{each}"
    else:
        words = benchmark.in_words()
    return words.removesuffix(f" {unit}") if benchmark.about not in _BY_MODEL.values() else words


_BY_MODEL = {
    "people": "models_per_person",
    "value_per_year": "value_per_model_year",
    "outages_per_month": "outages_per_model_year",
}
"""Of which measure figures are published that hold by model, or models by person."""


def _published(name: str) -> Iterator[Benchmark]:
    """Yield the figures of a question, those that can be compared first."""
    about = _BY_MODEL.get(name, name)
    found = [each for each in BENCHMARKS.values() if each.about == about]
    yield from sorted(found, key=lambda each: not each.comparable)


def _mapped(name: str, value: float | None, models: float | None) -> float | None:
    """Return a published number in the unit of the question, None where that needs the models."""
    if value is None or name not in _BY_MODEL:
        return value
    if models is None or not value:
        return None
    return {
        "people": models / value,
        "value_per_year": models * value,
        "outages_per_month": models * value / 12.0,
    }[name]


def _source(benchmark: Benchmark) -> Source:
    return {
        "title": of_whom(benchmark),
        "says": f"{benchmark.says}. {printable(benchmark.source, 200)}",
        "kind": CONFIDENCE[benchmark.confidence],
        "bars": _BARS[benchmark.confidence],
    }
