"""The warehouse at size: what a load, an upsert, a query and a publication cost, as ratios within this one run.

    python benchmarks/warehouse.py --items 1000000
    python benchmarks/warehouse.py --items 10000000 --folder /big/disk

Makes a warehouse of that many invented items with tags, then measures: loading 10,000 new items into it against
loading them into an empty one; merging a large batch against DuckDB's own MERGE of the same Arrow table; every public
view and macro for one brand and month; publishing against copying the file; the most memory that was in use. With
`--readers` also twenty readers during fifty loads. Everything it writes is deleted at the end.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

# This file bears the name of the package that it measures: its own folder must not come first.
sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != Path(__file__).resolve().parent]

import pyarrow as pa  # noqa: E402

from warehouse.config import store_schemes, store_watchlist  # noqa: E402
from warehouse.connect import Warehouse, open_warehouse  # noqa: E402
from warehouse.load import load_packages  # noqa: E402
from warehouse.marts import refresh  # noqa: E402
from warehouse.publish import publish  # noqa: E402
from warehouse.snapshot import open_snapshot  # noqa: E402
from warehouse.upsert import COLUMNS, HASH, upsert  # noqa: E402

BRANDS = 20
MADE = 1_000_000
"""Items that are made and put through the marts; more than these are copies under other ids."""
SCHEMES = Path(__file__).resolve().parent.parent / "nlp" / "schemes.json"
PHRASES = (
    "It arrived late and the box was torn.",
    "The coffee tastes great every morning.",
    "Is it loud when it heats up?",
    "Support never answered for days.",
    "I would buy it again.",
    "Broke after two weeks of light use.",
    "Which one is better for two people?",
    "Set-up took five minutes with the manual.",
    "The lid leaks when hot water runs.",
    "I recommend it to anyone with a small kitchen.",
    "Checkout refused my card twice.",
    "Looks nicer in the shop than on the page.",
    "Too expensive for what it does.",
    "Waste of money.",
    "My old one gave up so I need a new one.",
    "Does the job.",
)
PERIOD = ["Brand 3", "2026-03-01", "2026-03-31"]
MACROS = (
    "zmot",
    "zmot_questions",
    "zmot_rivals",
    "zmot_videos",
    "tmot",
    "tmot_ratings",
    "journey",
    "drivers",
    "share_of_voice",
    "trend",
    "alerts",
    "loop",
    "coverage",
    "voices",
)
VIEWS = ("zmot", "tmot", "journey", "share_of_voice", "voices")
WHOLE = ("coverage", "freshness", "snapshot_info", "alerts")


def clock(work: Callable[[], Any]) -> float:
    """Seconds that `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def both(work: Callable[[], Any]) -> tuple[float, float]:
    """Seconds on the clock, and seconds of processor in this process: the latter hold on a machine that others use
    too."""
    start = time.process_time()
    seconds = clock(work)
    return seconds, time.process_time() - start


def ratio(ours: list[tuple[float, float]], theirs: list[tuple[float, float]]) -> str:
    """Medians of two lists of measurements, and what one is of the other by clock and by processor."""
    (a, b), (c, d) = ([statistics.median(each[at] for each in times) for at in (0, 1)] for times in (ours, theirs))
    return f"{a:8.3f} s against {c:8.3f} s: ratio {a / c:.2f} by the clock, {b / d:.2f} by processor time"


def item_sql(first: int, count: int, changed: str = "0") -> str:
    """Rows of `items` number `first` to `first + count`, with the columns of a batch."""
    phrases = "[" + ", ".join(f"'{phrase}'" for phrase in PHRASES) + "]"

    def phrase(at: int) -> str:
        return (
            f"list_extract({phrases}, 1 + ((h // {len(PHRASES) ** at} + {at} * {changed}) % {len(PHRASES)})::INTEGER)"
        )

    return f"""
        SELECT key_of(item_id) AS item_key, *, NULL::UBIGINT AS parent_key, NULL::VARCHAR AS parent_id FROM (
        SELECT source || ':' || n AS item_id, CASE WHEN source = 'youtube' THEN 'video' WHEN source = 'reddit'
            THEN 'post' ELSE 'review' END AS kind,
               source, 'https://example.com/' || n AS url,
               CASE WHEN source = 'reddit' THEN NULL ELSE 'Brand ' || brand END AS brand,
                   'p-' || brand || '-' || (n % 4) AS product_id,
               'Product ' || (n % 4) AS product_name, 'a' || (h % 1000003) AS author_key, CASE
                   WHEN source = 'youtube' THEN 'Brand ' || brand || ' review ' || n END AS title,
               'Number ' || n || '. ' || {phrase(1)} || ' ' || {phrase(2)} || ' ' || {phrase(3)} || CASE
                   WHEN source = 'reddit' THEN ' Brand ' || brand || '.' ELSE '' END
               || CASE WHEN h % 50 = 0 THEN ' I switched from Brand ' || ((brand + 1) % {BRANDS}) || ' to Brand '
                   || brand || '.' ELSE '' END AS body,
               'en' AS lang, CASE WHEN source IN ('product_page', 'app_store') THEN (1 + h % 5) / 5 END AS rating,
               CASE WHEN source IN ('product_page', 'app_store') THEN '5 stars' END AS rating_scale,
               TIMESTAMP '2022-01-01' + INTERVAL 1 MINUTE * (h % (1640 * 1440))::INTEGER AS published_at,
                   NULL::TIMESTAMP AS edited_at,
               TIMESTAMP '2026-07-01' + INTERVAL 1 DAY * {changed} AS fetched_at, NULL::BOOLEAN AS verified,
               CASE WHEN source = 'youtube' THEN '{{"views":' || (h % 100000) || ',"likes":' || (h % 1000)
                   || '}}' ELSE '{{"helpful":' || (h % 9) || '}}' END::JSON AS metrics,
               '{{}}'::JSON AS extra
        FROM (SELECT n, hash(n) AS h, (hash(n + 7) % {BRANDS})::INTEGER AS brand, ['product_page', 'app_store',
            'reddit', 'youtube'][1 + (hash(n + 13) % 4)::INTEGER] AS source
              FROM range({first}, {first + count}) r(n)))
    """


def make(warehouse: Warehouse, items: int) -> None:
    """Fill a warehouse with items, tags and a watchlist, up to a million of them."""
    store_schemes(warehouse, json.loads(SCHEMES.read_text(encoding="utf-8")))
    store_watchlist(
        warehouse,
        [
            {"name": f"Brand {n}", "competitors": [f"Brand {(n + k) % BRANDS}" for k in (1, 2, 3)]}
            for n in range(BRANDS)
        ],
    )
    con, names = warehouse.con, ", ".join(COLUMNS)
    moments = "['trigger','research','encounter','purchase','wait','use','feedback','referral','none']"
    feelings = "['negative','neutral','positive']"
    con.execute(
        f"INSERT INTO items ({names}, row_hash, text_version, package_id, loaded_at) "
        f"SELECT {names}, {HASH}, 1, 'made', TIMESTAMP '2026-07-01' FROM ({item_sql(0, items)}) s"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE made AS SELECT item_key, item_id, length(item_text(title, body)) AS "
        "size, hash(item_key) AS h FROM items"
    )
    con.execute(f"""
        INSERT INTO item_tags SELECT item_key, item_id, 1, 'bench-1', {moments}[1 + (h % 9)::INTEGER], 0.9,
            {feelings}[1 + (h % 3)::INTEGER], 0.9, 'en',
               'ok', 3, '{{}}', TIMESTAMP '2026-07-01' FROM made
    """)
    con.execute(f"""
        INSERT INTO sentence_tags SELECT item_key, 1, 'bench-1', k + 1, (k * size // 3)::INTEGER,
            ((k + 1) * size // 3)::INTEGER,
               {moments}[1 + (hash(h + k) % 9)::INTEGER], 0.9, {feelings}[1 + (hash(h + k + 5) % 3)::INTEGER], 0.8,
                   NULL, NULL
        FROM made, range(3) r(k)
    """)
    con.execute("INSERT INTO models VALUES ('bench-1', TIMESTAMP '2026-07-01', true)")
    con.execute(
        "INSERT INTO packages BY NAME SELECT 'made' AS package_id, 'product_page' AS source, 'finished' AS "
        "status, true AS loaded, "
        "TIMESTAMP '2026-07-01' AS finished_at, TIMESTAMP '2026-07-01' AS loaded_at"
    )
    con.execute("DROP TABLE temp.made")


def multiply(warehouse: Warehouse, times: int) -> None:
    """Put `times` copies of every item, tag and mart row in the place of one, each under its own id, in the order of
    the rows."""
    con = warehouse.con
    con.execute(
        "CREATE TEMP MACRO copied(key, copy) AS CASE WHEN copy = 0 THEN key ELSE xor(key, copy * "
        "1152921504606846883::UBIGINT) END"
    )
    for table in (
        "items",
        "item_tags",
        "sentence_tags",
        "item_brands",
        "item_pairs",
        "text_keys",
        "item_flags",
        "mentions",
        "sentences",
        "rivals",
    ):
        columns = [row[0] for row in con.execute(f"DESCRIBE {table}").fetchall()]
        chosen = {
            "item_key": "copied(item_key, copy)",
            "item_id": "CASE WHEN copy = 0 THEN item_id ELSE item_id || '-' || copy END",
        }
        select = ", ".join(f"{chosen.get(name, name)} AS {name}" for name in columns)
        con.execute("BEGIN")
        con.execute(
            f"CREATE TABLE grown AS SELECT {select} FROM (SELECT *, unnest(range({times}))::UBIGINT AS copy "
            f"FROM {table})"
        )
        con.execute(f"DROP TABLE {table}")
        con.execute(f"ALTER TABLE grown RENAME TO {table}")
        con.execute("COMMIT")
    con.execute(f"UPDATE daily SET items = items * {times}, negative = negative * {times}")
    con.execute("CHECKPOINT warehouse")


def package(warehouse: Warehouse, landing: Path, number: int, count: int) -> None:
    """A landing package of `count` new items."""
    names = [name for name in COLUMNS if name not in ("item_key", "parent_key")]
    rows = warehouse.con.execute(
        f"SELECT {', '.join(names)} FROM ({item_sql(10**9 + number * count, count)})"
    ).fetchall()
    folder = landing / f"20260701T{number:06d}000000-product_page-{number:08x}"
    folder.mkdir(parents=True)
    lines = []
    for row in rows:
        record = dict(zip(names, row, strict=True))
        for key in ("published_at", "fetched_at"):
            record[key] = record[key].isoformat() + "Z"
        record["metrics"], record["extra"] = json.loads(record["metrics"]), {}
        lines.append(json.dumps(record))
    data = folder / "items-00001.jsonl.gz"
    data.write_bytes(gzip.compress("\n".join(lines).encode() + b"\n", 1))
    digest = hashlib.sha256(data.read_bytes()).hexdigest()
    files = [{"name": data.name, "rows": count, "bytes": data.stat().st_size, "sha256": digest}]
    manifest = {
        "format": 1,
        "package_id": folder.name,
        "source": "product_page",
        "status": "finished",
        "items": count,
        "files": files,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def bench_load(big: Warehouse, folder: Path, rounds: int = 5) -> None:
    """Ten thousand new items: into the big warehouse, and each time into a new empty one."""
    into_big, into_empty = [], []
    for number in range(rounds):
        landing = folder / f"landing-{number}"
        package(big, landing, number, 10_000)
        into_big.append(both(lambda here=landing: load_packages(big, here)))
        with open_warehouse(folder / f"empty-{number}.duckdb") as empty:
            into_empty.append(both(lambda here=landing, there=empty: load_packages(there, here)))
    print(f"load 10,000, big against empty    {ratio(into_big, into_empty)} (aim: at most 1.50)", flush=True)


def bench_upsert(big: Warehouse, items: int, batch: int) -> None:
    """Batches against one MERGE of the same Arrow table, rolled back each time.

    `new`: all new. `usual`: half new, four tenths read again unchanged, a tenth edited. Ours keeps the history of what
    is edited and notes what the marts have to redo, which MERGE does not.
    """
    con = big.con
    fresh, again, edited = (
        item_sql(items + 10**8, batch),
        item_sql(0, batch * 4 // 10),
        item_sql(batch // 2, batch // 10, "1"),
    )
    mixes = {
        "new": fresh,
        "usual": (
            f"SELECT * FROM ({item_sql(items + 10**8, batch // 2)}) UNION ALL SELECT * FROM ({again}) "
            f"UNION ALL SELECT * FROM ({edited})"
        ),
    }
    names = ", ".join(COLUMNS)
    assigned = ", ".join(f"{name} = s.{name}" for name in COLUMNS if name not in ("item_key", "item_id"))
    merge = f"""
        MERGE INTO items t USING bench_batch s ON t.item_key = s.item_key WHEN MATCHED THEN UPDATE SET {assigned}
        WHEN NOT MATCHED THEN INSERT ({names}) VALUES ({", ".join(f"s.{name}" for name in COLUMNS)})
    """
    for mix, query in mixes.items():
        table: pa.Table = con.execute(query).to_arrow_table()
        con.register("bench_batch", table)
        ours, theirs = [], []
        for _ in range(3):
            for times, work in (
                (theirs, lambda: con.execute(merge)),
                (ours, lambda: upsert(con, "bench_batch", "bench", datetime(2026, 8, 1))),
            ):
                con.execute("BEGIN")
                times.append(both(work))
                con.execute("ROLLBACK")
        con.unregister("bench_batch")
        print(f"upsert {table.num_rows:,} {mix}, against MERGE {ratio(ours, theirs)} (aim: at most 1.25)", flush=True)


def bench_views(path: Path) -> None:
    """Every public view and macro, for one brand and month; the slowest of three."""
    slowest = 0.0
    queries = [(f"{name}()", f"FROM {name}(?, ?, ?)", PERIOD) for name in MACROS]
    queries += [(name, f"FROM {name} WHERE brand = ? AND day BETWEEN ? AND ?", PERIOD) for name in VIEWS]
    queries += [(name, f"FROM {name}", []) for name in WHOLE]
    with open_snapshot(path) as snapshot:
        for name, query, params in queries:
            rows: list[Any] = []
            runs = [
                both(lambda q=query, p=params, r=rows: r.append(snapshot.con.execute(q, p).fetchall()))
                for _ in range(3)
            ]
            seconds = statistics.median(run[0] for run in runs)
            slowest = max(slowest, seconds)
            print(
                f"  {name:18s} {seconds:7.3f} s  {statistics.median(run[1] for run in runs):7.3f} s of "
                f"processor  {len(rows[-1]):,} rows",
                flush=True,
            )
    print(f"slowest view                      {slowest:8.3f} s (aim: at most 1.000)", flush=True)


def bench_publish(big: Warehouse, folder: Path) -> None:
    """Publishing against a copy of the same file, both flushed to the disk."""
    assert big.path is not None
    big.con.execute("CHECKPOINT warehouse")
    copy = "import os, shutil, sys; shutil.copyfile(*sys.argv[1:]); os.fsync(os.open(sys.argv[2], os.O_RDWR))"
    target, plain = folder / "copy.duckdb", []
    published = []
    for _ in range(3):
        plain.append(both(lambda: subprocess.run([sys.executable, "-c", copy, str(big.path), str(target)], check=True)))
        target.unlink()
        published.append(both(lambda: publish(big, folder / "published.duckdb")))
    size = big.path.stat().st_size / 2**30
    print(
        f"publish {size:.2f} GiB, against a copy    {ratio(published, plain)} (aim: at most 2.00 by the clock)",
        flush=True,
    )


PAUSE = 1.0
"""Seconds between two questions of a reader, each of which opens the snapshot anew."""
ASKED = "SELECT (SELECT count(*) FROM items), (SELECT count(DISTINCT item_key) FROM mentions)"


def read(target: Path) -> None:
    """One reader, a process of its own: asks until its standard input closes, then prints how often it did and how
    often it saw part of a load."""
    # They stand for readers on other machines: what is measured is waiting for them, not sharing a processor with them.
    os.nice(15)
    stop = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
    asked = wrong = 0
    while not stop.wait(PAUSE):
        with open_snapshot(target) as snapshot:
            items, mentioned = snapshot.con.execute(ASKED).fetchone() or (0, 0)
        asked += 1
        wrong += bool(items % 100 or items != mentioned)
    print(asked, wrong)


def bench_readers(folder: Path, readers: int = 20, loads: int = 50, alone: int = 10) -> None:
    """Readers that query all the time while loads are published: do they see whole loads only, and do they delay a
    load?"""
    target = folder / "read.duckdb"
    with open_warehouse(folder / "written.duckdb") as warehouse:
        store_watchlist(warehouse, [{"name": f"Brand {n}"} for n in range(BRANDS)])
        for number in range(loads + alone):
            package(warehouse, folder / f"r-{number}", 1000 + number, 100)

        def load(number: int) -> None:
            load_packages(warehouse, folder / f"r-{number}")
            refresh(warehouse, near_duplicates=False)
            publish(warehouse, target)

        load(0)
        before = [both(lambda n=n: load(n)) for n in range(1, alone)]
        command = [sys.executable, __file__, "--read", str(target)]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        environment = {**os.environ, "MOT_THREADS": "1"}
        processes = [subprocess.Popen(command, env=environment, **pipes) for _ in range(readers)]
        beside = [both(lambda n=n: load(n)) for n in range(alone, alone + loads)]
        answers = [[int(word) for word in process.communicate()[0].split()] for process in processes]
    asked, wrong = (sum(each[at] for each in answers) for at in (0, 1))
    print(f"{readers} readers, {loads} loads: {asked:,} queries, {wrong} saw part of a load", flush=True)
    print(f"load and publish 100 items, beside readers and alone {ratio(beside, before)}", flush=True)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=1_000_000, help="a million at most, or whole millions")
    parser.add_argument(
        "--batch", type=int, default=None, help="items of the large batch (default: a tenth of the items)"
    )
    parser.add_argument("--folder", type=Path, default=None, help="where to write; about 1.3 GB for each million items")
    parser.add_argument("--readers", action="store_true", help="also twenty readers during fifty loads")
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        read(options.read)
        return
    folder = Path(tempfile.mkdtemp(prefix="momentscope-bench-", dir=options.folder))
    try:
        with open_warehouse(folder / "big.duckdb") as big:
            limit = big.con.execute("SELECT current_setting('memory_limit')").fetchall()[0][0]
            print(f"{options.items:,} items; {os.cpu_count()} cores; memory limit of DuckDB {limit}", flush=True)
            base = min(options.items, MADE)
            print(f"{base:,} items made in {clock(lambda: make(big, base)):.0f} s", flush=True)
            seconds, processor = both(lambda: refresh(big, near_duplicates=False))
            print(f"their marts built in {seconds:.0f} s ({processor:.0f} s of processor)", flush=True)
            if options.items > base:
                print(f"multiplied in {clock(lambda: multiply(big, options.items // base)):.0f} s", flush=True)
            bench_load(big, folder)
            print(
                f"marts refreshed after 5 loads in {clock(lambda: refresh(big, near_duplicates=False)):.1f} s",
                flush=True,
            )
            bench_upsert(big, options.items, options.batch or options.items // 10)
            bench_publish(big, folder)
        bench_views(folder / "published.duckdb")
        if options.readers:
            bench_readers(folder)
        print(
            f"most memory in use         {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:8.2f} GiB "
            f"(aim: at most 4.00)"
        )
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
