"""Callers in turn: whoever waits is never passed over by one who has used more."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, strategies as st

from modelops_abm.runs.threads import Turns

OWNERS = range(4)
TAKE = None

operations = st.lists(
    st.tuples(st.sampled_from([*OWNERS, TAKE, TAKE, TAKE]), st.integers(0, 5)), max_size=60
)


@given(operations)
def test_who_has_used_least_is_served_and_everybody_in_order(
    operations: list[tuple[int | None, int]],
) -> None:
    turns = Turns[int, tuple[int, int]]()
    used, added, taken = Counter[int](), Counter[int](), Counter[int]()
    for operation, seconds in [*operations, *[(TAKE, 1)] * len(operations)]:
        if operation is not TAKE:
            number = added[operation]
            turns.add(operation, number, (operation, number))
            added[operation] += 1
            continue
        waiting = {owner for owner in OWNERS if taken[owner] < added[owner]}
        entry = turns.take(used.__getitem__)
        if entry is None:
            assert not waiting
            continue
        owner, number = entry
        assert number == taken[owner]
        assert used[owner] == min(used[other] for other in waiting)
        taken[owner] += 1
        used[owner] += seconds
    assert added == taken
    assert len(turns) == 0


@given(st.lists(st.sampled_from(OWNERS), min_size=1, max_size=40))
def test_of_those_who_have_used_as_much_nobody_is_passed_over_twice(owners: list[int]) -> None:
    turns = Turns[int, int]()
    for number, owner in enumerate(owners):
        turns.add(owner, number, owner)
    waiting, since = Counter(owners), {owner: Counter[int]() for owner in owners}
    for _ in owners:
        owner = turns.take(lambda _owner: 0.0)
        assert owner is not None
        waiting[owner] -= 1
        since[owner].clear()
        for other in since:
            if other != owner and waiting[other]:
                since[other][owner] += 1
                assert since[other][owner] == 1


def test_an_entry_that_is_put_back_comes_before_later_ones() -> None:
    turns = Turns[str, int]()
    for number in (1, 2, 3):
        turns.add("one", number, number)
    assert turns.take(lambda _owner: 0.0) == 1
    turns.add("one", 1, 1)
    assert [turns.take(lambda _owner: 0.0) for _ in range(4)] == [1, 2, 3, None]


@given(st.lists(st.sampled_from(OWNERS), max_size=30), st.sets(st.integers(0, 30)))
def test_what_is_removed_is_not_taken_and_the_rest_stays_in_order(
    owners: list[int], removed: set[int]
) -> None:
    turns = Turns[int, int]()
    for number, owner in enumerate(owners):
        turns.add(owner, number, number)
    for number in removed:
        owner = owners[number] if number < len(owners) else 0
        assert turns.remove(owner, number) == (number if number < len(owners) else None)
        assert turns.remove(owner, number) is None
    left = [number for number in range(len(owners)) if number not in removed]
    assert len(turns) == len(left)
    taken = [turns.take(lambda _owner: 0.0) for _ in left]
    assert turns.take(lambda _owner: 0.0) is None
    for owner in OWNERS:
        own = [number for number in taken if number is not None and owners[number] == owner]
        assert own == [number for number in left if owners[number] == owner]
