"""What is registered from outside the package, as compiled code takes it.

The rules of the package are written out, and call what stands here for the rest. A function here is
made of one part for each entry; without entries nothing is left of it in the machine code. First
how parts become one function; then the rates of causes; then the rules of capabilities.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from modelops_abm.compiled import inline_part
from modelops_abm.core import registry
from modelops_abm.core.randomness import draw_key, key_of_name, uniform

if TYPE_CHECKING:
    Numbers = tuple[Any, ...]
    Rates = tuple[float, ...]
else:
    Numbers = NamedTuple("Numbers", list(registry.numbers_types().items()))
    Rates = NamedTuple("Rates", [(each.name, float) for each in registry.registered_causes()])

CAUSES = tuple(enumerate(registry.registered_causes(), start=len(registry.BUILT_IN_HAZARDS)))
"""Number of each registered cause among the hazards, and the cause."""
_PLACES = {name: place for place, name in enumerate(registry.numbers_types())}
type Part = Callable[..., Any]
type Place = int
"""Of an entry among others; not a number that an equation takes."""


def tuple_of(parts: Sequence[Part], name: str) -> Part:
    """Return a compiled function: what each part gives for the same arguments, as a tuple."""

    def nothing(*_arguments: Any) -> tuple[()]:
        return ()

    if not parts:
        return inline_part(_named(nothing, name, 0))
    # Each calls the one before it: a loop over functions could not be compiled, as each has a type
    # of its own.
    before, last = (tuple_of(parts[:-1], name) if parts[:-1] else None), parts[-1]

    def first(*arguments: Any) -> tuple[Any, ...]:
        return (last(*arguments),)

    def longer(*arguments: Any) -> tuple[Any, ...]:
        return before(*arguments) + (last(*arguments),)  # type: ignore[misc,no-any-return] # noqa: RUF005

    return inline_part(_named(longer if before else first, name, len(parts)))


def each_of(parts: Sequence[Part], name: str) -> Part:
    """Return a compiled function that calls each part with the same arguments."""

    def nothing(*_arguments: Any) -> None:
        return

    if not parts:
        return inline_part(_named(nothing, name, 0))
    before, last = each_of(parts[:-1], name), parts[-1]

    def more(*arguments: Any) -> None:
        before(*arguments)
        last(*arguments)

    return inline_part(_named(more, name, len(parts)))


def any_of(parts: Sequence[Part], name: str) -> Callable[..., bool]:
    """Return a compiled function that tells whether any part gives true; without branches."""

    def nothing(*_arguments: Any) -> bool:
        return False

    if not parts:
        return inline_part(_named(nothing, name, 0))
    before, last = any_of(parts[:-1], name), parts[-1]

    def more(*arguments: Any) -> bool:
        return bool(before(*arguments) | last(*arguments))

    return inline_part(_named(more, name, len(parts)))


def _named(function: Part, *name: object) -> Part:
    """Give a function made here a name of its own, by which its compiled version is kept."""
    function.__qualname__ = " ".join(map(str, (function.__qualname__, *name)))
    return function


def for_each_cause(make: Callable[[int], Part]) -> list[Part]:
    """Return a part for each registered cause, made of its number among the hazards."""
    return [inline_part(_named(make(number), number)) for number, _ in CAUSES]


def _rate(place: int, rule: Part) -> Part:
    def rate(numbers: Numbers, levels: Any) -> float:
        return float(rule(numbers[place], levels))

    return rate


def _scaled(place: int, scales_with: registry.Scale) -> Part:
    def alike(rates: Rates, _overload: float, _regulation: float) -> float:
        return rates[place]

    def by_overload(rates: Rates, overload: float, _regulation: float) -> float:
        return rates[place] * overload

    def by_regulation(rates: Rates, _overload: float, regulation: float) -> float:
        return rates[place] * regulation

    return {"": alike, "overload": by_overload, "regulation": by_regulation}[scales_with]


rates_of_causes = tuple_of(
    [
        inline_part(_named(_rate(_PLACES[cause.name], inline_part(cause.rate)), cause.name))
        for _, cause in CAUSES
        if cause.rate is not None
    ],
    "rates",
)
"""Rates per day that registered causes have in common for all models, of numbers and levels."""
scaled_rates = tuple_of(
    [
        inline_part(_named(_scaled(place, cause.scales_with), cause.name))
        for place, (_, cause) in enumerate(CAUSES)
    ],
    "scaled",
)
"""The same for one model, of its overload, and of the multiplier for regulation or 1."""


def through(point: str) -> Callable[..., float]:
    """Return a compiled function: a value at one of `registry.POINTS` after all rules there.

    It takes the value, the numbers of all entries, the levels, the model's key and the occasion's
    number. Each rule has draws of its own, keyed by its point and the name of its capability.
    """

    def unchanged(value: float, *_rest: Any) -> float:
        return value

    chain: Callable[..., float] = inline_part(_named(unchanged, point))
    for number, place, name, rule in registry.rules_at(point):
        # By names, so that one entry more changes nobody's draws (0002).
        key = key_of_name(f"{point} by {name}")
        made = _after(chain, number, place, key, inline_part(rule))
        chain = inline_part(_named(made, point, name))
    return chain


def _after(before: Part, number: int, place: int, key: int, rule: Part) -> Part:
    def after(value: float, numbers: Numbers, levels: Any, entity: int, occurrence: int) -> float:
        drawn = uniform(draw_key(entity, key, occurrence))
        value = before(value, numbers, levels, entity, occurrence)
        return float(rule(value, levels[number], numbers[place], drawn))

    return after
