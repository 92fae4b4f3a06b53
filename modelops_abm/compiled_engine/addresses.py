"""Plain memory for the kernel: records at an address, and a scenario's numbers at an address.

Compiled functions hand each other whole arrays and tuples by value, which costs more than the work
itself once there are a dozen of them. So the kernel hands on two addresses, and reaches what is
there through the functions made here. The arrays themselves belong to `kernel.Memory`: an
address means nothing once that is gone, and nobody checks one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from modelops_abm.compiled import numba_type

SLOT_BYTES = 8
_WORD = ir.IntType(64)


def record_at(
    dtype: np.dtype[np.void], stride_bytes: int | None = None
) -> Callable[[int, int], Any]:
    """Return a function for compiled code: the record of this type at an address and index.

    Records lie `stride_bytes` apart, one after the other by default. The record's pointer is made
    from that of the first, so that the compiler sees which records of a loop do not overlap.
    """
    record = numba.from_dtype(dtype)
    stride = dtype.itemsize if stride_bytes is None else stride_bytes

    @intrinsic
    def at(_typing: Any, address: Any, index: Any) -> Any:
        def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            base, number = arguments
            first = builder.inttoptr(base, ir.IntType(8).as_pointer())
            offset = builder.mul(number, ir.Constant(_WORD, stride))
            return builder.bitcast(builder.gep(first, [offset]), context.get_value_type(record))

        return record(types.int64, types.int64), generate

    return at


def tuple_at(hint: type[Any]) -> Callable[[int], Any]:
    """Return a function for compiled code: the named tuple at an address; see `to_words`."""
    kind = numba_type(hint)

    @intrinsic
    def at(_typing: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            return _load(context, builder, kind, _Cursor(arguments[0]))

        return kind(types.int64), generate

    return at


class _Cursor:
    """Address of the next word to load."""

    def __init__(self, base: Any) -> None:
        self._base = base
        self._words = 0

    def next_address(self, builder: Any) -> Any:
        address = builder.add(self._base, ir.Constant(_WORD, SLOT_BYTES * self._words))
        self._words += 1
        return address


def _load(context: Any, builder: Any, kind: Any, cursor: _Cursor) -> Any:
    """Generate the loads of a number, or of a tuple's fields one after the other."""
    if isinstance(kind, types.BaseTuple):
        # All of the tuple; the compiler leaves out what the caller does not use.
        values = [_load(context, builder, field, cursor) for field in kind]
        return context.make_tuple(builder, kind, values)
    address = cursor.next_address(builder)
    if kind == types.float64:
        return builder.load(builder.inttoptr(address, ir.DoubleType().as_pointer()))
    word = builder.load(builder.inttoptr(address, _WORD.as_pointer()))
    if kind == types.boolean:
        return builder.icmp_signed("!=", word, _WORD(0))
    return word


def to_words(values: tuple[Any, ...]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return a named tuple of numbers and such tuples as 8-byte words, for `tuple_at`.

    Where some of the numbers are columns, there is a row of words for each of their values.
    """
    # By the type of the value, not of the field: a whole number given for a float would be read as
    # other bits. Scenarios hand over floats where they declare them.
    words = [_word(value) for value in leaves(values)]
    rows = np.broadcast_shapes(*{word.shape for word in words})
    packed = np.empty((*rows, len(words)), np.int64)
    for place, word in enumerate(words):
        packed[..., place] = word
    return packed


def _word(value: Any) -> np.ndarray[Any, np.dtype[np.int64]]:
    word = np.asarray(value)
    return word.view(np.int64) if word.dtype == np.float64 else word.astype(np.int64)


def leaves(values: tuple[Any, ...]) -> Iterator[Any]:
    """Yield the numbers, or columns of them, of a tuple and the tuples in it."""
    for value in values:
        if isinstance(value, tuple):
            yield from leaves(value)
        else:
            yield value
