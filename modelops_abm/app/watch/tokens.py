"""Tokens: each model once where it is, and a person beside each task that is worked on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import htpy as h
from markupsafe import Markup as Safe
from markupsafe import escape

from modelops_abm.app.watch.geometry import HEADING, ROW, Box, Grid, Places, grid
from modelops_abm.app.watch.snapshot import Lane, ModelView
from modelops_abm.app.watch.words import doing, label
from modelops_abm.events import TaskClass
from modelops_abm.formats import number
from modelops_abm.statechart import Serving, State

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
_PERSON = 20
_RETIRED_SHOWN = 12
_DETAILED_ROWS = 3


@dataclass
class Placed:
    """What has found a place in a lane.

    Attributes
    ----------
    tokens
        Markup by kind (``m`` model, ``a`` the empty place of a model that is away, ``d``
        developer) and number.
    details
        Words beside tasks: left, top, width, first line, second line.
    more
        How many found no place, by box.
    """

    tokens: dict[tuple[str, int], Safe] = field(default_factory=dict)
    details: list[tuple[float, float, float, str, str]] = field(default_factory=list)
    more: dict[str, int] = field(default_factory=dict)

    def add_model(
        self, model: ModelView, x: float, y: float, cells: Grid, chosen: int | None
    ) -> None:
        """Put a model's token at a place."""
        self.tokens["m", model.number] = _token(model, x, y, cells, chosen)

    def add_developer(self, developer: int, x: float, y: float, size: int = _PERSON) -> None:
        """Put a person beside a token of a size."""
        self.tokens["d", developer] = _person(developer, x, y, size)

    def markup(self) -> Safe:
        """Return all tokens in an order that never changes, so that moves are not cut short."""
        return Safe("".join(self.tokens[key] for key in sorted(self.tokens)))


def place_tokens(lane: Lane, places: Places, chosen: int | None) -> Placed:
    """Return every token of a lane where it is.

    Parameters
    ----------
    lane
        The organisation.
    places
        The boxes.
    chosen
        Number of the model that is followed.
    """
    placed = Placed()
    _production(placed, lane, places.online, chosen)
    for name, states in (
        ("repair", (State.OFFLINE_ISSUE, State.OFFLINE_DRIFT)),
        ("retraining", (State.RETRAINING,)),
    ):
        _tasks(placed, name, lane.of_state(*states), getattr(places, name), chosen)
    _making(placed, "build", lane.of_state(State.BUILD), places.build, chosen)
    _making(placed, "deployment", lane.of_state(State.DEPLOYMENT), places.deployment, chosen)
    _retired(placed, lane, places.retired, chosen)
    return placed


def _production(placed: Placed, lane: Lane, box: Box, chosen: int | None) -> None:
    """Give every model in production a place of its own, which stays empty while it is away."""
    models = lane.of_state(*_FRAME_STATES)
    cells = grid(box, len(models))
    for model, (x, y) in zip(models, cells, strict=False):
        if model.state is State.ONLINE:
            placed.add_model(model, x, y, cells, chosen)
        else:
            placed.tokens["a", model.number] = _away(model, x, y, cells.size)
    placed.more["online"] = max(0, len(models) - cells.capacity)


def _tasks(
    placed: Placed, name: str, models: Sequence[ModelView], box: Box, chosen: int | None
) -> None:
    """Place models that are repaired or retrained, with words while there is room for them."""
    inside = Box(box.left + 10, box.top + HEADING + 2, box.width - 14, box.height - HEADING - 4)
    if len(models) <= _DETAILED_ROWS:
        _detailed(placed, models, inside, chosen)
        return
    pairs = grid(Box(inside.left + 12, inside.top, inside.width - 12, inside.height),
                 2 * len(models))  # fmt: skip
    per_row = max(1, pairs.columns // 2)
    for place, model in enumerate(models[: pairs.capacity // pairs.columns * per_row]):
        row, column = divmod(place, per_row)
        x = pairs.box.left + (2 * column + 1) * pairs.pitch - 6
        y = inside.top + row * pairs.pitch
        placed.add_model(model, x, y, pairs, chosen)
        _person_beside(placed, model, x, y, pairs.size)
    placed.more[name] = max(0, len(models) - pairs.capacity // pairs.columns * per_row)


def _detailed(placed: Placed, models: Iterable[ModelView], inside: Box, chosen: int | None) -> None:
    for row, model in enumerate(models):
        x, y = inside.left + 26, inside.top + row * ROW
        cells = grid(Box(x, y, 26, 26), 1)
        placed.add_model(model, x, y, cells, chosen)
        _person_beside(placed, model, x, y, 26)
        first, second = doing(model)
        left = x + 36
        placed.details.append((left, y - 3, inside.right - left, first, second))


def _making(
    placed: Placed, name: str, models: Sequence[ModelView], box: Box, chosen: int | None
) -> None:
    """Place models in build or deployment: a ring says how far each is."""
    inside = Box(box.left + 10, box.top + HEADING + 4, box.width - 16, box.height - HEADING - 30)
    at_work = sum(_worker(model) is not None for model in models)
    cells = grid(inside, len(models) + at_work)
    corners = iter(cells)
    for shown, model in enumerate(models):
        corner = next(corners, None)
        if corner is None:
            placed.more[name] = len(models) - shown
            return
        placed.add_model(model, *corner, cells, chosen)
        developer = _worker(model)
        if developer is not None:
            placed.add_developer(developer, *next(corners, corner), cells.size)


def _retired(placed: Placed, lane: Lane, box: Box, chosen: int | None) -> None:
    """Place the latest of the retired."""
    inside = Box(box.left + 10, box.top + 68, box.width - 16, box.height - 76)
    cells = grid(inside, _RETIRED_SHOWN, largest=12)
    for (model, name), (x, y) in zip(reversed(lane.retired), cells, strict=False):
        ring = " chosen" if model == chosen else ""
        token = _button(model, f"retired{ring}", x, y, cells.size, "", name, "")
        placed.tokens["m", model] = token


def _token(model: ModelView, x: float, y: float, cells: Grid, chosen: int | None) -> Safe:
    classes = SHAPES[model.state]
    if model.serving is Serving.PREVIOUS:
        classes += " previous"
    if model.number == chosen:
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
    return Safe(
        f'<button class="token {classes} s{size}" data-key="m{model}" data-model="{label(model)}"'
        f' data-action="follow" data-value="{model}" title="{escape(words)}"'
        f' style="{style}transform:translate({x:.0f}px,{y:.0f}px)"><b aria-hidden="true">{text}</b></button>'
    )


def _worker(model: ModelView) -> int | None:
    return None if model.work is None else model.work.developer


def _person_beside(placed: Placed, model: ModelView, x: float, y: float, size: int) -> None:
    developer = _worker(model)
    if developer is not None:
        placed.add_developer(developer, x - _PERSON - 6, y, size)


def _away(model: ModelView, x: float, y: float, size: int) -> Safe:
    return Safe(
        f'<i class="away s{size}" data-key="a{model.number}"'
        f' style="transform:translate({x:.0f}px,{y:.0f}px)"></i>'
    )


def _person(developer: int, x: float, y: float, size: int) -> Safe:
    place = f"translate({x:.0f}px,{y + (size - _PERSON) / 2:.0f}px)"
    return Safe(
        f'<i class="person" data-key="d{developer}" title="Developer {developer + 1}"'
        f' style="transform:{place}"></i>'
    )


def backlog(lane: Lane, box: Box) -> h.Element:
    """Return the ideas as cells, the best first, darker the more they promise."""
    ideas = sorted(lane.of_state(State.IDEA), key=lambda idea: (-idea.score, idea.number))
    inside = Box(box.left + 12, box.top + HEADING + 4, box.width - 20, box.height - HEADING - 30)
    cells = grid(inside, len(ideas), largest=12)
    best = ideas[0].score if ideas else 1.0
    shown = zip(ideas, cells, strict=False)
    return h.g(".backlog")[
        (_cell(idea, x, y, cells.size, idea.score / best if best > 0.0 else 0.5)
         for idea, (x, y) in shown)
    ]  # fmt: skip


def _cell(idea: ModelView, x: float, y: float, size: int, promise: float) -> Safe:
    words = f"{idea.name}: ${number(idea.score)} a year per developer-day"
    opacity = 0.12 + 0.7 * max(0.0, min(1.0, promise)) ** 0.7
    return Safe(
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{size}" height="{size}" rx="2"'
        f' fill-opacity="{opacity:.2f}" data-action="follow" data-value="{idea.number}">'
        f"<title>{escape(words)}</title></rect>"
    )


def unseen(lane: Lane, places: Places) -> int:
    """Return how many ideas have no cell."""
    ideas = len(lane.of_state(State.IDEA))
    box = places.backlog
    inside = Box(box.left + 12, box.top + HEADING + 4, box.width - 20, box.height - HEADING - 30)
    return max(0, ideas - grid(inside, ideas, largest=12).capacity)


def persons_of(lane: Lane, task_class: TaskClass) -> list[int]:
    """Return the numbers of the developers at a class of work."""
    return [entry.number for entry in lane.developers if entry.task_class is task_class]


def place_builders(placed: Placed, lane: Lane, box: Box, top: int, pitch: int) -> None:
    """Place the developers who work on capabilities, each in the row of its capability."""
    rows = [number for number, stock in enumerate(lane.stocks) if stock.invested]
    for row, capability in enumerate(rows):
        builders = [
            entry.number
            for entry in lane.developers
            if entry.task_class is TaskClass.CAPABILITY and entry.of == capability
        ]
        crowding = min(14.0, 20.0 / max(1, len(builders) - 1))
        for place, developer in enumerate(builders):
            x = box.left + 10 + crowding * place
            placed.add_developer(developer, x, box.top + top + pitch * row)
