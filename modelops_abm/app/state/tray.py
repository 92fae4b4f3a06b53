"""The tray: plans that a visitor keeps by name, each with its answer over the same futures.

First the tray and how it changes; then the text as which the browser keeps it for its tab.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from modelops_abm.app.state.link import LONGEST, Linked, query_of, read_query
from modelops_abm.app.state.plan import Plan
from modelops_abm.scenario import InputError

if TYPE_CHECKING:
    from modelops_abm.app.state.answer import Answer
    from modelops_abm.experiments import Comparison


MOST_KEPT = 12
LONGEST_NAME = 80


@dataclass(frozen=True)
class Kept:
    """A plan that was kept.

    Attributes
    ----------
    name
        What the visitor calls it; no two in a tray have the same.
    plan
        The plan, with the team, horizon, assumptions and portfolio that it had.
    answer
        What it is worth against its own baseline, as far as it is known; None if nothing is.
    """

    name: str
    plan: Plan
    answer: Answer | None = None

    @property
    def comparison(self) -> Comparison | None:
        """The comparison of its answer."""
        return None if self.answer is None else self.answer.comparison

    def is_answered(self, seed: int, futures: int, *, is_over: bool = False) -> bool:
        """Tell whether its answer is of so many futures with a seed, and of all of them.

        Parameters
        ----------
        seed, futures
            Of the futures, and how many they are.
        is_over
            Whether it has to be over what the organisation may be as well.
        """
        answer = self.answer
        return (
            answer is not None
            and answer.is_settled
            and (answer.seed, answer.aim) == (seed, futures)
            and (answer.over is not None or not is_over)
        )


type Tray = tuple[Kept, ...]


def with_kept(tray: Tray, name: str, plan: Plan, answer: Answer | None) -> Tray:
    """Return the tray with another plan at its end.

    Raises
    ------
    InputError
        If the name is empty, too long or taken, or the tray is full.
    """
    if len(tray) >= MOST_KEPT:
        raise InputError(f"{MOST_KEPT} scenarios are kept already; remove one first")
    # The answer that is shown may still be that of the plan before.
    own = answer if answer is not None and answer.plan.key == plan.key else None
    return (*tray, Kept(_checked(tray, name), plan, own))


def without(tray: Tray, name: str) -> Tray:
    """Return the tray without the plan of a name."""
    return tuple(kept for kept in tray if kept.name != name)


def renamed(tray: Tray, old: str, new: str) -> Tray:
    """Return the tray with another name for a plan.

    Raises
    ------
    InputError
        If the new name is empty, too long or taken.
    """
    others = without(tray, old)
    return tuple(
        replace(kept, name=_checked(others, new)) if kept.name == old else kept for kept in tray
    )


def with_answer(tray: Tray, answer: Answer) -> Tray:
    """Return the tray with an answer for every plan that it answers, if it knows more."""
    return tuple(_informed(kept, answer) for kept in tray)


def _informed(kept: Kept, answer: Answer) -> Kept:
    is_over = answer.over is not None
    is_known = kept.is_answered(answer.seed, answer.aim, is_over=is_over)
    if kept.plan.key != answer.plan.key or is_known:
        return kept
    return replace(kept, answer=answer)


def _checked(tray: Tray, name: str) -> str:
    tidy = " ".join(name.split())
    if not tidy:
        raise InputError("a scenario that is kept needs a name")
    if len(tidy) > LONGEST_NAME:
        raise InputError(f"a name has at most {LONGEST_NAME} characters, not {len(tidy)}")
    if any(kept.name == tidy for kept in tray):
        raise InputError(f"a scenario is called '{tidy}' already; choose another name")
    return tidy


# --------------------------------------------------------------------------------------
# The tray as text that the browser keeps for its tab: of every plan its name and its link.


_LONGEST_TEXT = MOST_KEPT * (LONGEST + 6 * LONGEST_NAME + 20)  # a character is six at most in JSON


def tray_text(tray: Tray) -> str:
    """Return a tray as text, without answers and files; a plan that has no link is left out."""
    links = ((kept.name, query_of(Linked(kept.plan))) for kept in tray)
    # Answers are not kept: they are run again, by the version that is there after the reload.
    entries = [[name, query] for name, query in links if query is not None]
    return json.dumps(entries) if entries else ""


def read_tray(text: str, complete: Callable[[Linked], Plan]) -> Tray:
    """Return the tray that a text holds; what is wrong in it is left out.

    Parameters
    ----------
    text
        From a browser, which may send anything.
    complete
        Returns the plan of a link, with what no link can hold; raises `InputError` if it lacks
        anything.
    """
    tray: Tray = ()
    for name, query in _entries(text):
        try:
            tray = with_kept(tray, name, complete(read_query(query)), None)
        except InputError:
            continue
    return tray


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """Yield names and queries, as many as a tray holds."""
    entries: Any = []
    if len(text) <= _LONGEST_TEXT:
        try:
            entries = json.loads(text or "[]")
        except (ValueError, RecursionError):
            return
    for entry in entries[:MOST_KEPT] if isinstance(entries, list) else ():
        match entry:
            case [str(name), str(query)] if name.isprintable():
                yield name, query
