"""The flat sets of marks behave as Python's own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crawlers.marks import Marks

MARK = st.integers(2, 40) | st.integers(2, 2**64 - 1) | st.integers(2, 400).map(lambda number: number << 32)


@given(st.lists(MARK, max_size=300))
def test_a_set_of_marks(marks: list[int]) -> None:
    ours, real = Marks(), set[int]()
    for mark in marks:
        assert (mark in ours) == (mark in real) and ours.put(mark) == (mark not in real)
        real.add(mark)
    assert len(ours) == len(real) and all(mark in ours for mark in real) and 1 not in ours


@given(st.lists(st.tuples(MARK, st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1)), max_size=200))
def test_a_map_of_marks(entries: list[tuple[int, int, int]]) -> None:
    ours, real = Marks(columns=2), dict[int, tuple[int, int]]()
    for mark, one, two in entries:
        assert ours.get(mark) == real.get(mark)
        ours.put(mark, one, two)
        real[mark] = (one, two)
    assert {mark: ours.get(mark) for mark in real} == real


def test_zero_is_a_mark_too() -> None:
    assert 0 not in Marks() and 0 in Marks([0])
