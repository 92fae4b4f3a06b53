"""The default belief: what the table that ships was made of, and what it says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from modelops_abm import Scenario
from modelops_abm.cli.options import scenario_to_run
from modelops_abm.evidence.belief import digest_of_known
from modelops_abm.evidence.benchmarks import BENCHMARKS, DERIVED, published_evidence
from modelops_abm.evidence.default import belief_named, default_belief
from modelops_abm.evidence.fit import fit
from modelops_abm.evidence.measures import MEASURES
from modelops_abm.scenario import fingerprint_of

FILE = "modelops_abm/evidence/published.parquet"
MODELS = f"portfolio.initial_models={Scenario().portfolio.initial_models}"
ANEW = (
    f"Make the default belief anew: rm {FILE}; modelops-abm fit --published --set {MODELS}"
    f" --draws 1000 --output {FILE}"
)


def organisation() -> Scenario:
    """Return what the default belief is of."""
    return scenario_to_run(None, None, (MODELS,), None, None)


def test_the_table_was_made_of_the_defaults_ranges_and_figures_of_today() -> None:
    belief = default_belief()
    assert belief.scenario == organisation(), f"A default has changed. {ANEW}"
    assert belief.known == digest_of_known(organisation()), f"A range has changed. {ANEW}"
    published = tuple(sorted(published_evidence(), key=repr))
    assert belief.evidence == published, f"A published figure has changed. {ANEW}"


def test_it_is_fit_for_use() -> None:
    belief = default_belief()
    assert not belief.doubts()
    belief.draws.check(organisation())
    # A page sends 400 futures of two lucks each.
    assert len(belief.draws) >= 200


def test_what_it_predicts_lies_within_what_is_published() -> None:
    said = {each.about: each for each in default_belief().evidence if each.about in MEASURES}
    predicted = default_belief().predicted()
    assert len(said) >= 5
    for about, each in said.items():
        middle = predicted.loc[about, "middle"]
        assert each.low < middle < each.high, about


def test_every_figure_that_can_be_compared_is_evidence_or_says_why_not() -> None:
    for name, known in BENCHMARKS.items():
        assert not (known.is_evidence and known.only_shown), name
        assert not (known.is_evidence and known.about in DERIVED), f"{name} needs `only_shown`"
        if known.only_shown:
            assert known.comparable, f"{name} says twice that it is no evidence"


def test_figures_of_one_thing_are_one_statement_that_spans_them() -> None:
    said = {each.about: each for each in published_evidence()}
    figures = [known for known in BENCHMARKS.values() if known.is_evidence]
    assert set(said) == {known.about for known in figures}
    for known in figures:
        low, high = known.range
        assert said[known.about].low <= low < high <= said[known.about].high
    both = [BENCHMARKS[name] for name in ("upkeep_developers", "upkeep_toil")]
    odds = [known.figure / (1.0 - known.figure) for known in both]
    middle = said["upkeep_share"].middle
    assert middle / (1.0 - middle) == pytest.approx(np.sqrt(odds[0] * odds[1]))


def test_it_is_named_and_read_once() -> None:
    assert belief_named("published") is default_belief()


@pytest.mark.slow(150)
def test_the_command_makes_the_same_table() -> None:
    """To 1e-6: other processors' exponentials and matrices differ in the last digits."""
    made = fit(organisation(), published_evidence()).thinned(len(default_belief().draws))
    assert made.effective == pytest.approx(default_belief().effective, rel=1e-6)
    for name, column in default_belief().draws.columns.items():
        is_number = column.dtype.kind in "if"  # a switch is a word, or yes and no
        found = made.draws.columns[name]
        if is_number:
            np.testing.assert_allclose(found, column, rtol=1e-6, err_msg=name)
        else:
            np.testing.assert_array_equal(found, column, err_msg=name)


def test_the_page_on_what_answers_change_is_of_the_defaults_ranges_and_figures_of_today() -> None:
    belief = default_belief()
    made_of = f"{fingerprint_of(belief.scenario)} {belief.known}"
    page = (Path(__file__).parents[3] / "docs" / "answers.md").read_text(encoding="utf-8")
    assert f"made of: {made_of}" in page, "Make it anew: python benchmarks/answers.py"
