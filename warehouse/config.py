"""What the warehouse knows of the world outside its items: the watchlist, and the schemes of stage names.

Both are stored as they are given, each version with its time, so that an old report can be made again with the names of
its day. Storing what is already in force changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import duckdb

from warehouse.connect import Warehouse
from warehouse.errors import WarehouseError

_BRAND_KEYS = ("name", "aliases", "products", "competitors", "include", "exclude", "ambiguous")


def store_watchlist(warehouse: Warehouse, brands: Sequence[Mapping[str, Any]]) -> None:
    """Make `brands` (the watchlist's entries as plain dicts) the brands of the warehouse.

    The next refresh attributes every item again when they differ from those in force. Raises WarehouseError for an
    entry without a name and for a name that is there twice.
    """
    entries = [{key: entry.get(key) for key in _BRAND_KEYS} for entry in brands]
    names = [str(entry["name"] or "") for entry in entries]
    folded = [name.casefold() for name in names]
    for name in names:
        if not name.strip():
            raise WarehouseError("a brand of the watchlist has no name; give it one")
        if folded.count(name.casefold()) > 1:
            raise WarehouseError(f"the brand {name!r} is on the watchlist twice; keep one entry")
    content = json.dumps(entries, ensure_ascii=False, sort_keys=True)
    warehouse.attempt(lambda con: _store(con, "watchlist", content))


def add_brand(warehouse: Warehouse, name: str) -> None:
    """Put a brand on the warehouse's list if it is not there yet, by name or alias; the others stay as they are.

    Raises WarehouseError for a name without a letter.
    """
    known: list[dict[str, Any]] = json.loads(warehouse.attempt(lambda con: in_force(con, "watchlist")) or "[]")
    names = {str(word).casefold() for entry in known for word in (entry["name"], *(entry["aliases"] or []))}
    if name.casefold() not in names:
        store_watchlist(warehouse, [*known, {"name": name}])


def store_schemes(warehouse: Warehouse, schemes: Mapping[str, Any]) -> None:
    """Make `schemes` (labels, and for each scheme the stage of each label) those of the warehouse."""
    content = json.dumps(schemes, ensure_ascii=False, sort_keys=True, default=str)
    warehouse.attempt(lambda con: _store(con, "schemes", content))


def in_force(con: duckdb.DuckDBPyConnection, kind: str) -> str | None:
    """The stored content of a kind, as JSON."""
    row = con.execute("SELECT arg_max(content, stored_at) FROM configs WHERE kind = ?", [kind]).fetchone()
    return row[0] if row else None


def _store(con: duckdb.DuckDBPyConnection, kind: str, content: str) -> None:
    if in_force(con, kind) == content:
        return
    con.execute("INSERT INTO configs VALUES (?, ?, ?)", [kind, content, datetime.now(UTC).replace(tzinfo=None)])
    apply(con, kind, content)


def apply(con: duckdb.DuckDBPyConnection, kind: str, content: str) -> None:
    """Write the tables that a stored configuration stands for."""
    if kind == "watchlist":
        _write_brands(con, json.loads(content))
    else:
        _write_schemes(con, json.loads(content))


def _write_brands(con: duckdb.DuckDBPyConnection, entries: list[dict[str, Any]]) -> None:
    rows: dict[str, list[list[Any]]] = {
        name: [] for name in ("brands", "brand_aliases", "brand_rivals", "brand_terms", "products")
    }
    canonical = {str(entry["name"]).casefold(): str(entry["name"]) for entry in entries}
    for entry in entries:
        brand = str(entry["name"])
        rows["brands"].append([brand, True, bool(entry["ambiguous"])])
        rows["brand_aliases"] += [[brand, str(alias)] for alias in entry["aliases"] or []]
        rows["brand_terms"] += [[brand, str(term), True] for term in entry["include"] or []]
        rows["brand_terms"] += [[brand, str(term), False] for term in entry["exclude"] or []]
        for product in entry["products"] or []:
            aliases = [str(alias) for alias in product.get("aliases") or []]
            rows["products"].append([brand, str(product["id"]), str(product["name"]), aliases])
        for rival in map(str, entry["competitors"] or []):
            if rival.casefold() not in canonical:
                canonical[rival.casefold()] = rival
                rows["brands"].append([rival, False, False])
            rows["brand_rivals"].append([brand, canonical[rival.casefold()]])
    for table, values in rows.items():
        _replace(con, table, values)


def _write_schemes(con: duckdb.DuckDBPyConnection, content: dict[str, Any]) -> None:
    labels = [label for label in content["labels"] if label != "none"]
    stages, origins = [], []
    for name, scheme in content["schemes"].items():
        origins.append([name, scheme.get("source")])
        for number, label in enumerate(labels, 1):
            stage = scheme.get(label)
            # Schemes order the same names differently: the first moment that bears one gives its place.
            position = next(
                (place for place, each in enumerate(labels, 1) if stage and scheme.get(each) == stage), None
            )
            stages.append([name, label, stage, position, number])
    _replace(con, "schemes", stages)
    _replace(con, "scheme_sources", origins)


def _replace(con: duckdb.DuckDBPyConnection, table: str, rows: list[list[Any]]) -> None:
    con.execute(f"DELETE FROM {table}")
    for row in rows:
        con.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
