"""Tokens: each model once where it is, and a person beside each task that is worked on."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import htpy as h
from markupsafe import Markup as Safe, escape

from modelops_abm.app.watch.geometry import (
    HEADING,
    ROW,
    Grid,
    Places,
    grid,
    grids,
)
from modelops_abm.app.watch.snapshot import ModelView, Organisation
from modelops_abm.app.watch.words import SHORT_CAUSES, counted, doing, label, occupation
from modelops_abm.charts.figure import Box
from modelops_abm.core.events import TaskClass
from modelops_abm.core.statechart import Serving, State
from modelops_abm.formats import number

SHAPES: dict[State, str] = {
    State.BUILD: "work",
    State.DEPLOYMENT: "work",
    State.ONLINE: "online",
    State.RETRAINING: "retraining",
    State.OFFLINE_ISSUE: "issue",
    State.OFFLINE_DRIFT: "drift",
}
"""CSS classes of the tokens; an idea is a cell of the backlog."""
_FRAME_STATES = (State.ONLINE, State.RETRAINING, State.OFFLINE_ISSUE, State.OFFLINE_DRIFT)
CAPABILITY_ROW = 20
"""Height of a row of the work on capabilities."""
_PERSON, _BESIDE = 20, 14
_WIDEST_DIGITS = 2
"""Digits that a token has room for as they are; more are drawn narrower."""
_RETIRED_SHOWN = 12
BUILDERS_SHOWN = 5
"""Of those who work on one capability; of more their number is said."""
_NOTE = 34
"""Height of two lines at the foot of a box."""
# As many tasks as the box has rows for, each in words; of more, tokens and a summary below them.
_DETAILED_ROWS = 3
_SUMMARY = 32
_MOST_LETTERS = 27
"""Of a line of the summary, for which there is room."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words beside a task, or below several.

    Attributes
    ----------
    place
        Whose words they are, and where; others are new words, and wait for the tokens to arrive.
    left, top, width
        In pixels.
    first, second
        The lines.
    """

    place: str
    left: float
    top: float
    width: float
    first: str
    second: str


@dataclass
class Placed:
    """What has found a place in an organisation.

    Attributes
    ----------
    chosen
        Number of the model that is followed.
    tokens
        Markup by kind (``m`` model, ``a`` the empty place of a model that is away, ``d``
        developer) and number.
    words
        Words beside tasks.
    more
        How many found no place, by box.
    """

    chosen: int | None
    tokens: dict[tuple[str, int], Safe] = field(default_factory=dict)
    words: list[Words] = field(default_factory=list)
    more: dict[str, int] = field(default_factory=dict)

    def add_model(self, model: ModelView, x: float, y: float, cells: Grid) -> None:
        """Put a model's token at a place."""
        is_chosen = model.number == self.chosen
        self.tokens["m", model.number] = _token(model, x, y, cells, is_chosen=is_chosen)

    def add_developer(
        self, developer: int, x: float, y: float, size: int = _PERSON, does: str = ""
    ) -> None:
        """Put a person beside a token of a size; what it does is said if the place does not."""
        self.tokens["d", developer] = _person(developer, x, y, size, does)

    def markup(self) -> Safe:
        """Return all tokens in an order that never changes, so that moves are not cut short."""
        return Safe("".join(self.tokens[key] for key in sorted(self.tokens)))


def place_tokens(organisation: Organisation, places: Places, chosen: int | None) -> Placed:
    """Return every token of an organisation where it is.

    Parameters
    ----------
    organisation
        The organisation.
    places
        The boxes.
    chosen
        Number of the model that is followed.
    """
    placed = Placed(chosen)
    of_state = organisation.of_state
    _production(placed, organisation, places.online)
    # One after the other: a model in retraining that an issue strikes is in repair alone, so that
    # no model has two tokens.
    for name, box, states in (
        ("repair", places.repair, (State.OFFLINE_ISSUE, State.OFFLINE_DRIFT)),
        ("retraining", places.retraining, (State.RETRAINING,)),
    ):
        _tasks(placed, name, of_state(*states), box, short=places.narrow)
    _making(placed, "build", of_state(State.BUILD), places.build)
    _making(placed, "deployment", of_state(State.DEPLOYMENT), places.deployment)
    _retired(placed, organisation, places.retired)
    _builders(placed, organisation, places.capabilities)
    _source_repairs(placed, organisation, places.repair)
    return placed


def _production(placed: Placed, organisation: Organisation, box: Box) -> None:
    """Give every model in production a place of its own, which stays empty while it is away."""
    # So that nobody else's token moves when one goes to repair, and it comes back where it was.
    models = organisation.of_state(*_FRAME_STATES)
    cells = grid(box, len(models))
    for model, (x, y) in zip(models, cells, strict=False):
        if model.state is State.ONLINE:
            placed.add_model(model, x, y, cells)
        else:
            placed.tokens["a", model.number] = _away(model, x, y, cells.size)
        _beside(placed, model, x, y, cells)
    placed.more["online"] = max(0, len(models) - cells.capacity)


def _beside(placed: Placed, model: ModelView, x: float, y: float, cells: Grid) -> None:
    """Put those who add capacity or answer a request at the corner of the model's own place."""
    # There also while it is away: their work goes on beside its repair or retraining. In the room
    # that its disc and the next ones leave free, so that they stand on none; several crowd there.
    works = [work for work in model.beside if work.developer is not None]
    free = cells.pitch * math.sqrt(2.0) - cells.size
    size = math.floor(min(_BESIDE, 0.9 * free) * (1.0 if len(works) == 1 else 0.75))
    corner = (cells.pitch + cells.size - size) / 2.0
    for place, work in enumerate(works):
        assert work.developer is not None
        aside = 0.6 * size * (place - (len(works) - 1) / 2.0)
        does = f"{occupation(work)} {model.name}"
        placed.add_developer(work.developer, x + corner + aside, y + corner, size, does)


def _tasks(
    placed: Placed, name: str, models: Sequence[ModelView], box: Box, *, short: bool
) -> None:
    """Place models that are repaired or retrained, each with words if there is room for them."""
    inside = Box(box.left + 10, box.top + HEADING + 2, box.width - 14, box.height - HEADING - 4)
    if len(models) <= _DETAILED_ROWS:
        _detailed(placed, name, models, inside, short=short)
        return
    tokens = Box(inside.left, inside.top, inside.width, inside.height - _SUMMARY)
    pairs = grid(tokens, len(models), across=2)
    lines = _summary(models, max(0, len(models) - pairs.capacity))
    placed.words.append(Words(name, inside.left, tokens.bottom, inside.width, *lines))
    for model, (x, y) in zip(models, pairs, strict=False):
        placed.add_model(model, x + pairs.pitch - 4, y, pairs)
        developer = model.developer
        if developer is not None:
            placed.add_developer(developer, x, y, pairs.size)


def _summary(models: Sequence[ModelView], unseen: int) -> tuple[str, str]:
    """Return why models are looked after, and how many of them are, in two short lines."""
    causes = Counter(doing(model)[0] for model in models)
    tasks = [model.work for model in models]
    parts = [f"{number(sum(model.developer is not None for model in models))} at work"]
    if unseen:
        parts.append(f"+{number(unseen)} more")
    else:
        waiting = sum(task is not None and task.developer is None for task in tasks)
        states = ((waiting, "wait"), (tasks.count(None), "heal"))
        parts += [counted(many, verb) for many, verb in states if many]
    (first, most), *others = causes.most_common()
    words = ", ".join(f"{number(many)} {why}" for why, many in causes.most_common())
    if len(words) > _MOST_LETTERS:
        words = f"{number(most)} {first}, {number(sum(many for _, many in others))} other"
    return words, ", ".join(parts)


def _detailed(
    placed: Placed, name: str, models: Iterable[ModelView], inside: Box, *, short: bool
) -> None:
    beside, behind = (2, 31) if short else (6, 36)
    for row, model in enumerate(models):
        x, y = inside.left + _PERSON + beside, inside.top + row * ROW
        cells = grid(Box(x, y, 26, 26), 1)
        placed.add_model(model, x, y, cells)
        developer = model.developer
        if developer is not None:
            placed.add_developer(developer, x - _PERSON - beside, y, 26)
        first, second = doing(model)
        if short:
            first, second = SHORT_CAUSES.get(first, first), second.partition(",")[0]
        left = x + behind
        place, width = f"{name} {row} {model.number}", inside.right + 4 - left
        placed.words.append(Words(place, left, y - 3, width, first, second))


def _making(placed: Placed, name: str, models: Sequence[ModelView], box: Box) -> None:
    """Place models in build or deployment: a ring says how far each is."""
    inside = Box(box.left + 10, box.top + HEADING + 4, box.width - 16, box.height - HEADING - 30)
    lengths = [1 if model.developer is None else 2 for model in models]
    cells, starts = _places_of(inside, lengths)
    for model, start in zip(models, starts, strict=False):
        placed.add_model(model, *cells.corner(start), cells)
        if model.developer is not None:
            placed.add_developer(model.developer, *cells.corner(start + 1), cells.size)
    placed.more[name] = len(models) - len(starts)


def _places_of(inside: Box, lengths: Sequence[int]) -> tuple[Grid, list[int]]:
    """Return the largest grid with room for a person beside each token at work, and the places.

    If none is small enough, it is the one with the smallest tokens; then some have no place.
    """
    for cells in grids(inside):
        starts = cells.starts(lengths)
        ends = [start + length for start, length in zip(starts, lengths, strict=True)]
        if max(ends, default=0) <= cells.capacity:
            break
    return cells, [start for start, end in zip(starts, ends, strict=True) if end <= cells.capacity]


def _retired(placed: Placed, organisation: Organisation, box: Box) -> None:
    """Place the latest of the retired."""
    below = _NOTE if organisation.failed_builds else 0
    inside = Box(box.left + 10, box.top + 68, box.width - 16, box.height - 76 - below)
    cells = grid(inside, _RETIRED_SHOWN, largest=12)
    for (model, name), (x, y) in zip(reversed(organisation.retired), cells, strict=False):
        ring = " chosen" if model == placed.chosen else ""
        token = _button(model, f"retired{ring}", x, y, cells.size, "", name, "")
        placed.tokens["m", model] = token


def _builders(placed: Placed, organisation: Organisation, box: Box) -> None:
    """Place the developers who work on capabilities, each in the row of its capability."""
    invested = [number for number, stock in enumerate(organisation.stocks) if stock.invested]
    for row, capability in enumerate(invested):
        builders = organisation.developers_at(TaskClass.CAPABILITY, capability)
        shown = builders[:BUILDERS_SHOWN]
        crowding = min(14.0, 20.0 / max(1, len(shown) - 1))
        for place, developer in enumerate(shown):
            x = box.left + 10 + crowding * place
            placed.add_developer(developer, x, box.top + HEADING + CAPABILITY_ROW * row)


def _source_repairs(placed: Placed, organisation: Organisation, box: Box) -> None:
    """Place the developers who repair a source, which has no token, beside the heading."""
    repairing = (
        each.number
        for each in organisation.developers
        if each.task_class is TaskClass.REPAIR and each.of is None
    )
    for place, developer in enumerate(repairing):
        x = max(box.right - 48 - _BESIDE * place, box.left + 58)  # right of the heading
        placed.add_developer(developer, x, box.top + 6, _BESIDE, "repairs a shared source")


def _token(model: ModelView, x: float, y: float, cells: Grid, *, is_chosen: bool) -> Safe:
    classes = SHAPES[model.state]
    if model.serving is Serving.PREVIOUS:
        classes += " previous"
    if is_chosen:
        classes += " chosen"
    progress = ""
    if model.work is not None and model.state is not State.ONLINE:
        progress = f"--p:{100.0 * model.work.progress:.0f}%;"
    text = label(model.number) if cells.numbered else ""
    words = f"{model.name}: {', '.join(doing(model))}"
    return _button(model.number, classes, x, y, cells.size, text, words, progress)


def _button(
    model: int, classes: str, x: float, y: float, size: int, text: str, words: str, style: str
) -> Safe:
    """Return a token, written out: htpy takes ten times as long, for hundreds of tokens a day."""
    narrow = ' class="narrow"' * (len(text) > _WIDEST_DIGITS)
    return Safe(
        f'<button class="token {classes} s{size}" data-key="m{model}" data-model="{label(model)}"'
        f' data-action="follow" data-value="{model}" title="{escape(words)}"'
        f' style="{style}transform:translate({x:.0f}px,{y:.0f}px)">'
        f'<b{narrow} aria-hidden="true">{text}</b></button>'
    )


def _away(model: ModelView, x: float, y: float, size: int) -> Safe:
    return Safe(
        f'<i class="away s{size}" data-key="a{model.number}"'
        f' style="transform:translate({x:.0f}px,{y:.0f}px)"></i>'
    )


def _person(developer: int, x: float, y: float, size: int, does: str) -> Safe:
    # Moved by a transform, which the browser animates without laying the page out again.
    # It shrinks around its middle; a larger place has it in the middle of its height.
    inside = (size - _PERSON) / 2
    place = f"translate({x + min(0, inside):.0f}px,{y + inside:.0f}px)"
    if size < _PERSON:
        place += f" scale({size / _PERSON:.2f})"
    return Safe(
        f'<i class="person" data-key="d{developer}"'
        f' title="{escape(f"Developer {label(developer)} {does}".strip())}"'
        f' style="transform:{place}"></i>'
    )


def backlog(organisation: Organisation, box: Box) -> tuple[h.Element, int]:
    """Return the ideas as cells, the best first, darker the more they promise; and the rest.

    Returns
    -------
    cells
        Those that find a place in the box.
    unseen
        How many ideas have no cell.
    """
    ideas = sorted(organisation.of_state(State.IDEA), key=lambda idea: (-idea.score, idea.number))
    inside = Box(box.left + 12, box.top + HEADING + 4, box.width - 20, box.height - HEADING - 30)
    cells = grid(inside, len(ideas), largest=12)
    best = ideas[0].score if ideas else 1.0
    drawn = h.g(".backlog")[
        (
            _cell(idea, x, y, cells.size, idea.score / best if best > 0.0 else 0.5)
            for idea, (x, y) in zip(ideas, cells, strict=False)
        )
    ]
    return drawn, max(0, len(ideas) - cells.capacity)


def _cell(idea: ModelView, x: float, y: float, size: int, promise: float) -> Safe:
    words = f"{idea.name}: ${number(idea.score)} a year per developer-day"
    # By a power below 1: most ideas promise far less than the best, and would all look alike.
    opacity = 0.12 + 0.7 * max(0.0, min(1.0, promise)) ** 0.7
    return Safe(
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{size}" height="{size}" rx="2"'
        f' fill-opacity="{opacity:.2f}" data-action="follow" data-value="{idea.number}">'
        f"<title>{escape(words)}</title></rect>"
    )
