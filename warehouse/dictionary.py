"""The data dictionary, from the comments in the SQL.

Promise: every public table, view and macro is listed with all its columns and their types as DuckDB has them;
meanings come
from the comments beside the SQL and from nowhere else. A column that means the same everywhere is explained once,
where it
first appears. `python -m warehouse.dictionary` prints the page; `comments` puts the same words into the database.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import duckdb

from warehouse import marts, migrate
from warehouse.engine import fresh, quoted
from warehouse.text import MACROS

INTERNAL = frozenset(
    {
        "meta",
        "pending",
        "configs",
        "model_activations",
        "text_keys",
        "text_bands",
        "item_pairs",
        "item_brands",
        "daily",
        "schema_migrations",
    }
)
"""Tables that are the warehouse's own business: in the file, but no interface."""
_TABLE = re.compile(r"^CREATE TABLE (\w+) \(\s*-- (.+)$")
_NAMED = re.compile(r"^-- (\w+)(\(\))?: (.+)$")
_EVERYWHERE = re.compile(r"^-- column (\w+): (.+)$")
_COLUMN = re.compile(r'(?:^|[\s.])"?(\w+)"?,?\s+-- (.+)$')
_TYPED = re.compile(r"^\s+(\w+) [A-Z]+[A-Z\[\]]*,? -- (.+)$")
_INTERVALS = {
    "_low": "lower end of the 95 % interval of `{}`",
    "_high": "upper end of the 95 % interval of `{}`",
}


@dataclass
class Words:
    """What the comments say: of tables and views (`zmot`) and table macros (`zmot()`), and of columns, where they
    first stand."""

    objects: dict[str, str] = field(default_factory=dict)
    columns: dict[tuple[str, str], str] = field(default_factory=dict)
    glossary: dict[str, str] = field(default_factory=dict)

    def column(self, owner: str, name: str) -> str:
        """The meaning of a column; empty where no comment tells it."""
        found = self.columns.get((owner, name)) or self.glossary.get(name)
        for end, wording in _INTERVALS.items():
            if not found and name.endswith(end):
                found = wording.format(name.removesuffix(end))
        return found or ""


def read() -> Words:
    """Read the comments of the migrations and the marts."""
    words = Words()
    paths = [*sorted(migrate.FOLDER.glob("*.sql")), *sorted(marts.FOLDER.glob("[1-9]*.sql"))]
    for path in paths:
        owner = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            owner = _line(words, owner, line)
    return words


def _line(words: Words, owner: str, line: str) -> str:
    if match := _TABLE.match(line):
        words.objects[match[1]] = match[2]
        return match[1]
    if match := _EVERYWHERE.match(line):
        words.glossary.setdefault(match[1], match[2])
        return owner
    if match := _NAMED.match(line):
        name = match[1] + (match[2] or "")
        words.objects[name] = match[3]
        return name
    if line.startswith("-- ") and owner and words.objects.get(owner) and not words.objects[owner].endswith("."):
        # A sentence that goes on in the next line.
        words.objects[owner] += " " + line.removeprefix("-- ")
        return owner
    match = _TYPED.match(line) or (None if line.lstrip().startswith("--") else _COLUMN.search(line))
    if match:
        words.columns.setdefault((owner, match[1]), match[2])
        words.glossary.setdefault(match[1], match[2])
    return owner


def tables(con: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[str, str]]]:
    """Every public table and view of the default database with its columns and types."""
    found: dict[str, list[tuple[str, str]]] = {}
    rows = con.execute("""
        SELECT table_name, column_name, data_type FROM duckdb_columns()
        WHERE database_name = current_database() AND schema_name = 'main' AND NOT internal
        ORDER BY table_name, column_index
    """).fetchall()
    for name, column, kind in rows:
        if name not in INTERNAL:
            found.setdefault(name, []).append((column, kind))
    return found


def macros(con: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[str, str]]]:
    """Every public table macro, as `name(parameters)`, with the columns and types of its answer."""
    found: dict[str, list[tuple[str, str]]] = {}
    rows = con.execute("""
        SELECT function_name, parameters FROM duckdb_functions()
        WHERE database_name = current_database() AND function_type = 'table_macro' ORDER BY function_name
    """).fetchall()
    for name, parameters in rows:
        if "for_brand" in parameters and not name.startswith("counted_"):
            answer = con.execute(f"DESCRIBE FROM {name}('x', DATE '2026-01-01', DATE '2026-01-02')").fetchall()
            found[f"{name}({', '.join(parameters)})"] = [(row[0], row[1]) for row in answer]
    return found


def comments(con: duckdb.DuckDBPyConnection) -> None:
    """Write the meanings into the default database, where any tool that lists its tables shows them."""
    words = read()
    listed = "SELECT view_name FROM duckdb_views() WHERE database_name = current_database() AND NOT internal"
    views = {row[0] for row in con.execute(listed).fetchall()}
    kinds = con.execute("SELECT type FROM duckdb_databases() WHERE database_name = current_database()").fetchall()
    told = []
    for name, columns in tables(con).items():
        # A DuckLake takes no comments on the columns of views.
        if name in views and kinds == [("ducklake",)]:
            continue
        kind = "VIEW" if name in views else "TABLE"
        told.append(f'COMMENT ON {kind} "{name}" IS {quoted(words.objects.get(name, ""))}')
        for column, _ in columns:
            if meaning := words.column(name, column):
                told.append(f'COMMENT ON COLUMN "{name}"."{column}" IS {quoted(meaning)}')
    con.execute("; ".join(told))


def page() -> str:
    """The dictionary as Markdown."""
    con = fresh()
    con.execute(MACROS)
    migrate.migrate(con, "memory")
    marts.define(con)
    words = read()
    lines = [
        "# Data dictionary",
        "",
        "Made from the comments in the SQL by `python -m warehouse.dictionary`; do not edit. All times are "
        "UTC. Shares lie between 0 and 1.",
        "",
        "## Macros",
        "",
        "Called as `FROM zmot('Nordbrew', DATE '2026-01-01', DATE '2026-03-31')`; both days belong to the "
        "period. The other parameters are",
        "given by name and may be left out: `source_is`, `product_is`, `lang_is`, `kind_is` keep one value, "
        "`with_flagged := true` counts",
        "flagged items too, `in_scheme` names the scheme of the stage names. Only items count whose subject "
        "the brand is.",
        "",
    ]
    for name, columns in macros(con).items():
        lines += _section(words, name, name.split("(")[0] + "()", columns)
    lines += ["## Tables and views", ""]
    for name, columns in tables(con).items():
        lines += _section(words, name, name, columns)
    return "\n".join(lines)


def _section(words: Words, title: str, owner: str, columns: list[tuple[str, str]]) -> list[str]:
    rows = [f"| `{name}` | {kind} | {words.column(owner, name)} |" for name, kind in columns]
    return [
        f"### `{title}`",
        "",
        words.objects.get(owner, ""),
        "",
        "| column | type | meaning |",
        "| --- | --- | --- |",
        *rows,
        "",
    ]


if __name__ == "__main__":
    print(page(), end="")
