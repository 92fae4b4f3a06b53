"""Fitting: what follows from statements about an organisation for all that nobody knows of it.

Draws of what is known are run as the organisation is, and what they show is regressed on what they
are (`emulator`); draws of the belief are sampled from what was known, what was said and that
regression (`sampler`); these are run in turn, so that the regression is learned where it is needed.
Then runs decide in its place (`correction`), and some of the last draws are run once more, by
random numbers of their own: that is what the belief predicts. docs/decisions/0052 says why so, and
what else was tried.
"""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from scipy.special import digamma, logit, ndtr, ndtri, polygamma

from modelops_abm.arrays import Floats
from modelops_abm.core.randomness import checked_seed
from modelops_abm.core.registry import simulator_version
from modelops_abm.disk import read_file, write_whole
from modelops_abm.errors import InputError, Problem
from modelops_abm.evidence.belief import Belief, Contradiction, digest_of_known
from modelops_abm.evidence.correction import (
    RUNS_OF_EACH,
    Rule,
    Seen,
    Work,
    corrected,
    log_of_runs,
    runs_of,
)
from modelops_abm.evidence.emulator import Emulator, fitted
from modelops_abm.evidence.measures import MEASURES, WINDOW_DAYS, as_it_is, measured, models_today
from modelops_abm.evidence.sampler import Sample, at_right_angles, product, sample, slopes
from modelops_abm.evidence.statements import EXACTLY, Count, Evidence, Statement
from modelops_abm.experiments.draws import Draws, draws_at, known_of, needed_for, shares_of
from modelops_abm.runs import stream
from modelops_abm.scenario import Scenario
from modelops_abm.scenario.fields import nearest
from modelops_abm.scenario.knowledge import PERCENT
from modelops_abm.text import printable

type Shown = Mapping[str, Floats]
type Progress = Callable[[int, int], None]

_FAR = 5.0
"""In logarithms: what is farther off than this is regressed as if it were this far."""
_OUTSIDE = 1.2
"""Half ranges off at which a statement is looked at without itself."""
_MOST_LOOKED_AT = 3
_LEAST = float(np.log(1.0 + EXACTLY) / ndtri(0.5 + PERCENT / 200.0))
"""Standard deviation that is left to what a log says beside chance: as of what is said exactly."""


class Size(NamedTuple):
    """How much work a fit is."""

    draws: int = 2_000
    """Of the belief; a multiple of 40 (`sampler.STEPS`, `correction.STATES`)."""
    rounds: tuple[int, ...] = (300, 300, 600)
    """Draws from which the regression learns, round by round, each run `RUNS_OF_EACH` times; the
    first are of what is known."""
    checked: int = 400
    """Draws of the belief that are run to see what it predicts."""


SIZE = Size()


class Simulator(Protocol):
    """Shows what draws of an organisation show, each with random numbers of its own."""

    names: Sequence[str]
    """Of what it shows."""

    def __call__(self, draws: Draws, first: int) -> Shown:
        """Return what each draw shows, by name; the n-th as replication first + n."""


@dataclass
class Runs:
    """Runs each draw once as the organisation is: what it shows are the `MEASURES`.

    Attributes
    ----------
    seed
        Of the random numbers.
    executor, cancel
        As `stream` has them.
    """

    seed: int = 0
    executor: Executor | None = None
    cancel: threading.Event | None = None
    names: Sequence[str] = tuple(MEASURES)

    def __call__(self, draws: Draws, first: int) -> Shown:
        """Return all measures of each draw."""
        batches = stream(
            [as_it_is(draws.scenario)],
            len(draws),
            first=first,
            draws=replace(draws, first=first),
            seed=self.seed,
            executor=self.executor,
            cancel=self.cancel,
        )
        totals = np.concatenate([batch.totals[0] for batch in batches])
        return measured(totals, WINDOW_DAYS, models_today(draws.scenario, draws))


class Journal:
    """Keeps what was run, so that the same fit goes on where it was stopped.

    Parameters
    ----------
    path
        A file; made when the first is written. What is no such file is taken for empty.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._known = path, dict[str, Floats]()
        with suppress(OSError, ValueError, KeyError, zipfile.BadZipFile):
            content = io.BytesIO(read_file(path, _LARGEST_JOURNAL))
            with np.load(content, allow_pickle=False) as arrays:
                self._known = {name: arrays[name] for name in arrays.files}

    def look_up(self, draws: Draws, first: int, run: Simulator) -> Shown:
        """Return what draws show, run only if it is not known."""
        key = self._key(draws, first)
        found = self._known.get(key)
        if found is None or found.shape != (len(run.names), len(draws)):
            shown = run(draws, first)
            found = np.array([shown[name] for name in run.names])
            self._known[key] = found
            content = io.BytesIO()
            np.savez(content, allow_pickle=False, **self._known)
            write_whole(self._path, content.getvalue(), replace=True)
        return dict(zip(run.names, found, strict=True))

    def close(self) -> None:
        """Remove the file: the fit is done."""
        self._path.unlink(missing_ok=True)

    def _key(self, draws: Draws, first: int) -> str:
        text = f"{simulator_version()} {first} {as_it_is(draws.scenario).model_dump_json()}"
        digest = hashlib.sha256(text.encode())
        for name, column in draws.columns.items():
            digest.update(f"{name}{column.tolist()}".encode())
        return digest.hexdigest()


_LARGEST_JOURNAL = 100_000_000


def fit(
    scenario: Scenario,
    evidence: Evidence = (),
    *,
    seed: int = 0,
    simulator: Simulator | None = None,
    executor: Executor | None = None,
    cancel: threading.Event | None = None,
    progress: Progress | None = None,
    on_belief: Callable[[Belief], None] | None = None,
    journal: Journal | None = None,
    size: Size = SIZE,
) -> Belief:
    """Return what follows from statements for all that is uncertain in a scenario.

    Parameters
    ----------
    scenario
        What is known: values, with their ranges.
    evidence
        The statements, in any order. Those about a value that is uncertain need no run; the others
        are about a measure.
    seed
        Decides on everything.
    simulator
        Shows what a draw shows; if None, it is run (`Runs`).
    executor
        As `stream` has it.
    cancel
        Set it from another thread to stop within a second or two: the fit raises `Cancelled`.
    progress
        Called every 500 runs or so, in the thread of the fit, with the runs done and those there
        will be ("1,200 of 40,800 organisations tried"): the latter is a guess until the end, may
        grow on the way and is never less than the former.
    on_belief
        Called in that thread with each belief on the way, the first after 600 runs, a few seconds,
        and not with the one that is returned. Those on the way rest on a regression alone: they are
        wider, predict nothing yet, and look for no contradictions (`Belief.is_settled` is False).
    journal
        Keeps what is run, so that the same call goes on where it was stopped.
    size
        How much work it is.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    InputError
        If a statement is about nothing that is uncertain or shown, or is impossible.
    ValueError
        If the seed is no whole number of 0 or more.

    Examples
    --------
    >>> from modelops_abm.evidence.statements import exactly
    >>> class Focus:
    ...     names = ["focus"]
    ...
    ...     def __call__(self, draws, first):
    ...         return {"focus": draws.columns["team.focus"]}
    >>> said = exactly("team.focus", 0.7, "logit-normal")
    >>> belief = fit(Scenario(), (said,), simulator=Focus())
    >>> bool(abs(belief.draws.columns["team.focus"].mean() - 0.7) < 0.02)
    True
    """
    run = simulator or Runs(checked_seed(seed, "seed"), executor, cancel)
    work = _Fit(_Question(scenario, evidence, run), seed, run, size, cancel, progress, journal)
    for belief in work.beliefs():
        if on_belief is not None and not belief.is_settled:
            on_belief(belief)
    return belief


class _Question:
    """Evidence as likelihoods over standard normals.

    Parameters
    ----------
    scenario, evidence, run
        As `fit` has them.
    """

    def __init__(self, scenario: Scenario, evidence: Evidence, run: Simulator) -> None:
        self.scenario = scenario
        # In an order of their own, so that the belief does not depend on that of the files.
        self.evidence: Evidence = tuple(sorted(evidence, key=repr))
        self._known = known_of(scenario)
        self.names = tuple(self._known[0])
        _check(scenario, self.evidence, self.names, run.names)
        self.direct = tuple(each for each in self.evidence if each.about in self.names)
        self.shown = tuple(each for each in self.evidence if each.about not in self.names)
        needed = needed_for(scenario, [each.about for each in self.direct])
        self._needed = {name: self.names.index(name) for name in needed}
        scales = [_scale(each) for each in self.shown]
        self.said = np.array([middle for middle, _ in scales])
        self.spread = np.array([deviation for _, deviation in scales])
        self._is_computed = np.array(
            [isinstance(each, Statement) and each.how == "computed" for each in self.shown], bool
        )

    def without(self, each: Statement | Count, run: Simulator) -> _Question:
        """Return the same question without one of the statements."""
        rest = list(self.evidence)
        rest.remove(each)
        return _Question(self.scenario, tuple(rest), run)

    def prior(self, count: int, seed: int) -> Floats:
        """Return draws of what is known: draws x dimensions."""
        return np.array([ndtri(shares_of(name, count, seed)) for name in self.names]).T

    def draws(self, places: Floats, seed: int = 0) -> Draws:
        """Return the organisations at places."""
        shares = ndtr(places.T)
        by_name = dict(zip(self.names, shares, strict=True))
        return draws_at(self.scenario, by_name, seed=seed, known=self._known)

    def known(self, places: Floats) -> Mapping[str, Floats]:
        """Return the values at places that statements are about."""
        if not self.direct:
            return {}
        shares = {name: ndtr(places[:, column]) for name, column in self._needed.items()}
        columns = draws_at(self.scenario, shares, known=self._known).columns
        return {each.about: columns[each.about].astype(np.float64) for each in self.direct}

    def log_of_known(self, places: Floats) -> Floats:
        """Return the logarithm of the likelihood of what needs no run."""
        known, found = self.known(places), np.zeros(len(places))
        for each in self.direct:
            found = found + each.log_likelihood(known[each.about])
        return found

    def slopes_of_known(self, places: Floats) -> Floats:
        """Return how what needs no run changes with places."""
        if not self.direct:
            return np.empty((len(self.names), 0))
        known = self.known(places)
        columns = [scaled(each, known[each.about]) for each in self.direct]
        return slopes(places, np.array(columns).T)

    def values(self, shown: Shown) -> Floats:
        """Return what runs showed in the scale of the regression: runs x statements."""
        columns = [scaled(each, shown[each.about]) for each in self.shown]
        return np.array(columns).T if columns else np.empty((_length(shown), 0))

    def rule(self, emulator: Emulator, slopes_of_known: Floats) -> Rule:
        """Return how likely what was said about measures is."""
        spread = self._beside(emulator.chance)
        inverse = np.linalg.inv(emulator.covariance + np.diag(spread**2))

        def regressed(places: Floats) -> Floats:
            apart = emulator.mean(places) - self.said
            return np.asarray(-0.5 * (product(apart, inverse) * apart).sum(axis=1))

        def of_runs(seen: Seen) -> Floats:
            return log_of_runs(seen, self.said, spread, emulator.chance)

        linear = emulator.coefficients[1 : 1 + len(self.names)]
        directions = np.concatenate([slopes_of_known, linear], axis=1)
        return Rule(regressed, of_runs, at_right_angles(directions))

    def _beside(self, chance: Floats) -> Floats:
        """Return the standard deviation of what was said that the chance of a run does not have.

        The range that is computed from a log is of its own chance: that of some years of one
        organisation, as a run is. Both together would count it twice.
        """
        own = np.sqrt(np.maximum(self.spread**2 - np.diag(chance), _LEAST**2))
        return np.where(self._is_computed, np.minimum(own, self.spread), self.spread)

    def sampled(
        self,
        prior: Floats,
        emulator: Emulator | None,
        seed: int,
        cancel: threading.Event | None,
    ) -> Sample:
        """Return draws of the belief by the regression, or without any if nothing needs runs.

        Raises
        ------
        Cancelled
            If `cancel` was set.
        InputError
            If the evidence is impossible.
        """
        slopes_of_known = self.slopes_of_known(prior)
        if emulator is None:
            directions = at_right_angles(slopes_of_known)
            with _possible():
                return sample(self.log_of_known, directions, prior, seed, cancel=cancel)
        rule = self.rule(emulator, slopes_of_known)

        def log(places: Floats) -> Floats:
            return self.log_of_known(places) + rule.regressed(places)

        with _possible():
            return sample(log, rule.directions, prior, seed, cancel=cancel)


class _Fit:
    """A fit on its way."""

    def __init__(
        self,
        question: _Question,
        seed: int,
        run: Simulator,
        size: Size,
        cancel: threading.Event | None,
        progress: Progress | None,
        journal: Journal | None,
    ) -> None:
        self._question, self._seed, self._run_one, self._size = question, seed, run, size
        self._cancel, self._progress, self._journal = cancel, progress, journal
        self._prior = question.prior(size.draws, seed)
        self._slopes_of_known = question.slopes_of_known(self._prior)
        self._done = 0
        self._all = size.checked
        if question.shown:
            self._all += RUNS_OF_EACH * sum(size.rounds) + runs_of(size.draws)
        self._places = np.empty((0, len(question.names)))
        self._runs = np.empty((0, RUNS_OF_EACH, len(question.shown)))
        self._emulator: Emulator | None = None

    def beliefs(self) -> Iterator[Belief]:
        """Yield beliefs as they settle."""
        sampled = self._sampled()
        for count in self._size.rounds if self._question.shown else ():
            self._look(_some(sampled.places, count))
            self._learn()
            sampled = self._sampled()
            yield self._belief(sampled, {}, ())
        if self._question.shown:
            work = Work(self._question.log_of_known, self._look, self._learn)
            with _possible():
                sampled = corrected(work, sampled.places, self._seed, cancel=self._cancel)
        shown = self._run(_some(sampled.places, self._size.checked))
        yield self._belief(sampled, shown, self._contradictions(sampled, shown))

    def _look(self, places: Floats) -> Seen:
        """Run draws, some times each, and remember what they show."""
        runs = self._question.values(self._run(np.repeat(places, RUNS_OF_EACH, axis=0)))
        runs = runs.reshape(len(places), RUNS_OF_EACH, -1)
        # All that is run counts, whether a chain went there or not: what was kept was favoured.
        self._places = np.concatenate([self._places, places])
        self._runs = np.concatenate([self._runs, runs])
        return Seen.of(runs)

    def _learn(self) -> Rule:
        question = self._question
        self._emulator = fitted(
            self._places, self._runs, question.said, question.spread, self._emulator
        )
        return question.rule(self._emulator, self._slopes_of_known)

    def _sampled(self) -> Sample:
        return self._question.sampled(self._prior, self._emulator, self._seed, self._cancel)

    def _run(self, places: Floats) -> Shown:
        draws, first = self._question.draws(places), self._done
        shown = (
            self._run_one(draws, first)
            if self._journal is None
            else self._journal.look_up(draws, first, self._run_one)
        )
        self._done += len(places)
        if self._progress is not None:
            # How many steps of tempering there are is not known before.
            self._progress(self._done, max(self._all, self._done))
        return shown

    def _belief(
        self, sampled: Sample, shown: Shown, contradictions: tuple[Contradiction, ...]
    ) -> Belief:
        question = self._question
        moved = [product(sampled.places, self._slopes_of_known)]
        if self._emulator is not None:
            moved.append(self._emulator.mean(sampled.places))
        effective = sampled.effective_count(np.concatenate(moved, axis=1))
        places = np.median(sampled.places, axis=0)
        end = float(ndtri(0.5 + PERCENT / 200.0))
        return Belief(
            scenario=question.scenario,
            evidence=question.evidence,
            draws=question.draws(sampled.places, self._seed),
            effective=min(effective, sampled.distinct_count),
            predictions=dict(shown),
            contradictions=contradictions,
            at_edge=tuple(
                name for name, place in zip(question.names, places, strict=True) if abs(place) > end
            ),
            seed=self._seed,
            version=simulator_version(),
            runs=self._done,
            known=digest_of_known(question.scenario),
        )

    def _contradictions(self, sampled: Sample, shown: Shown) -> tuple[Contradiction, ...]:
        """Look without themselves at statements that the belief does not meet."""
        if len(self._question.evidence) < 2:
            return ()
        known = self._question.known(sampled.places)
        off = {
            place: _half_ranges_off(each, {**shown, **known}[each.about])
            for place, each in enumerate(self._question.evidence)
        }
        worst = sorted((place for place in off if off[place] > _OUTSIDE), key=lambda it: -off[it])
        looked = (self._without(place) for place in worst[:_MOST_LOOKED_AT])
        return tuple(each for each in looked if each is not None)

    def _without(self, place: int) -> Contradiction | None:
        """Return what the other statements say of one, if that is something else."""
        question, each = self._question, self._question.evidence[place]
        rest = question.without(each, self._run_one)
        emulator = None
        if rest.shown:
            emulator = fitted(
                self._places,
                self._runs[:, :, [self._place_of(other) for other in rest.shown]],
                rest.said,
                rest.spread,
            )
        sampled = rest.sampled(self._prior, emulator, self._seed, self._cancel)
        if each in question.direct:
            values = question.known(sampled.places)[each.about]
        else:
            self._all += self._size.checked // 2
            values = self._run(_some(sampled.places, self._size.checked // 2))[each.about]
        low, high = np.nanquantile(values, [0.05, 0.95])
        said_low, said_high = each.range
        if low <= said_high and said_low <= high:
            return None
        return Contradiction(each.about, said_low, said_high, float(low), float(high))

    def _place_of(self, each: Statement | Count) -> int:
        return self._question.shown.index(each)


@contextmanager
def _possible() -> Iterator[None]:
    """Say in words that evidence is impossible."""
    try:
        yield
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            "none of the organisations that are thought possible is as it was said"
        ) from None


def scaled(each: Statement | Count, values: Floats) -> Floats:
    """Return values in the scale of a statement, logarithms or logits, none too far from it."""
    middle, _ = _scale(each)
    is_share = isinstance(each, Statement) and each.family == "logit-normal"
    with np.errstate(divide="ignore", invalid="ignore"):
        found = logit(values) if is_share else np.log(values)
    return np.clip(found, middle - _FAR, middle + _FAR)


def _scale(each: Statement | Count) -> tuple[float, float]:
    """Return middle and standard deviation of what was said, in its scale."""
    if isinstance(each, Count):
        # Of the logarithm of a rate that has a Gamma distribution.
        middle = float(digamma(each.events + 0.5) - np.log(each.years))
        return middle, float(np.sqrt(polygamma(1, each.events + 0.5)))
    to = np.log if each.family == "lognormal" else logit
    low, middle, high = (float(to(value)) for value in (each.low, each.middle, each.high))
    units = float(ndtri(0.5 + each.percent / 200.0))
    # Both halves together: nearly always they are alike.
    return middle, float(np.sqrt(((middle - low) ** 2 + (high - middle) ** 2) / 2.0) / units)


def _half_ranges_off(each: Statement | Count, values: Floats) -> float:
    middle, deviation = _scale(each)
    end = float(ndtri(0.5 + PERCENT / 200.0))
    there = scaled(each, values)
    if not np.isfinite(there).any():
        return np.inf
    return float(abs(np.nanmedian(there) - middle) / (deviation * end))


def _some(places: Floats, count: int) -> Floats:
    """Return so many of the draws at equal distances."""
    return places[np.linspace(0, len(places) - 1, count).astype(np.int64)]


def _length(shown: Shown) -> int:
    return len(next(iter(shown.values()))) if shown else 0


def weighable(scenario: Scenario, evidence: Evidence) -> tuple[Evidence, tuple[str, ...]]:
    """Return the statements that a fit can weigh, and in sentences what is not uncertain.

    What somebody states of a scenario counts before what a log says of the same.
    """
    _, left_out = known_of(scenario)
    kept = tuple(each for each in evidence if each.about not in left_out)
    notes = (
        f"What {printable(each.source, 200)} says of {each.about} is not weighed:"
        f" it is not uncertain ({left_out[each.about]})."
        for each in evidence
        if each.about in left_out
    )
    return kept, tuple(notes)


def _check(
    scenario: Scenario, evidence: Evidence, names: Sequence[str], shown: Sequence[str]
) -> None:
    """Raise an InputError if a statement is about nothing that can be compared with it."""
    _, left_out = known_of(scenario)
    problems = []
    for each in evidence:
        if each.about in names or each.about in shown:
            continue
        field = printable(each.about, 200)
        if each.about in left_out:
            message = f"is not uncertain ({left_out[each.about]}), so nothing can be learned of it"
            problems.append(Problem(message, field=field))
        else:
            meant = nearest(each.about, [*shown, *names])
            message = "is neither a measure nor a value of the scenario"
            problems.append(Problem(message, field=field, suggestion=meant))
    if problems:
        raise InputError(problems)
