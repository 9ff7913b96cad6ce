"""The warehouse as a DuckLake: catalog in PostgreSQL (or a file), data as Parquet on disk or object storage.

An address reads `ducklake:postgres:dbname=mot host=db user=mot?data_path=/srv/mot/` or
`ducklake:/srv/mot/catalog.ducklake?data_path=/srv/mot/data/`. A password belongs into PGPASSWORD or a `.pgpass` file,
not into the address. Addresses: https://ducklake.select/docs/stable/duckdb/usage/connecting
"""

from __future__ import annotations

import importlib.util
import random
import time
from pathlib import Path

import duckdb

from warehouse.engine import fresh, quoted
from warehouse.errors import WarehouseError

PREFIX = "ducklake:"
_ATTEMPTS = 6


def is_lake(address: str) -> bool:
    """Whether an address names a DuckLake."""
    return address.startswith(PREFIX)


def load_extension(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Load an extension from its Python package, else from where DuckDB itself keeps it; nothing is downloaded."""
    spec = importlib.util.find_spec(f"duckdb_extension_{name}")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    found = sorted(folder.glob(f"extensions/v{duckdb.__version__}/{name}.duckdb_extension")) if folder else []
    target = quoted(str(found[0])) if found else name
    try:
        con.execute(f"LOAD {target}")
    except duckdb.Error:
        raise WarehouseError(
            f"a DuckLake needs DuckDB's {name} extension for version {duckdb.__version__}: pip install "
            f"'momentscope[lake]'"
        ) from None


def attach(address: str) -> duckdb.DuckDBPyConnection:
    """A connection whose default database is the lake at `address`."""
    catalog, _, options = address.removeprefix(PREFIX).partition("?")
    data_path = dict(part.partition("=")[::2] for part in options.split("&") if part).get("data_path")
    con = fresh()
    load_extension(con, "ducklake")
    if catalog.startswith("postgres:"):
        load_extension(con, "postgres_scanner")
    clause = f" (DATA_PATH {quoted(data_path)})" if data_path else ""
    for left in range(_ATTEMPTS - 1, -1, -1):
        try:
            con.execute(f"ATTACH {quoted(PREFIX + catalog)} AS warehouse{clause}")
            break
        except duckdb.Error as error:
            # Of two workers that open a new lake at once, one finds the catalog half made.
            if left and "initialize" in str(error):
                time.sleep(random.uniform(0.2, 1.0))
                continue
            con.close()
            reason = str(error).splitlines()[0][:200]
            raise WarehouseError(f"the DuckLake {catalog} cannot be opened: {reason}") from None
    con.execute("USE warehouse")
    return con
