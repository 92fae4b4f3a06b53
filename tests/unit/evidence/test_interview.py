"""The interview: how answers are typed and filed, what is refused, and what follows from them."""

import re
from datetime import date

import pytest
from hypothesis import example, given, strategies as st

from modelops_abm import with_values
from modelops_abm.errors import InputError
from modelops_abm.evidence.benchmarks import subject_of
from modelops_abm.evidence.interview import (
    QUESTIONS,
    answers_text,
    load_answers,
    next_question,
    parse_answer,
    read_answers,
    to_statements,
    told,
)
from modelops_abm.evidence.measures import MEASURES
from modelops_abm.evidence.statements import about, between, exactly
from modelops_abm.experiments.draws import draws_of
from modelops_abm.scenario import ImportedPortfolio, PortfolioModel, Scenario, catalogue
from modelops_abm.scenario.sources import source_of


def said(text):
    return parse_answer(text)[1]


@pytest.mark.parametrize(
    ("text", "how", "low", "middle", "high"),
    [
        ("outages_per_month=28", "exactly", 28 / 1.05, 28.0, 28 * 1.05),
        ("outages_per_month~28", "about", 28 / 1.2, 28.0, 28 * 1.2),
        ("outages_per_month=~28", "about", 28 / 1.2, 28.0, 28 * 1.2),
        (" outages_per_month = about 28 ", "about", 28 / 1.2, 28.0, 28 * 1.2),
        ("outages_per_month=20..45", "between", 20.0, 30.0, 45.0),
        ("outages_per_month= 2 .. 4.5 a week ", "between", None, 3 * 365 / 84, None),
        ("outages_per_month=336 a year", "exactly", None, 28.0, None),
        ("outages_per_month=1 outage per day", "exactly", None, 365 / 12, None),
        ("time_to_restore_hours=2 days", "exactly", None, 48.0, None),
        ("time_to_restore_hours=30 min", "exactly", None, 0.5, None),
        ("idea_to_live_months=2 years", "exactly", None, 24.0, None),
        ("models_delivered_per_year=1 a month", "exactly", None, 12.0, None),
        ("retraining_interval_days=1 week", "exactly", None, 7.0, None),
        ("value_per_year=$5M", "exactly", None, 5e6, None),
        ("value_per_year=5 M$", "exactly", None, 5e6, None),
        ("value_per_year=0.5..5M", "between", 5e5, None, 5e6),
        ("users=12k", "exactly", None, 12_000.0, None),
        ("people=8 developers", "exactly", None, 8.0, None),
        ("upkeep_share=45%", "exactly", None, 0.45, None),
        ("upkeep_share=0.45", "exactly", None, 0.45, None),
        ("upkeep_share=35..45%", "between", 0.35, None, 0.45),
        ("availability=99.5 %", "exactly", None, 0.995, None),
    ],
)
def test_an_answer_is_read_as_it_is_typed(text, how, low, middle, high):
    found = said(text)
    assert found.how == how
    for value, expected in ((found.low, low), (found.middle, middle), (found.high, high)):
        if expected is not None:
            assert value == pytest.approx(expected)
    assert found.family == subject_of(found.about).family


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("outages_per_month=0,125", "write 0.125"),
        ("availability=99,9 %", "write 99.9 %"),
        ("users=1,200", "write 1200, or 1.2 for the fraction"),
        ("value_per_year=$5,000,000", "write 5000000"),
        ("value_per_year=5.000.000,00", "write 5000000.00"),
        ("outages_per_month=28 hours", "is in outages a month"),
        ("time_to_restore_hours=28 a month", "is in hours"),
        ("people=8 models", "is in developers"),
        ("upkeep_share=45", "write 45% or 0.45"),
        ("upkeep_share=0%", "more than 0 %"),
        ("upkeep_share=100%", "less than 100 %"),
        ("upkeep_share=20..120%", "less than 100 %"),
        ("outages_per_month=0", "more than 0"),
        ("outages_per_month=-3", "more than 0"),
        ("outages_per_month=1e999", "more than 0"),
        ("outages_per_month=many", "write a number of outages a month"),
        ("outages_per_month=", "write a number of outages a month"),
        ("outages_per_month=50..20", "smaller number first"),
        ("outages_per_month=20..20", "smaller number first"),
        ("outages_per_month=..20", "write a number"),
        ("outages_per_month=20..", "write a number"),
        ("outages_per_month=20..30..40", "write a number"),
        ("value_per_year=4.5", "write 4.5M for millions, 4.5k for thousands, or 0.0045k"),
        ("value_per_year=4..7", "write 4M for millions"),
        ("value_per_year=4M-7M", "write a range as 4M..7M"),
        ("time_to_restore_hours=20 to 50 h", "write a range as 20..50 h"),
        ("users=1.000", "write 1000, or 1 for the fraction"),
        ("availability=99.9", "write 99.9% or 0.999"),
        ("outage_per_month=28", "did you mean outages_per_month"),
        ("28", "NAME=VALUE"),
        ("outages_per_month", "NAME=VALUE"),
    ],
)
def test_what_is_no_answer_is_refused_with_what_to_write(text, words):
    with pytest.raises(InputError, match=re.escape(words)):
        parse_answer(text)


@given(st.text(max_size=40), st.sampled_from([*QUESTIONS]))
def test_whatever_is_typed_is_an_answer_or_an_error(text, name):
    try:
        found = parse_answer(f"{name}={text}")[1]
    except InputError:
        return
    assert 0.0 < found.low < found.middle < found.high


FILE = b"""\
source = "Ms Lee, platform lead"
models_live = 22
upkeep_share = "~45%"
outages_per_month = "20..50"
idea_to_live_months = { about = 9 }
time_to_restore_hours = { between = [8, 60], percent = 80, source = "on-call lead" }
availability = { exactly = "98.5%" }
"""


def test_a_file_of_answers_is_read():
    answers = read_answers(FILE, "answers.toml")
    assert list(answers) == [
        *("models_live", "upkeep_share", "outages_per_month", "idea_to_live_months"),
        *("time_to_restore_hours", "availability"),
    ]
    assert [each.how for each in answers.values()] == [
        *("exactly", "about", "between", "about", "between", "exactly"),
    ]
    assert answers["time_to_restore_hours"].percent == 80.0
    assert answers["time_to_restore_hours"].source == "on-call lead"
    assert answers["models_live"].source == "Ms Lee, platform lead"
    assert answers["models_live"].about == "portfolio.initial_models"


def test_a_file_may_be_yaml_and_names_itself_as_the_source(tmp_path):
    path = tmp_path / "answers.yaml"
    path.write_text("people: 8\nusers: 10k..20k\n")
    answers = load_answers(path)
    assert answers["people"].source == "file answers.yaml"
    assert answers["users"].low == 10_000.0


def test_everything_that_is_wrong_with_a_file_is_said_at_once_with_its_line():
    content = b"""\
models_live = 22
outage_per_month = 28

upkeep_share = 45
users = [1, 2]
people = { about = 8, exactly = 9 }
availability = { sure = 0.9 }
time_to_restore_hours = { between = [8] }
idea_to_live_months = { about = 9, percent = "most" }
value_per_year = true
"""
    with pytest.raises(InputError) as refused:
        read_answers(content, "answers.toml")
    lines = [re.match(r"answers.toml, line (\d+): ", str(each)) for each in refused.value.problems]
    assert [int(found[1]) for found in lines if found] == [2, 4, 5, 6, 7, 8, 9, 10]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"people = ", "line 1: not valid TOML"),
        (b"people = 8\npeople = 9", "given twice"),
        (b"source = 3\npeople = 8", "line 1: source"),
        (b"\xff\xfe", "UTF-16"),
        (
            b"people = { about = 8, percent = 150 }",
            "people: percent is 150; must be a number from 1",
        ),
        (b"people = { about = 8, percent = 99.95 }", "line 1: people: percent is 99.95"),
        (b"people = { about = 8, source = 5 }", "people: source is 5; must be text"),
        (b"people = 1e308", "people is '1e\\+308'; may be 10,000 at most"),
        (b"[team]\ndevelopers = 5", "is a scenario, and holds no answers"),
    ],
)
def test_a_file_that_is_none_is_refused(content, words):
    with pytest.raises(InputError, match=words):
        read_answers(content, "answers.toml")


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        load_answers(tmp_path / "answers.toml")


NAMES = st.sampled_from([*QUESTIONS])


@st.composite
def statements(draw):
    name = draw(NAMES)
    question = QUESTIONS[name]
    family = subject_of(question.about).family
    share = family == "logit-normal"
    most = 5_000.0 if question.is_set else 1e6  # twice as many are allowed of all that is set
    low = draw(st.floats(0.01, 0.4) if share else st.floats(0.5, most))
    how = draw(st.sampled_from([exactly, about, None]))
    source = draw(st.text(max_size=10))
    if how is None:
        return name, between(question.about, low, low * 2.0, family, source)
    return name, how(question.about, low, family, source)


@given(st.lists(statements(), max_size=5))
@example([("models_live", between("portfolio.initial_models", 0.9375, 1.875, "lognormal", ""))])
@example([("value_per_year", about("value_per_year", 1234.0, "lognormal", ""))])
def test_what_is_written_is_read_again(pairs):
    answers = dict(pairs)
    content = answers_text(answers).encode()
    if not answers:
        return
    again = read_answers(content, "answers.toml")
    for name, given_answer in answers.items():
        found = again[name]
        assert (found.about, found.how, found.percent) == (
            given_answer.about,
            given_answer.how,
            given_answer.percent,
        )
        assert found.middle == pytest.approx(given_answer.middle)
        assert (found.low, found.high) == pytest.approx((given_answer.low, given_answer.high))
        assert not given_answer.source or found.source == given_answer.source


def test_every_question_has_an_answer_in_its_own_unit():
    for name, question in QUESTIONS.items():
        assert question.asks.endswith("?")
        value = "0.4" if question.unit == "share" else "4"
        unit = {"share": "", "$": "k"}.get(question.unit, question.unit)
        assert said(f"{name}={value} {unit}").about == question.about


def test_questions_are_asked_in_order_and_none_twice():
    answers = {}
    asked = []
    while (question := next_question(answers)) is not None:
        asked.append(question.name)
        answers[question.name] = said(
            f"{question.name}={'0.4' if question.unit == 'share' else '4000'}"
        )
    assert asked == [name for name in QUESTIONS if name != "value_per_model_year"]
    # Who said what a model is worth need not say what all of them are.
    other = {"value_per_model_year": said("value_per_model_year=200k")}
    skipped = {**{name: said(f"{name}=4") for name in ("models_live", "people")}, **other}
    assert next_question(skipped).name == "upkeep_share"


def test_evidence_does_not_depend_on_the_order_of_answers():
    answers = dict([parse_answer("users=4"), parse_answer("models_live=9")])
    answers |= dict([parse_answer("outages_per_month=28")])
    backwards = dict(reversed(answers.items()))
    assert to_statements(answers) == to_statements(backwards)
    assert [each.about for each in to_statements(answers)] == ["outages_per_month", "users"]
    assert all(each.about in MEASURES for each in to_statements(answers))


def test_models_and_people_are_set_with_their_range():
    answers = dict([parse_answer("models_live=20..30"), parse_answer("people=6", "the lead")])
    found = told(Scenario(), answers)
    assert found.evidence == found.notes == ()
    assert found.scenario.portfolio.initial_models == 24  # the middle by ratios, in whole models
    assert found.scenario.team.developers == 6
    models = source_of(found.scenario, "portfolio.initial_models")
    people = source_of(found.scenario, "team.developers")
    assert (models.low, models.high, models.confidence) == (20.0, 30.0, "client")
    assert (people.source, people.is_uncertain) == ("the lead", False)
    draws = draws_of(found.scenario, 200)
    assert "team.developers" not in draws.columns
    drawn = draws.columns["portfolio.initial_models"]
    assert 0.8 < ((drawn >= 20) & (drawn <= 30)).mean() < 0.98


def test_what_goes_by_size_goes_with_it_and_stays_unknown():
    before = Scenario()
    models = 2 * before.portfolio.initial_models
    found = told(before, {"models_live": said(f"models_live={models}")}).scenario
    assert found.team.developers == 2 * before.team.developers
    assert found.portfolio.initial_ideas == 2 * before.portfolio.initial_ideas
    assert found.portfolio.ideas_per_year == 2 * before.portfolio.ideas_per_year
    assert found.portfolio.initial_builds == 2 * before.portfolio.initial_builds
    # Twice the developers for twice the models: what a prediction earns stays.
    largest = told(before, {"models_live": said("models_live=90000")}).scenario
    assert largest.portfolio.initial_ideas == 100_000, "no more are allowed"
    earned = before.model.value_per_prediction.mean
    assert found.model.value_per_prediction.mean == pytest.approx(earned)
    drawn = sorted(draws_of(found, 400).columns["team.developers"])
    assert found.team.developers == pytest.approx(drawn[200], rel=0.15)


@pytest.mark.parametrize(("answer", "number"), [("people=0.4", 1), ("people~2.5", 2)])
def test_who_is_no_whole_number_is_told_which_is_set(answer: str, number: int) -> None:
    found = told(Scenario(), {"people": said(answer)})
    assert found.scenario.team.developers == number
    (note,) = found.notes
    assert note.endswith(f"was answered to people: {number} is set, as it has to be whole.")
    assert told(Scenario(), {"people": said("people=2..5")}).notes == ()


def test_fewer_people_for_as_many_models_earn_less():
    before = Scenario()
    people = before.team.developers // 2
    found = told(before, {"people": said(f"people={people}")}).scenario
    share = people / before.team.developers
    assert found.portfolio.initial_models == before.portfolio.initial_models
    assert found.portfolio.initial_builds == round(before.portfolio.initial_builds * share)
    for name in ("value_per_prediction", "cost_per_prediction"):
        # To three digits, as it is read.
        earned = getattr(before.model, name).mean * share
        assert getattr(found.model, name).mean == pytest.approx(earned, rel=5e-3)


def test_a_file_that_leaves_its_source_empty_is_an_interview():
    answers = read_answers(b'source = ""\npeople = 4\n', "a.toml")
    assert answers["people"].source
    assert told(Scenario(), answers).scenario.team.developers == 4


def test_what_a_scenario_states_itself_stays():
    stated = with_values(Scenario(), {"portfolio.initial_ideas": 33}, source="a list")
    found = told(stated, {"models_live": said("models_live=48")}).scenario
    assert found.portfolio.initial_ideas == 33
    assert source_of(found, "portfolio.initial_ideas").source == "a list"


def test_no_answer_leaves_the_scenario_as_it_is():
    assert told(Scenario(), {}).scenario == Scenario()
    only_evidence = told(Scenario(), {"users": said("users=4000")})
    assert only_evidence.scenario == Scenario()
    assert len(only_evidence.evidence) == 1


def _of_client(count):
    models = tuple(PortfolioModel(id=str(number)) for number in range(count))
    values = {
        "imported": ImportedPortfolio(source="a list", models=models),
        "start_date": date(2026, 1, 1),
    }
    return with_values(Scenario(), values, source="a list", confidence="client")


def test_a_portfolio_counts_before_an_answer():
    scenario = _of_client(12)
    agreed = told(scenario, {"models_live": said("models_live~12")})
    assert agreed.notes == ()
    assert agreed.scenario.portfolio == told(scenario, {}).scenario.portfolio
    other = told(scenario, {"models_live": said("models_live~40")})
    assert other.notes == (
        "The portfolio lists 12 models, and 40 models was answered to models_live: the portfolio"
        " counts.",
    )
    assert other.scenario == agreed.scenario


def test_the_team_of_a_portfolio_goes_by_its_models_until_it_is_answered():
    assert told(_of_client(12), {}).scenario.team.developers == 4
    answered = told(_of_client(12), {"people": said("people=9")}).scenario
    assert answered.team.developers == 9


@pytest.mark.parametrize("text", ["models_live=1", "models_live~2", "people~1", "models_live=20k"])
def test_what_goes_by_size_stays_within_what_is_allowed(text):
    scenario = told(Scenario(), dict([parse_answer(text)])).scenario
    assert scenario.team.developers >= 1
    ranges = {each.name: (each.low, each.high) for each in scenario.sources if each.low is not None}
    for each in catalogue():
        if each.kind == "int" and each.name in ranges:
            low, high = ranges[each.name]
            assert each.bounds["ge"] <= low < high <= each.bounds["le"], each.name
