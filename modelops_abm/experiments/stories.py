"""Stories: what happens to an organisation, and what a plan is worth to it then.

A story is data, in `stories.toml` beside this file. It is told by two pairs over common random
numbers: a plan and its baseline as they are, and both again with what happens. So all that is said
of it is a difference in one and the same future. `docs/decisions/0047` says why stories are no
presets.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from types import MappingProxyType
from typing import Any, NamedTuple, Unpack

import pandas as pd

from modelops_abm import formats
from modelops_abm.core import outcomes
from modelops_abm.core.registry import simulator_version
from modelops_abm.experiments.comparison import Comparison
from modelops_abm.experiments.comparison_runs import compare
from modelops_abm.experiments.finance import returns_of
from modelops_abm.experiments.running import Keeping, refuses_unknown
from modelops_abm.experiments.spread import OVER_DRAWS, over_in_words, unknown_as_json
from modelops_abm.experiments.statistics import Estimate, PairedDifference
from modelops_abm.experiments.words import ON_PAID, ON_WHOLE_COST, return_in_words
from modelops_abm.representation import Reported, Row, Table, in_short, numbers, plain_rows, words
from modelops_abm.scenario import Scenario, with_values
from modelops_abm.scenario.fields import known_by
from modelops_abm.scenario.presets import preset
from modelops_abm.text import all_of


class Story(NamedTuple):
    """What happens to an organisation.

    Attributes
    ----------
    name, title, description
        By which it is asked for, in a few words, and in a sentence.
    plan
        The preset whose worth is asked for.
    organisation
        Values in which both sides depart from the preset, by dotted name.
    values
        What happens: values of the scenario, by dotted name.

    Examples
    --------
    >>> found = story("half_the_team_leaves")
    >>> found.plan, sorted(found.values)
    ('all_five', ['changes'])
    """

    name: str
    title: str
    description: str
    plan: str
    organisation: Mapping[str, Any]
    values: Mapping[str, Any]

    @property
    def quiet(self) -> Scenario:
        """The plan of an organisation to which nothing happens."""
        return self.quiet_of(preset(self.plan))

    def quiet_of(self, plan: Scenario) -> Scenario:
        """Return a plan of the organisation to which nothing happens."""
        if not self.organisation:
            return plan
        return with_values(plan, self.organisation, source=f"story {self.name}")

    @property
    def scenario(self) -> Scenario:
        """The plan of the organisation to which it happens."""
        return self.happens_to(preset(self.plan))

    def happens_to(self, plan: Scenario) -> Scenario:
        """Return a plan of the organisation to which it happens."""
        named = {"name": self.name, "description": self.description}
        values = {**self.values, **named}
        return with_values(self.quiet_of(plan), values, source=f"story {self.name}")

    @property
    def known(self) -> frozenset[str]:
        """Names of the values that it is told of, before it happens as well: these are as set.

        What changes on a day is a change from what there was, and both are part of the story.
        """
        changed = {name for each in self.scenario.changes for name in each.values}
        return frozenset({*self.organisation, *changed})


def _stated() -> Iterator[Story]:
    told = tomllib.loads(files(__package__).joinpath("stories.toml").read_text("utf-8"))
    for name, facts in told.items():
        yield Story(**{"name": name, "plan": "all_five", "organisation": {}, **facts})


STORIES: Mapping[str, Story] = MappingProxyType({each.name: each for each in _stated()})
"""All stories by name."""


def story(name: str) -> Story:
    """Return the story with a name.

    Raises
    ------
    InputError
        If there is none; it suggests the nearest name.

    Examples
    --------
    >>> story("no_incidents").values["incidents.pipeline_per_year"]
    0.0
    """
    return known_by(name, STORIES, "story")


@dataclass(frozen=True, repr=False)
class Told(Reported):
    """Stories, each with what it changes and what the plan is worth in it.

    Attributes
    ----------
    stories
        The stories that were told.
    quiet, pressed
        The plan and its baseline without what happens, and with it: a pair for each story.

    See Also
    --------
    tell : gives it, and has an example.
    """

    stories: tuple[Story, ...]
    quiet: tuple[Comparison, ...]
    pressed: tuple[Comparison, ...]

    @property
    def replications(self) -> int:
        """Futures of each scenario, the same for all."""
        return self.quiet[0].replications

    def _facts(self) -> dict[str, str]:
        return {
            "stories": in_short([each.name for each in self.stories]),
            "replications": in_short(self.replications),
        }

    def change(self, name: str, outcome: str, *, with_plan: bool = False) -> PairedDifference:
        """Return what a story changes in an outcome of the run summary.

        Parameters
        ----------
        name
            Name of the story.
        outcome
            Name of the outcome.
        with_plan
            Whether to an organisation with the plan, or to its baseline.

        Raises
        ------
        KeyError
            If there is no such story, or no such outcome.
        """
        sides = [each.plan if with_plan else each.baseline for each in self._pair(name)]
        quiet, pressed = (side.outcome(outcome) for side in sides)
        return PairedDifference(pressed - quiet)

    def change_of_worth(self, name: str) -> PairedDifference:
        """Return how much more the plan is worth in $ because of a story.

        Raises
        ------
        KeyError
            If there is no such story.
        """
        quiet, pressed = (each.difference("npv").values for each in self._pair(name))
        return PairedDifference(pressed - quiet)

    def _pair(self, name: str) -> tuple[Comparison, Comparison]:
        return self._pairs[name]

    @cached_property
    def _pairs(self) -> dict[str, tuple[Comparison, Comparison]]:
        names = [each.name for each in self.stories]
        return dict(zip(names, zip(self.quiet, self.pressed, strict=True), strict=True))

    def table(self) -> pd.DataFrame:
        """Return what each story changes in every outcome: of the baseline, of the plan.

        Columns `before` and `after` are means, `half_width` is that of the difference.
        """
        rows = [
            (each.name, side, outcome.name, *self._change_row(each.name, outcome.name, side))
            for each in self.stories
            for side in ("baseline", "plan")
            for outcome in outcomes.SUMMARY
        ]
        columns = ["story", "side", "outcome", "before", "after", "difference", "half_width", "n"]
        return pd.DataFrame(rows, columns=columns)

    def _change_row(self, name: str, outcome: str, side: str) -> tuple[Any, ...]:
        quiet, pressed = (each.means(outcome) for each in self._pair(name))
        place = 0 if side == "plan" else 1
        known = self.change(name, outcome, with_plan=side == "plan").estimate
        return quiet[place], pressed[place], known.mean, known.half_width, known.n

    def sentence(self) -> str:
        """Return which story costs most, and where the plan is worth more or less because of it."""
        if (as_set := self.as_set) is None:
            return self._in_words()
        spread = "the spread of what the plan is worth"
        return over_in_words(as_set.sentence(), self._in_words(), self.quiet[0].unknown, spread)

    @property
    def as_set(self) -> Told | None:
        """The same at the values as set, if it is over draws of what the organisation may be."""
        if all(each.over is None for each in (*self.quiet, *self.pressed)):
            return None
        quiet, pressed = (
            # A story that states all that is drawn is as set.
            tuple(each if each.over is None else each.over.as_set for each in pairs)
            for pairs in (self.quiet, self.pressed)
        )
        return Told(self.stories, quiet, pressed)

    def _in_words(self) -> str:
        changes = [self.change(each.name, "npv").estimate for each in self.stories]
        lowest = min(range(len(changes)), key=lambda place: changes[place].mean or 0.0)
        cost = _money(changes[lowest])
        found = [f"Lowest without the plan: {_quoted(self.stories[lowest])}, {cost}."]
        for verdict, said in (("earns", "more"), ("loses", "less")):
            named = [
                _quoted(each)
                for each in self.stories
                if self.change_of_worth(each.name).verdict == verdict
            ]
            if named:
                found.append(f"The plan is worth {said} because of {all_of(named)}.")
        return " ".join(found)

    def tables(self) -> tuple[Table, ...]:
        """Return what each story changes without the plan and with it, and the plan's worth."""
        without = self._changes("without-plan", "without the plan", with_plan=False)
        with_plan = self._changes("with-plan", "with the plan", with_plan=True)
        return (without, with_plan, self._worths(), Table("stories", numbers=self.table))

    def _changes(self, name: str, where: str, *, with_plan: bool) -> Table:
        headings = ("net present value", "availability, points", "abandoned", "delivered")
        rows = [
            Row((each.title, *self._cells(each.name, with_plan=with_plan))) for each in self.stories
        ]
        caption = f"What each story changes {where}, with half the 95 % interval."
        return Table(name, (*words(f"Story, {where}"), *numbers(*headings)), rows, caption)

    def _cells(self, name: str, *, with_plan: bool) -> Iterator[str]:
        cells: tuple[tuple[str, Callable[[Estimate], str]], ...] = (
            ("npv", _money),
            ("availability", _points),
            ("retired_abandoned", _count),
            ("models_delivered", _count),
        )
        for outcome, in_words in cells:
            yield in_words(self.change(name, outcome, with_plan=with_plan).estimate)

    def _worths(self) -> Table:
        headings = ("worth then", "because of it", f"per $ {ON_PAID}", "per $ of all", "paid back")
        rows = [
            Row(
                (
                    each.title,
                    _money(self._pair(each.name)[1].finance.npv),
                    _money(self.change_of_worth(each.name).estimate),
                    *_returns(self._pair(each.name)[1]),
                )
            )
            for each in self.stories
        ]
        caption = (
            "What the plan is worth in each story, and the part of it that the story makes; per $"
            f" {ON_PAID} and {ON_WHOLE_COST}, which has the team's time, too."
        )
        return Table("worth", (*words("Story, the plan"), *numbers(*headings)), rows, caption)

    def notes(self) -> str:
        """Return what each story is."""
        plans = [f"{each.title}: {each.description}{_plan_of(each)}" for each in self.stories]
        read = "Intervals are chance only; what is assumed may be wrong by more."
        return "\n".join([*plans, read if self.as_set is None else f"{OVER_DRAWS}."])

    def to_json(self) -> dict[str, Any]:
        """Return what each story changes as plain data."""
        rows = plain_rows(self.table())
        worth = {
            each.name: [pair.finance.npv.mean for pair in self._pair(each.name)]
            for each in self.stories
        }
        found = {"version": simulator_version(), "stories": rows, "worth": worth}
        if (as_set := self.as_set) is not None:
            alone = as_set.to_json()
            found["at_the_values_as_set"] = {name: alone[name] for name in ("stories", "worth")}
            found.update(unknown_as_json(self.quiet[0].unknown))
        return found


def _quoted(each: Story) -> str:
    return f"\u201c{each.title}\u201d"  # titles have commas


def _plan_of(each: Story) -> str:
    return "" if each.plan == "all_five" else f" The plan is {each.plan.replace('_', ' ')}."


def _money(known: Estimate) -> str:
    if known.mean is None:
        return formats.NOTHING
    return formats.money_and_error(known.mean, known.half_width, signed=True)


def _points(known: Estimate) -> str:
    if known.mean is None:
        return formats.NOTHING
    text = formats.points(known.mean, half_width=known.half_width).removesuffix(" points")
    width = formats.known(known.mean, known.half_width)
    return _with_error(text, None if width is None else 100.0 * width)


def _count(known: Estimate) -> str:
    if known.mean is None:
        return formats.NOTHING
    text = formats.difference(known.mean, half_width=known.half_width)
    return _with_error(text, formats.known(known.mean, known.half_width))


def _with_error(text: str, width: float | None) -> str:
    if width is None:
        return text
    return f"{text} ±{formats.number(width, len(text.partition('.')[2]))}"


def _returns(pair: Comparison) -> tuple[str, ...]:
    """Return both returns, and the day of payback."""
    texts = (return_in_words(*found)[0] for found in returns_of(pair.finance))
    return (*texts, pair.paid_back.when)


@refuses_unknown
def tell(
    stories: Sequence[Story] = (),
    replications: int = 200,
    *,
    plans: Mapping[str, Scenario] = MappingProxyType({}),
    **keeping: Unpack[Keeping],
) -> Told:
    """Tell stories: run each with and without what happens, both without and with the plan.

    Parameters
    ----------
    stories
        Which; all of them if there are none.
    replications
        How many futures of each of the four scenarios.
    plans
        The plan of each preset, as another organisation has it; those that are missing are the
        preset's own.
    keeping
        See `running.Keeping`; `progress` counts the comparisons. Of draws, what a story states is
        left out.

    Raises
    ------
    Cancelled, InputError, ValueError
        As `compare` does.

    Examples
    --------
    >>> quick = story("no_incidents")._replace(organisation={"horizon_days": 60})
    >>> told = tell([quick], 20)
    >>> told.change("no_incidents", "availability").verdict
    'earns'
    """
    chosen = tuple(stories) or tuple(STORIES.values())
    progress = keeping.get("progress")
    known: dict[tuple[Scenario, tuple[str, ...]], Comparison] = {}

    def told(plan: Scenario, stated: frozenset[str]) -> Comparison:
        draws = keeping.get("draws")
        rest = None if draws is None else draws.without(stated)
        # Many stories are of the same organisation.
        key = plan, () if rest is None else tuple(rest.columns)
        if key not in known:
            settings: Keeping = {**keeping, "progress": None, "draws": rest}
            known[key] = compare(plan, replications, **settings)
        return known[key]

    quiet, pressed = [], []
    for number, each in enumerate(chosen, start=1):
        plan = plans.get(each.plan) or preset(each.plan)
        # The numbers of the draws stay, so that both sides are of the same organisations.
        quiet.append(told(each.quiet_of(plan), each.known))
        pressed.append(told(each.happens_to(plan), each.known | frozenset(each.values)))
        if progress is not None:
            progress(2 * number, 2 * len(chosen))
    return Told(chosen, tuple(quiet), tuple(pressed))
