"""The report's questions to the snapshot, with the brand, period, scheme and filters bound once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import duckdb

from warehouse.snapshot import Snapshot, open_snapshot

Row = dict[str, Any]
Answer = TypeVar("Answer")


ATTEMPTS = 3


def answer(path: Path, question: Callable[[Snapshot], Answer]) -> Answer:
    """What `question` makes of the snapshot, asked again on a new connection should DuckDB fail inside.

    DuckDB 1.5 now and then trips over parallel windows on few rows (an InternalException, after which the connection is
    dead); as a question only reads, asking again is safe.
    """
    for attempt in range(ATTEMPTS):
        with open_snapshot(path) as snapshot:
            try:
                return question(snapshot)
            except (duckdb.InternalException, duckdb.FatalException):
                if attempt == ATTEMPTS - 1:
                    raise
    raise AssertionError("unreachable")


def stars(rating: float | None) -> float | None:
    """A rating of 0…1 (a share of the source's best) in stars of five."""
    return None if rating is None else 5 * rating


@dataclass(frozen=True, slots=True)
class Ask:
    """A snapshot asked about one brand, from one day to another (both included), in one scheme of stage names.

    `source`, `product` (an id) and `lang` narrow every answer; None means all.
    """

    snapshot: Snapshot
    brand: str
    start: date
    end: date
    scheme: str
    source: str | None = None
    product: str | None = None
    lang: str | None = None

    # The conditions for `rows`, on a table or view with these columns.
    WHERE: ClassVar[str] = (
        "brand = $b AND day BETWEEN $f AND $t AND ($source IS NULL OR source = $source) "
        "AND ($product IS NULL OR product_id = $product) AND ($lang IS NULL OR lang = $lang)"
    )

    def between(self, start: date, end: date) -> Ask:
        """The same about another period."""
        return replace(self, start=start, end=end)

    def _values(self) -> Row:
        return {"b": self.brand, "f": self.start, "t": self.end}

    def mart(self, name: str, *, staged: bool = False, filtered: bool = True, order: str = "") -> list[Row]:
        """The rows of a mart's macro, in `order` (SQL); `staged`, `filtered`: it takes the scheme, the filters."""
        values = self._values()
        named = {"source_is": self.source, "product_is": self.product, "lang_is": self.lang} if filtered else {}
        if staged:
            named["in_scheme"] = self.scheme
        given = {key: value for key, value in named.items() if value is not None}
        arguments = "".join(f", {key} := ${key}" for key in given)
        sql = f"SELECT * FROM {name}($b, $f, $t{arguments})" + (f" ORDER BY {order}" if order else "")
        return self.snapshot.rows(sql, {**values, **given})

    def rows(self, sql: str, **values: Any) -> list[Row]:
        """The rows of a query that may use $b, $f, $t, $s (the scheme), $source, $product and $lang beside `values`."""
        given = {**self._values(), "s": self.scheme, "source": self.source, "product": self.product, "lang": self.lang}
        used = set(re.findall(r"\$(\w+)", sql))
        return self.snapshot.rows(sql, {name: value for name, value in {**given, **values}.items() if name in used})

    def one(self, sql: str, **values: Any) -> Row:
        """The first row, or an empty one."""
        rows = self.rows(sql, **values)
        return rows[0] if rows else {}
