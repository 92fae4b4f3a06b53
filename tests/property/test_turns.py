"""Callers in turn: whoever waits is passed over by each of the others at most once."""

from __future__ import annotations

from collections import Counter, defaultdict

from hypothesis import given
from hypothesis import strategies as st

from modelops_abm.simulate.sharing import Turns

OWNERS = range(4)
TAKE = None

operations = st.lists(st.sampled_from([*OWNERS, TAKE, TAKE, TAKE]), max_size=60)


@given(operations)
def test_everybody_is_served_in_turn_and_in_order(operations: list[int | None]) -> None:
    turns = Turns[int, tuple[int, int]]()
    added: Counter[int] = Counter()
    taken: Counter[int] = Counter()
    passed_over: dict[int, Counter[int]] = defaultdict(Counter)
    for operation in [*operations, *[TAKE] * len(operations)]:
        if operation is not TAKE:
            turns.add(operation, (operation, added[operation]))
            added[operation] += 1
            continue
        entry = turns.take()
        if entry is None:
            assert added == taken
            continue
        owner, number = entry
        assert number == taken[owner]
        taken[owner] += 1
        passed_over[owner].clear()
        for other in OWNERS:
            if other != owner and taken[other] < added[other]:
                passed_over[other][owner] += 1
                assert passed_over[other][owner] == 1
    assert added == taken
