"""Formulas as markup: an expression in Python's notation, set as mathematics.

The expression is parsed, never run; tests evaluate it to see that it says what the rules do.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

import htpy as h

from modelops_abm import formats

_TIMES = "\u2009×\u2009"
_SIGNS: dict[type[ast.operator], tuple[str, int]] = {
    ast.Add: (" + ", 1),
    ast.Sub: (f" {formats.MINUS} ", 1),
    ast.Mult: (_TIMES, 2),
    ast.Div: (" / ", 2),
    ast.Pow: ("", 4),
}
_NEGATION, _ATOM = 3, 5
type _Set = tuple[h.Node, int]
"""Markup, and how tightly what it says holds together."""


def formula(expression: str, values: Mapping[str, float]) -> h.Fragment:
    """Return a formula, with numbers in place of the names that have values.

    Parameters
    ----------
    expression
        Sums, products, quotients, powers, and calls such as ``exp(x)`` of numbers and names.
    values
        Numbers by name; other names are variables.

    Raises
    ------
    ValueError
        If the expression holds anything else.
    """
    content, _ = _set(ast.parse(expression, mode="eval").body, values)
    return h.fragment[content]


def _set(node: ast.expr, values: Mapping[str, float]) -> _Set:
    match node:
        case ast.Constant(value=(int() | float()) as number):
            return plain_number(number), _ATOM
        case ast.Name(id=name) if name in values:
            return plain_number(values[name]), _ATOM
        case ast.Name(id=name):
            return h.i[name], _ATOM
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return h.fragment[formats.MINUS, _held(operand, values, _NEGATION)], _NEGATION
        case ast.Call(func=ast.Name(id=name), args=arguments):
            inner = [_set(argument, values)[0] for argument in arguments]
            return h.fragment[name, "(", _between(", ", inner), ")"], _ATOM
        case ast.BinOp(left=left, op=operator, right=right):
            return _operation(left, operator, right, values)
        case _:
            raise ValueError(f"a formula cannot hold {ast.unparse(node)!r}")


def _operation(
    left: ast.expr, operator: ast.operator, right: ast.expr, values: Mapping[str, float]
) -> _Set:
    sign, strength = _SIGNS[type(operator)]
    if isinstance(operator, ast.Pow):
        exponent, _ = _set(right, values)
        return h.fragment[_held(left, values, _ATOM), h.sup[exponent]], strength
    after = strength if isinstance(operator, ast.Add | ast.Mult) else strength + 1
    return h.fragment[_held(left, values, strength), sign, _held(right, values, after)], strength


def _held(node: ast.expr, values: Mapping[str, float], strength: int) -> h.Fragment:
    """Return part of a formula, in brackets where it would fall apart."""
    content, own = _set(node, values)
    return h.fragment["(", content, ")"] if own < strength else h.fragment[content]


def _between(separator: str, parts: list[h.Node]) -> list[h.Node]:
    first, *others = parts
    return [first, *(entry for part in others for entry in (separator, part))]


def plain_number(value: float) -> str:
    """Return a number as it is written in a formula: 0.005, 30, 1,095."""
    return formats.MINUS * (value < 0.0) + f"{abs(value):,.10g}"
