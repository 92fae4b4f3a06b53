"""What one, three and six answers change: a plan over what is still believed after each.

    python benchmarks/answers.py [--kept FOLDER] [--output docs/answers.md]

All five capabilities at once, for the reference: over organisations that fit what is published, and
over those that also fit some answers. Each step is what two commands give, which the page names.
It takes some eight minutes of processor time. What is done is kept in the folder, so that the same
command goes on where it was stopped. A test says when the page is out of date.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from modelops_abm import formats
from modelops_abm.evidence.belief import Belief, load_belief, save_belief
from modelops_abm.evidence.benchmarks import published_evidence
from modelops_abm.evidence.default import default_belief
from modelops_abm.evidence.fit import Journal, fit
from modelops_abm.evidence.interview import QUESTIONS, parse_answer, told, with_published
from modelops_abm.evidence.settling import settled
from modelops_abm.experiments import Comparison, compare, joint_draws
from modelops_abm.experiments.information import Worth
from modelops_abm.scenario import Scenario, fingerprint_of
from modelops_abm.scenario.presets import preset

PAGE = Path(__file__).resolve().parent.parent / "docs" / "answers.md"
PLAN = "all_five"
FUTURES = 2_000
ANSWERS = (
    "models_live=22",
    "people=8",
    "value_per_year=4M..7M",
    "outages_per_month=28",
    "upkeep_share=45%..60%",
    "time_to_restore_hours=20..50",
)
COUNTS = (0, 1, 3, 6)


class Step(NamedTuple):
    """What is believed after so many answers, and what follows for the plan, in words."""

    answers: int
    is_published: bool
    row: list[str]
    worth: dict[str, str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kept", type=Path, help="a folder for what is done, made if need be")
    parser.add_argument("--output", type=Path, default=PAGE)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        kept = given.kept or Path(folder)
        kept.mkdir(parents=True, exist_ok=True)
        steps = [
            step(count, is_published, kept)
            for is_published in (True, False)
            for count in COUNTS
            if count or is_published
        ]
    given.output.write_text(page(steps), encoding="utf-8")


def step(answers: int, is_published: bool, kept: Path) -> Step:
    """Return a step, from the folder if it is there."""
    name = f"{answers}{'-published' if is_published else ''}"
    file = kept / f"{name}.json"
    if not file.exists():
        belief = believed(answers, is_published, kept / f"{name}.parquet")
        plan, table = belief.of_plan(preset(PLAN))
        draws = joint_draws(plan, table, FUTURES)
        published = published_evidence()
        answered = [each.about for each in belief.evidence if each not in published]
        found = settled(compare(plan, FUTURES, draws=draws), answered, draws=draws)
        worth = {name: _worth(each.worth) for name, each in found.settles.items()}
        file.write_text(json.dumps([answers, is_published, _row(answers, belief, found), worth]))
    return Step(*json.loads(file.read_text()))


def believed(answers: int, is_published: bool, file: Path) -> Belief:
    """Return the belief of the first of the answers, from its file if it is there."""
    if answers == 0:
        return default_belief()
    if not file.exists():
        said = dict(parse_answer(text) for text in ANSWERS[:answers])
        known = told(Scenario(), said)
        known = with_published(known, said) if is_published else known
        journal = Journal(file.with_suffix(".unfinished"))
        save_belief(fit(known.scenario, known.evidence, journal=journal), file)
    return load_belief(file)


# --------------------------------------------------------------------------------------
# The page.

HEAD = """# What answers change

What all five capabilities are worth to the reference organisation, and how that changes when one
answers one question, three, and six. `python benchmarks/answers.py` writes this page: change it
there.

The answers, in the order in which they are given:

{answers}

Each row is what these two commands say, of {futures} futures, each with an organisation of its own:

```text
modelops-abm fit --published --answer {first} ... --output belief.parquet
modelops-abm compare --preset {plan} --belief belief.parquet --replications {count}
```

How sure the figures are: intervals hold 95 %, by the futures that were run. Two things are not in
them. Draws of a belief depend on each other; the last column has how many independent ones they are
worth, and where these are few, everything in the row is rougher than its interval. And all of it is
of this model: what it leaves out is in no interval.

An answer need not raise the chance that the plan pays, nor narrow what it may bring: it leads to
the organisations that are so, and theirs is what is told then.

<!-- made of: {made_of} -->
"""
PUBLISHED = """
## Among organisations that fit what is published

Without an answer these are the organisations that ship (`--belief published`), of 24 models. An
answer takes the place of a published figure on the same.

"""
RANGES = """
## Among all that are thought possible

The same answers without published figures (without `--published`): what they say by themselves.
Without any answer an average would be that of a few organisations of hundreds of models.

"""
WORTH = """
## What would be worth asking next

What the answer to one more question would be worth before deciding on the plan, with its 95 %
interval. "Cannot be told": these futures show neither that an answer is worth anything nor that it
is not. A dash: it is answered already, or all draws agree.
"""
COLUMNS = (
    "answers",
    "the plan pays in",
    "worth on average",
    "in half more than",
    "nine of ten gain",
    "of the spread nobody knows",
    "draws are worth",
)


def made_of() -> str:
    """Return what the page is of: other defaults, ranges, figures or rules make another."""
    return f"{fingerprint_of(default_belief().scenario)} {default_belief().known}"


def page(steps: Sequence[Step]) -> str:
    parts = [
        HEAD.format(
            answers="\n".join(f"{at}. `{each}`" for at, each in enumerate(ANSWERS, start=1)),
            futures=formats.number(FUTURES),
            count=FUTURES,
            plan=PLAN,
            first=ANSWERS[0],
            made_of=made_of(),
        )
    ]
    for is_published, words in ((True, PUBLISHED), (False, RANGES)):
        some = [each for each in steps if each.is_published == is_published]
        parts += [words, _table(COLUMNS, [each.row for each in some])]
    parts += [WORTH]
    for is_published, words in (
        (True, "among organisations that fit what is published"),
        (False, "among all that are thought possible"),
    ):
        some = [each for each in steps if each.is_published == is_published]
        heads = [_answers(each.answers) for each in some]
        rows = [
            [QUESTIONS[name].asks, *(each.worth.get(name, "\u2013") for each in some)]
            for name in _asked(some)
        ]
        parts += [f"\n{words.capitalize()}:\n\n", _table(["question", *heads], rows)]
    return "".join(parts)


def _row(answers: int, belief: Belief, found: Comparison) -> list[str]:
    npv, paid, unknown = found.finance.npv, found.chance, found.unknown
    return [
        _answers(answers),
        _share(paid.share, paid.low, paid.high),
        formats.money_and_error(npv.mean or 0.0, npv.half_width),
        formats.money(float(np.median(found.difference("npv").values)), signed=True),
        formats.money_interval(*found.percentiles),
        "" if unknown is None else _share(unknown.share, unknown.low, unknown.high),
        f"{belief.effective:,.0f} of {len(belief.draws):,}",
    ]


def _share(share: float, low: float, high: float) -> str:
    return f"{formats.share(share, 0)} ({formats.share_interval(low, high)})"


def _answers(count: int) -> str:
    return "none" if count == 0 else str(count)


def _asked(steps: Sequence[Step]) -> list[str]:
    """Return the questions that may be asked at some step, in the order of the interview."""
    asked = {name for each in steps for name in each.worth}
    return [name for name in QUESTIONS if name in asked]


def _worth(worth: Worth) -> str:
    if worth.low == worth.mean == worth.high == 0.0:
        return "nothing"
    if worth.low == worth.mean == 0.0:
        return "cannot be told" if worth.high is None else f"up to {formats.money(worth.high)}"
    if worth.high is None:
        return f"{formats.money(worth.mean)}, at least {formats.money(worth.low)}"
    return f"{formats.money(worth.mean)} ({formats.money_interval(worth.low, worth.high)})"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


if __name__ == "__main__":
    main()
