"""The interview: a few questions that a client answers in a minute, each optional.

An answer is a statement (`statements`). Most are about a measure and become evidence for a fit;
those about what a scenario sets, models, people and ideas, are set there with their range, and what
goes by size and nobody states goes with them (`told`). First the questions, then an answer on the
command line, then files of answers, last what follows from them.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from modelops_abm.errors import InputError, Problem, place_in_words
from modelops_abm.evidence.benchmarks import published_evidence, subject_of
from modelops_abm.evidence.measures import MEASURES, value_in_words
from modelops_abm.evidence.statements import Count, Evidence, Statement, about, between, exactly
from modelops_abm.experiments.draws import known_of
from modelops_abm.formats import MONTH_DAYS
from modelops_abm.scenario import ImportedPortfolio, Scenario, catalogue, with_values
from modelops_abm.scenario.fields import mean_at, nearest, value_at
from modelops_abm.scenario.files import bytes_of, names_and_values, toml_literal
from modelops_abm.scenario.knowledge import PERCENT, PERCENT_ALLOWED, Spread
from modelops_abm.scenario.scenario import SourceKind
from modelops_abm.scenario.sources import source_of, with_range, with_sources
from modelops_abm.text import any_of, both_readings, printable, shown, without_comma

type Answers = Mapping[str, Statement]
"""Statements by the name of their question."""

ANSWERED = "answered in the interview"
_MODELS = "portfolio.initial_models"


@dataclass(frozen=True, slots=True)
class Question:
    """Something that a client is asked.

    Attributes
    ----------
    name
        By which it is answered: that of a measure, or its own.
    asks
        In plain words.
    about
        What the answer is about: a measure, or a value of the scenario, which is set.
    label, detail
        In a row: the thing, and in a few words which.
    ends
        Between which a control has its answers, in the unit; more can be typed.
    instead_of
        Another question; who answers one need not be asked the other.
    """

    name: str
    asks: str
    about: str
    label: str
    detail: str
    ends: tuple[float, float]
    instead_of: str = ""

    @property
    def is_set(self) -> bool:
        """Whether its answer is a value of the scenario."""
        return self.about not in MEASURES

    @property
    def unit(self) -> str:
        """In which it is answered."""
        return subject_of(self.about).unit


def _asked(
    name: str,
    detail: str,
    ends: tuple[float, float],
    *,
    label: str = "",
    sets: str = "",
    instead_of: str = "",
) -> Question:
    measure = MEASURES[name]
    about = sets or name
    return Question(name, measure.question, about, label or measure.label, detail, ends, instead_of)


# What decides most comes first: how large it is, what it earns, what its time goes into.
_ALL = (
    _asked("models_live", "in production today", (1.0, 1_000.0), sets=_MODELS),
    _asked(
        "people",
        "who build and keep them",
        (1.0, 500.0),
        label="People",
        sets="team.developers",
    ),
    _asked("value_per_year", "of all models together", (1e5, 1e9)),
    _asked("upkeep_share", "repair, requests and retraining", (0.02, 0.95)),
    _asked("outages_per_month", "of all models together", (0.1, 300.0)),
    _asked("time_to_restore_hours", "until it serves again", (0.2, 500.0)),
    _asked("idea_to_live_months", "typically", (0.5, 60.0), label="Idea to live"),
    _asked("models_delivered_per_year", "new ones", (0.2, 100.0)),
    _asked("users", "of any of the models", (10.0, 1e7)),
    _asked("availability", "of what is in production", (0.5, 0.9999)),
    _asked("retraining_interval_days", "of a model", (1.0, 1_000.0)),
    Question(
        "ideas_waiting",
        "How many ideas for models wait?",
        "portfolio.initial_ideas",
        "Ideas waiting",
        "for models",
        (1.0, 1_000.0),
    ),
    _asked("value_per_model_year", "on average", (1e4, 1e8), instead_of="value_per_year"),
)
QUESTIONS: dict[str, Question] = {question.name: question for question in _ALL}
"""Every question by its name, in the order in which they are asked."""


def next_question(answers: Answers) -> Question | None:
    """Return what is asked next; None if everything was.

    >>> next_question({}).asks
    'How many models are in production?'
    """
    for question in _ALL:
        other = question.instead_of or next(
            (each.name for each in _ALL if each.instead_of == question.name), ""
        )
        if question.name not in answers and other not in answers:
            return question
    return None


# --------------------------------------------------------------------------------------
# An answer as one types it.

_NUMBER = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_AMOUNT = re.compile(rf"(?P<number>{_NUMBER})\s*(?P<unit>[^0-9.].*|)")
_COMMA = re.compile(r"[-+]?[0-9]*(?:[.,][0-9]+)*,[0-9]+(?:\.[0-9]*)?")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
_RANGE = re.compile(r"(?P<low>\S+?)\s*(?:-|\u2013|\u2014| to )\s*(?P<high>[$.0-9].*)")
_LEAST_DOLLARS = 1_000.0
"""Who says less, and in no unit, has most likely left out the millions."""
_HARDLY_ANY = "what is left out is not known, so of next to nothing write a range, such as 0.1..1"
_ANSWER = re.compile(r"\s*(?P<name>[\w.-]+)\s*(?P<sign>=\s*~|=|~)\s*(?P<said>.*?)\s*", re.DOTALL)
_SIZES = {"": 1.0, "k": 1e3, "M": 1e6, "bn": 1e9}
_TIMES = {"minute": 1.0 / 1440.0, "hour": 1.0 / 24.0, "day": 1.0, "week": 7.0, "month": MONTH_DAYS}
_DAYS = {**_TIMES, "year": 365.0}
_SHORT = {"min": "minute", "h": "hour", "d": "day"}


def _units() -> Iterator[tuple[str, dict[str, float]]]:
    """Yield what may stand behind the number of each unit, with what it is in that unit."""
    spelled = {word: days for name, days in _DAYS.items() for word in (name, f"{name}s")}
    spelled |= {short: _DAYS[name] for short, name in _SHORT.items()}
    for unit, one in (("hours", "hour"), ("days", "day"), ("months", "month")):
        yield unit, {word: days / _DAYS[one] for word, days in spelled.items()}
    for things, one in (("outages", "month"), ("models", "year")):
        often = {
            f"{words}{per} {name}": _DAYS[one] / days
            for name, days in _DAYS.items()
            for per in ("a", "per")
            for words in ("", f"{things} ", f"{things[:-1]} ")
        }
        yield f"{things} a {one}", {**often, things: 1.0, things[:-1]: 1.0}
    yield "share", {"%": 0.01, "per cent": 0.01, "percent": 0.01}
    yield "$", _SIZES
    for things in ("models", "people", "users", "ideas", "developers"):
        named = {things: 1.0, things.removesuffix("s"): 1.0, "people": 1.0}
        yield things, {**_SIZES, **named}


_UNITS: dict[str, dict[str, float]] = dict(_units())


def parse_answer(text: str, source: str = ANSWERED) -> tuple[str, Statement]:
    """Return the name of a question and its answer, as they are typed.

    Parameters
    ----------
    text
        ``outages_per_month=28`` for exactly, ``outages_per_month~28`` for about, and
        ``outages_per_month=20..50`` for between; with a unit (``8 h``, ``2 a week``, ``$5M``,
        ``45%``) or without.
    source
        Who says so.

    Raises
    ------
    InputError
        If there is no such question, or it is no answer to it; with what to write.

    Examples
    --------
    >>> name, said = parse_answer("upkeep_share=35%..45%")
    >>> said.low, said.high, said.how
    (0.35, 0.45, 'between')
    >>> parse_answer("time_to_restore_hours~2 days")[1].middle
    48.0
    """
    found = _ANSWER.fullmatch(text)
    if found is None:
        example = "write NAME=VALUE, NAME~VALUE for about, or NAME=LOW..HIGH"
        raise InputError(f"'{printable(text)}' is no answer; {example}")
    question = _question(found["name"])
    said = found["said"] if found["sign"] == "=" else f"~{found['said']}"
    return question.name, answer_of(question, said, source)


def _question(name: str) -> Question:
    if name not in QUESTIONS:
        shown_name = printable(name, 200)
        meant = nearest(name, QUESTIONS)
        message = f"there is no such question; there are {any_of([*QUESTIONS])}"
        raise InputError(Problem(message, field=shown_name, suggestion=meant))
    return QUESTIONS[name]


def answer_of(question: Question, said: str, source: str = ANSWERED) -> Statement:
    """Return an answer from what is said: ``28``, ``~28``, ``about 28`` or ``20..50``.

    Raises
    ------
    InputError
        If it is none, with what to write.
    """
    text = said.strip()
    family = subject_of(question.about).family
    if ".." in text:
        first, _, last = text.partition("..")
        low, high = (_amount(question, part, last) for part in (first, last))
        _check_order(question, low, high)
        return between(question.about, low, high, family, source)
    is_about = text.startswith("~") or text.lower().startswith("about ")
    bare = text.removeprefix("~") if text.startswith("~") else text[6:] if is_about else text
    return (about if is_about else exactly)(
        question.about, _amount(question, bare, bare), family, source
    )


def _check_order(question: Question, low: float, high: float) -> None:
    if not low < high:
        said = f"{value_in_words(low, '')}..{value_in_words(high, '')}"
        message = "a range needs the smaller number first, and two different ones: 20..50"
        raise InputError(Problem(message, field=question.name, value=said))


def _amount(question: Question, text: str, last: str) -> float:
    """Return a number in the unit of a question; in a range the first takes the unit of the last.

    Raises
    ------
    InputError
        If it is none, or in another unit.
    """
    number_text, unit = _split(question, text)
    if not unit:
        unit = _split(question, last)[1]
    # Twelve digits: 35 % is 0.35, and not what a product of doubles makes of it.
    value = float(f"{float(number_text) * _factor(question, unit, text):.12g}")
    if question.unit == "$" and not unit and 0.0 < value < _LEAST_DOLLARS:
        advice = f"write {value:g}M for millions, {value:g}k for thousands"
        raise _wrong(question, text, f"{advice}, or {value / 1000.0:g}k if it is ${value:g}")
    return _checked(question, value, text)


def _split(question: Question, text: str) -> tuple[str, str]:
    bare = text.strip().replace("$", " ").strip() if question.unit == "$" else text.strip()
    if comma := _COMMA.match(bare):
        advice = without_comma(comma[0]) or "write a point for decimals, and no commas"
        behind = bare[comma.end() :].strip() if " or " not in advice else ""
        raise _wrong(question, text, f"{advice} {behind}".strip())
    found = _AMOUNT.fullmatch(bare)
    if found is None:
        raise _wrong(question, text, f"write a number of {_unit_words(question)}")
    if _THOUSANDS.fullmatch(found["number"]):
        raise _wrong(question, text, both_readings(found["number"]))
    return found["number"], found["unit"].strip()


def _factor(question: Question, unit: str, text: str) -> float:
    if not unit:
        return 1.0
    known = _UNITS[question.unit]
    if unit in known:
        return known[unit]
    if ends := _RANGE.fullmatch(text.strip()):
        raise _wrong(question, text, f"write a range as {ends['low']}..{ends['high']}")
    examples = any_of([repr(each) for each in list(known) if each][:4])
    message = f"is in {_unit_words(question)}; behind the number may stand {examples}, or nothing"
    raise _wrong(question, text, message)


def _checked(question: Question, value: float, text: str) -> float:
    if question.unit == "share":
        if 1.0 <= value <= 100.0 and "%" not in text:
            raise _wrong(question, text, f"write {value:g}% or {value / 100.0:.12g}")
        if not 0.0 < value < 1.0:
            raise _wrong(question, text, "a share is more than 0 % and less than 100 %")
    elif not 0.0 < value < math.inf:
        raise _wrong(question, text, f"must be more than 0; {_HARDLY_ANY}")
    elif question.is_set and value > (most := _bounds_of(question.about)["le"]):
        raise _wrong(question, text, f"may be {most:,.0f} at most")
    return value


def _bounds_of(name: str) -> Mapping[str, float]:
    return next(each.bounds for each in catalogue() if each.name == name)


def _unit_words(question: Question) -> str:
    return {"share": "per cent", "$": "dollars"}.get(question.unit, question.unit)


def _wrong(question: Question, said: Any, message: str, part: str = "") -> InputError:
    """Return the error about an answer, or about a part of the section in which it stands."""
    field = f"{question.name}: {part}" if part else question.name
    value = said.strip() if isinstance(said, str) else said
    return InputError(Problem(message, field=field, value=shown(value)))


# --------------------------------------------------------------------------------------
# Files of answers.


def load_answers(path: str | os.PathLike[str]) -> dict[str, Statement]:
    """Read answers from a file: TOML, YAML or JSON, by its ending.

    It holds the names of questions with what is said: a number (exactly), a text as on the command
    line, or a section of ``exactly``, ``about`` or ``between = [low, high]``, and perhaps
    ``percent`` and ``source``. A ``source`` of its own says who answered all of them.

    Raises
    ------
    InputError
        With everything that is wrong, and the line of each.
    """
    file = os.fspath(path)
    return read_answers(bytes_of(file), file)


def read_answers(content: bytes, file: str) -> dict[str, Statement]:
    """Read answers from the content of a file; see `load_answers`.

    Parameters
    ----------
    content
        What is in the file.
    file
        Its name, which says the format and is named in messages; nothing is opened.

    Raises
    ------
    InputError
        As `load_answers` does.

    Examples
    --------
    >>> answers = read_answers(b'outages_per_month = "20..50"', "answers.toml")
    >>> answers["outages_per_month"].high
    50.0
    """
    data, document = names_and_values(content, file)
    if not QUESTIONS.keys() & data.keys() and Scenario.model_fields.keys() & data.keys():
        raise InputError.at(file, "is a scenario, and holds no answers; give it as a scenario")
    source = data.pop("source", "") or f"file {Path(file).name}"
    answers: dict[str, Statement] = {}
    wrong: list[tuple[str, Problem]] = []
    for name, said in data.items():
        try:
            answers[name] = _from_file(_question(name), said, source)
        except InputError as error:
            wrong += [(name, problem) for problem in error.problems]
    if not isinstance(source, str):
        wrong.append(("source", Problem("must be text", field="source", value=shown(source))))
    if wrong:
        lines = document.lines()
        raise InputError(
            replace(problem, place=place_in_words(file, lines.get((name,))))
            for name, problem in wrong
        )
    return answers


_FORMS = ("exactly", "about", "between")


def _from_file(question: Question, said: Any, source: Any) -> Statement:
    if not isinstance(said, dict):
        return answer_of(question, _text(question, said), str(source))
    given = [form for form in _FORMS if form in said]
    unknown = [name for name in said if name not in (*_FORMS, "percent", "source")]
    if len(given) != 1 or unknown:
        what = f"{printable(unknown[0])} is not known; " if unknown else ""
        message = f"{what}give one of {any_of(_FORMS)}, and percent and source if you like"
        raise InputError(Problem(message, field=question.name))
    (form,) = given
    whose = _source(question, said, source)
    found = answer_of(question, _spoken(question, form, said[form]), whose)
    percent, (least, most) = said.get("percent", found.percent), PERCENT_ALLOWED
    is_number = isinstance(percent, int | float) and not isinstance(percent, bool)
    if not (is_number and least <= percent <= most):
        message = f"must be a number from {least:g} to {most:g}, such as 80"
        raise _wrong(question, percent, message, "percent")
    return replace(found, percent=float(percent))


def _source(question: Question, said: dict[str, Any], source: Any) -> str:
    named = said.get("source", source) or source
    if not isinstance(named, str):
        raise _wrong(question, named, "must be text", "source")
    return named


def _spoken(question: Question, form: str, value: Any) -> str:
    """Return a value under `exactly`, `about` or `between` as one says it."""
    if form != "between":
        return f"{'~' if form == 'about' else ''}{_text(question, value)}"
    if not isinstance(value, list) or len(value) != 2:
        raise InputError(Problem("between takes two, such as [20, 50]", field=question.name))
    return "..".join(_text(question, end) for end in value)


def _text(question: Question, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        message = "write a number, a text such as '20..50', or a section such as { about = 28 }"
        raise InputError(Problem(message, field=question.name, value=shown(value)))
    return repr(value)


def answers_text(answers: Answers) -> str:
    """Return answers as a TOML file that `read_answers` reads; the same answers come back.

    >>> print(answers_text({"people": about("team.developers", 8.0, source="the lead")}))
    # How many people build and keep them?
    people = { about = 8.0, source = "the lead" }
    <BLANKLINE>
    """
    lines = []
    for name, said in answers.items():
        question = QUESTIONS[name]
        lines += [f"# {question.asks}", f"{name} = {toml_literal(_as_said(question, said))}"]
    return "\n".join([*lines, ""])


def _unmistakable(number: float) -> str:
    """Return a number as it is read again: 1.875 could be thousands, 1.8750 could not."""
    text = repr(number)
    return f"{text}0" if _THOUSANDS.fullmatch(text) else text


def _as_said(question: Question, said: Statement) -> dict[str, Any]:
    def written(amount: float) -> float | str:
        if question.unit == "$" and amount < _LEAST_DOLLARS:
            return f"{_unmistakable(amount / 1000.0)}k"
        text = _unmistakable(amount)
        return amount if text == repr(amount) else text

    form = said.how if said.how in _FORMS else "between"
    ends = [written(said.low), written(said.high)]
    value = ends if form == "between" else written(said.middle)
    percent = {} if said.percent == PERCENT else {"percent": said.percent}
    return {form: value, **percent, **({"source": said.source} if said.source else {})}


# --------------------------------------------------------------------------------------
# What follows from answers.


class Told(NamedTuple):
    """What answers come to.

    Attributes
    ----------
    scenario
        With what they set, and what goes by size.
    evidence
        The statements that a fit weighs.
    notes
        What was not taken as it was said, in sentences.
    """

    scenario: Scenario
    evidence: Evidence
    notes: tuple[str, ...] = ()


def to_statements(answers: Answers) -> Evidence:
    """Return the answers that are about measures, in the order of the questions."""
    return tuple(
        answers[name]
        for name, question in QUESTIONS.items()
        if name in answers and not question.is_set
    )


def told(scenario: Scenario, answers: Answers, logged: Evidence = ()) -> Told:
    """Return a scenario as answers say it is, and the evidence that the others and logs are.

    Models, people and ideas are set, with the range of the answer as what is known of them; a
    client's portfolio counts before an answer. What nobody states and is in proportion to them
    (docs/decisions/0048) is as many times larger, with its range. What a log says counts before an
    answer to the same: who answers has it from there, and both would count twice.

    Parameters
    ----------
    scenario
        What is known.
    answers
        By the name of the question.
    logged
        What logs say.

    Examples
    --------
    >>> many = {"models_live": exactly("portfolio.initial_models", 48.0, source="the lead")}
    >>> told(Scenario(), many).scenario.team.developers
    16
    """
    notes: list[str] = []
    before = scenario
    for name, question in QUESTIONS.items():
        if question.is_set and name in answers:
            if note := _at_odds(scenario.imported, question, answers[name]):
                notes.append(note)
            elif scenario.imported is None or question.about not in _STAGES:
                scenario = _with(scenario, question.about, answers[name])
                notes += _rounded(scenario, question, answers[name])
    evidence: list[Statement | Count] = []
    for said in to_statements(answers):
        if not (log := _logged_as(said, logged)):
            evidence.append(said)
        else:
            notes.append(f"{log} counts before the answer to {said.about}.")
    return Told(_in_proportion(before, scenario), (*evidence, *logged), tuple(notes))


def with_published(found: Told, answers: Answers) -> Told:
    """Return what was told and, of what it says nothing about, what is published as evidence.

    Parameters
    ----------
    found
        What was told (`told`).
    answers
        By the name of the question: an answer goes before a figure about the same.

    Examples
    --------
    >>> said = {"upkeep_share": about("upkeep_share", 0.5, "logit-normal")}
    >>> both = with_published(told(Scenario(), said), said)
    >>> [each.middle for each in both.evidence if each.about == "upkeep_share"]
    [0.5]
    """
    said = {*answers, *(each.about for each in found.evidence)}
    uncertain, _ = known_of(found.scenario)
    published = tuple(
        each
        for each in published_evidence()
        if not any(said.issuperset(names) for names in _same_as(each.about))
        and (each.about in MEASURES or each.about in uncertain)
    )
    return found._replace(evidence=(*found.evidence, *published))


def _same_as(about: str) -> tuple[frozenset[str], ...]:
    """Return what says as much as a statement about something, each together."""
    return (frozenset({about}), *map(frozenset, _SAYS_AS_MUCH.get(about, ())))


_SAYS_AS_MUCH: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "models_per_person": (("models_live", "people"),),
    "value_per_developer_year": (("value_per_year",), ("value_per_model_year",)),
    "outages_per_model_year": (("outages_per_month",), ("incidents.pipeline_per_year",)),
}
"""Of which figures it is answered what says as much."""


def _logged_as(said: Statement | Count, logged: Evidence) -> str:
    """Return the log that says what was answered; nothing if there is none."""
    of_causes = said.about in _OUTAGES
    for each in logged:
        # The rates of all causes are the same outages.
        if each.about == said.about or (of_causes and each.about.startswith("incidents.")):
            return printable(each.source, 200)
    return ""


_OUTAGES = ("outages_per_month", "outages_per_model_year")


_ROUNDED = 0.02
"""Of what was said; what is set may differ by less without a word."""
_STAGES = {_MODELS: "production", "portfolio.initial_ideas": "idea"}
"""What a client's portfolio says itself, by the stage of its models."""


def _listed(imported: ImportedPortfolio, name: str) -> int:
    return sum(model.stage == _STAGES[name] for model in imported.models)


def _at_odds(imported: ImportedPortfolio | None, question: Question, said: Statement) -> str:
    """Return that a portfolio says otherwise, as a sentence; nothing if it does not."""
    if imported is None or question.about not in _STAGES:
        return ""
    count = _listed(imported, question.about)
    if said.low <= count <= said.high:
        return ""
    answered = value_in_words(said.middle, question.unit)
    return (
        f"The portfolio lists {value_in_words(count, question.unit)}, and {answered} was answered"
        f" to {question.name}: the portfolio counts."
    )


def _rounded(scenario: Scenario, question: Question, said: Statement) -> list[str]:
    """Return that a number is set which is another than was said, as it has to be whole."""
    number = mean_at(scenario, question.about)
    if said.how == "between" or abs(number - said.middle) <= _ROUNDED * said.middle:
        return []
    answered = value_in_words(said.middle, question.unit)
    return [
        f"{answered} was answered to {question.name}: {number:,.0f} is set, as it has to be whole."
    ]


def _with(scenario: Scenario, name: str, said: Statement) -> Scenario:
    """Return a scenario with a number set as it was said, and its range if it has one."""
    known = None if said.how == "exactly" else Spread(said.low, said.high, percent=said.percent)
    return _set(scenario, name, said.middle, known, said.source, "client")


def _set(
    scenario: Scenario,
    name: str,
    value: float,
    known: Spread | None,
    source: str,
    confidence: SourceKind,
) -> Scenario:
    """Return a scenario with a number, and what is known of it; whole if it has to be."""
    low, high = (value, value) if known is None else (known.low, known.high)
    allowed = _bounds_of(name)
    most = allowed.get("le", math.inf)
    value, high = min(value, most), min(high, most)
    if isinstance(value_at(scenario, name), int):
        value = max(round(value), 1)
        low = max(min(math.floor(low), value), allowed["ge"])
        high = max(math.ceil(high), value)
    scenario = with_values(scenario, {name: value}, source=source, confidence=confidence)
    # Also where it is the default: who says so knows it.
    scenario = with_sources(scenario, [name], source, confidence)
    if known is None or low == high:
        return scenario
    return with_range(scenario, name, low=low, high=high, percent=known.percent, source=source)


def _in_proportion(before: Scenario, after: Scenario) -> Scenario:
    """Return a scenario in which what goes by size, and nobody states, goes with it."""
    sized = {
        each.name: each.knowledge
        for each in catalogue()
        if isinstance(each.knowledge, Spread)
        and each.knowledge.in_proportion_to
        and source_of(after, each.name) is None
        and value_at(after, each.name) == each.default
    }
    for name, known in sized.items():
        factor = _factor_of(name, sized, before, after)
        if factor != 1.0:
            after = _times(after, name, factor, known)
    return after


def _factor_of(name: str, sized: Mapping[str, Spread], before: Scenario, after: Scenario) -> float:
    """Return how many times larger a value is for what is set."""
    if name in sized:
        others = sized[name].in_proportion_to.items()
        return math.prod(
            math.pow(_factor_of(other, sized, before, after), exponent)
            for other, exponent in others
        )
    if name == _MODELS and after.imported is not None:
        return max(_listed(after.imported, name), 1) / mean_at(before, name)
    return mean_at(after, name) / mean_at(before, name)


def _times(scenario: Scenario, name: str, factor: float, known: Spread) -> Scenario:
    sized = Spread(known.low * factor, known.high * factor, percent=known.percent)
    # Three digits: it is read, and no more is known of it.
    value = float(f"{mean_at(scenario, name) * factor:.3g}")
    source = "in proportion to what was answered"
    return _set(scenario, name, value, sized, source, "judgement")
