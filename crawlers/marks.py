"""Sets and maps of 64-bit marks that stay small: a crawl of a million records must fit beside everything else.

A mark is a digest, hence spread evenly, and its lowest bits say where it stands in a flat array (open addressing with
linear probing). An entry takes sixteen to thirty-two bytes a column; a set of Python numbers takes about a hundred.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable

_FULL = 0.6


class Marks:
    """Marks, each with `columns` numbers of 64 bits."""

    __slots__ = ("_count", "_keys", "_mask", "_values")

    def __init__(self, marks: Iterable[int] = (), columns: int = 0) -> None:
        self._count, self._mask = 0, 63
        self._keys = array("Q", bytes(8 * 64))
        self._values = tuple(array("Q", bytes(8 * 64)) for _ in range(columns))
        for mark in marks:
            self.put(mark)

    def put(self, mark: int, *values: int) -> bool:
        """Set the numbers of a mark; returns whether it is new."""
        mark = mark or 1  # zero stands for nothing
        place = self._place(mark)
        new = not self._keys[place]
        self._keys[place] = mark
        for column, value in zip(self._values, values, strict=True):
            column[place] = value
        if new:
            self._count += 1
            if self._count > _FULL * len(self._keys):
                self._grow()
        return new

    def get(self, mark: int) -> tuple[int, ...] | None:
        """The numbers of a mark; None where it is not there."""
        place = self._place(mark or 1)
        return tuple(column[place] for column in self._values) if self._keys[place] else None

    def __contains__(self, mark: int) -> bool:
        return bool(self._keys[self._place(mark or 1)])

    def __len__(self) -> int:
        return self._count

    def _place(self, mark: int) -> int:
        keys, mask = self._keys, self._mask
        place = mark & mask
        while (found := keys[place]) and found != mark:
            place = (place + 1) & mask
        return place

    def _grow(self) -> None:
        keys, values = self._keys, self._values
        size = 2 * len(keys)
        self._mask = size - 1
        self._keys = array("Q", bytes(8 * size))
        self._values = tuple(array("Q", bytes(8 * size)) for _ in values)
        for before, mark in enumerate(keys):
            if mark:
                place = self._place(mark)
                self._keys[place] = mark
                for column, old in zip(self._values, values, strict=True):
                    column[place] = old[before]
