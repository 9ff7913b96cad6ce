"""Items that figures leave out by default: staff replies, spam, copies, incentivised reviews. Kept and marked, never
dropped.

A copy is a text that another item has published before: the same words (`duplicate` within a source, `syndicated` from
another one) or nearly the same (`near duplicate`: MinHash of word triples, Broder 1997, through datasketch; estimated
Jaccard similarity of at least `NEAR`). Short texts are no copies of each other ("great product"), unless one author
repeats
them; `size_of` in `warehouse.text` says which are. What the flags of an item are depends on the items only, not on
the order in which they arrived.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import duckdb

from warehouse.text import read_words

if TYPE_CHECKING:
    import pyarrow as pa

NEAR = 0.8
PERMUTATIONS, BANDS = 64, 16
"""A pair at similarity 0.8 shares one of 16 bands of 4 with probability 0.9998, one at 0.3 with 0.12."""
CROWD = 200
"""Items of a band beyond which it tells nothing (a form letter): exact copies are found without it."""
_CHUNK = 20_000

_STAFF = (
    r" (?:thank|thanks) (?: [^ ]+ ){0,4} (?:review|feedback|comment) .*"
    r" (?:contact|email|write|reach|message) (?: [^ ]+ ){0,3} (?:us|support|team) "
    r"| we (?: [^ ]+ ){0,3} sorry  to  hear .* (?:us|our|team) "
)
_INCENTIVE = (
    r" in  exchange  for (?: [^ ]+ ){0,4} (?:review|opinion|feedback) "
    r"| (?:received|got|given) (?: [^ ]+ ){0,4} (?:for  free|free  of  charge|free  sample|sample)"
    r" (?: [^ ]+ ){0,6} (?:review|test|try) "
    r"| (?:paid  partnership|sponsored  (?:post|video|review)|gifted  by|vine  (?:review|customer|voice)|"
    r"produkttester|kostenlos  zum  testen) "
)
_SPAM = (
    r" (?:whatsapp|telegram|t  me|bitcoin|crypto|forex|casino|viagra|onlyfans|loan  offer|work  from  home|earn  money|"
    r"make  money  fast) "
    r"| (?:subscribe|follow|check) (?: [^ ]+ ){0,3} my  (?:channel|page|profile|bio) "
    r"| promo  code  [^ ]+ .*http "
)


def refresh(con: duckdb.DuckDBPyConnection, *, near: bool = True) -> None:
    """Write `item_flags` anew for the items in `scope` and for those whose copies they are, which are added to `scope`.

    `near=False` skips the comparison for near copies, which costs about 0.2 ms a long text.
    """
    _fingerprint(con, near)
    con.execute("""
        CREATE OR REPLACE TEMP TABLE touched AS
        SELECT item_key FROM text_keys WHERE text_hash IN (SELECT text_hash
            FROM text_keys SEMI JOIN scope USING (item_key))
        UNION SELECT item_key FROM text_bands SEMI JOIN (
            SELECT DISTINCT band, bucket FROM text_bands SEMI JOIN scope USING (item_key)) s USING (band, bucket)
        UNION SELECT item_key FROM scope
        UNION SELECT item_key FROM item_flags WHERE original_key IN (SELECT item_key FROM scope)
    """)
    con.execute("INSERT INTO scope SELECT item_key FROM touched WHERE item_key NOT IN (SELECT item_key FROM scope)")
    read_words(con)
    con.execute("DELETE FROM item_flags WHERE item_key IN (SELECT item_key FROM touched)")
    _exact(con)
    _near(con)
    con.execute(
        """
        INSERT INTO item_flags
        SELECT item_key, coalesce(CASE flagged WHEN 1 THEN 'staff' WHEN 2
            THEN 'spam' END, copy, CASE flagged WHEN 3 THEN 'incentivised' END),
               CASE WHEN flagged IS NULL OR flagged = 3 THEN original_key END
        FROM (
            SELECT item_key, CASE
                WHEN json_extract_string(extra, '$.staff') = 'true' OR json_extract_string(extra, '$.official') = 'true'
                     OR (kind IN ('comment', 'review', 'post') AND regexp_matches(words, $staff)) THEN 1
                WHEN regexp_matches(words, $spam) OR len(regexp_extract_all(coalesce(body, ''),
                    'https?://')) >= 3 AND kind <> 'video' THEN 2
                WHEN json_extract_string(extra, '$.incentivised') = 'true'
                    OR json_extract_string(extra, '$.incentivized') = 'true'
                     OR regexp_matches(words, $incentive) THEN 3 END AS flagged
            FROM (SELECT item_key, kind, extra, body, left(words, 5000) AS words
                  FROM items JOIN words USING (item_key) SEMI JOIN touched USING (item_key)))
        LEFT JOIN (SELECT item_key, 'duplicate' AS copy, original_key FROM copies WHERE same_source
                   UNION ALL SELECT item_key, 'syndicated', original_key FROM copies WHERE NOT same_source
                   UNION ALL SELECT item_key, 'near duplicate', original_key FROM near_copies) USING (item_key)
        WHERE flagged IS NOT NULL OR copy IS NOT NULL
        """,
        {"staff": _STAFF, "spam": _SPAM, "incentive": _INCENTIVE},
    )
    con.execute("DROP TABLE temp.touched; DROP TABLE temp.copies; DROP TABLE temp.near_copies")


def _fingerprint(con: duckdb.DuckDBPyConnection, near: bool) -> None:
    """`text_keys` and `text_bands` of the items in scope."""
    for table in ("text_keys", "text_bands"):
        con.execute(f"DELETE FROM {table} WHERE item_key IN (SELECT item_key FROM scope)")
    con.execute("""
        INSERT INTO text_keys
        SELECT item_key, md5_number_lower(words), size_of(words), NULL
        FROM (SELECT item_key, trim(words) AS words FROM words SEMI JOIN scope USING (item_key))
        WHERE words <> ''
    """)
    if not near:
        return
    con.execute("CREATE OR REPLACE TEMP TABLE signed (item_key UBIGINT, signature UINTEGER[])")
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE long_texts AS
        SELECT row_number() OVER () AS place, item_key, left(words, 5000) AS words
        FROM words SEMI JOIN scope USING (item_key)
        WHERE item_key IN (SELECT item_key FROM text_keys WHERE size = 'long')
        """
    )
    (total,) = con.execute("SELECT count(*) FROM long_texts").fetchone() or (0,)
    for start in range(0, total, _CHUNK):
        rows = con.execute(
            "SELECT item_key, words FROM long_texts WHERE place > ? AND place <= ?", [start, start + _CHUNK]
        ).fetchall()
        con.register("chunk", _signatures(rows))
        con.execute("INSERT INTO signed SELECT * FROM chunk")
        con.unregister("chunk")
    con.execute("DROP TABLE temp.long_texts")
    con.execute("UPDATE text_keys SET signature = s.signature FROM signed s WHERE text_keys.item_key = s.item_key")
    size = PERMUTATIONS // BANDS
    con.execute(f"""
        INSERT INTO text_bands
        SELECT item_key, band, md5_number_lower(signature[band * {size} + 1 : band * {size} + {size}]::VARCHAR)
        FROM signed, (SELECT unnest(range({BANDS}))::UTINYINT AS band)
    """)
    con.execute("DROP TABLE temp.signed")


def _signatures(rows: list[tuple[int, str]]) -> pa.Table:
    # Imported here: they take a second, and a refresh with no long text needs none of them.
    import numpy as np
    import pyarrow as pa
    from datasketch import MinHash

    # One seed for ever: signatures of different runs are compared with each other.
    seeded = MinHash(num_perm=PERMUTATIONS, seed=1, hashfunc=zlib.crc32)
    signatures = []
    for _, text in rows:
        words = text.split()
        sketch = seeded.copy()
        sketch.update_batch([" ".join(words[at : at + 3]).encode() for at in range(len(words) - 2)])
        signatures.append(sketch.hashvalues.astype(np.uint32))
    keys = pa.array([key for key, _ in rows], pa.uint64())
    return pa.table({"item_key": keys, "signature": pa.array(signatures, pa.list_(pa.uint32()))})


def _exact(con: duckdb.DuckDBPyConnection) -> None:
    """`copies`: items whose words another item had before."""
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE copies AS
        SELECT item_key, original_key, source = original_source AS same_source
        FROM (
            SELECT *, first_value(item_key) OVER w AS original_key, first_value(source) OVER w AS original_source
            FROM (
                SELECT k.item_key, k.text_hash, i.source, i.published_at, i.item_id, i.kind,
                       CASE WHEN k.size = 'short' THEN coalesce(i.author_key, i.item_id) || coalesce(i.product_id,
                           i.parent_id, '') END AS author
                FROM text_keys k JOIN items i USING (item_key)
                WHERE k.text_hash IN (SELECT text_hash FROM text_keys WHERE text_hash IN (
                    SELECT text_hash FROM text_keys SEMI JOIN touched USING (item_key)) GROUP BY text_hash HAVING
                        count(*) > 1))
            WINDOW w AS (PARTITION BY text_hash, author ORDER BY published_at NULLS LAST, item_id))
        WHERE item_key <> original_key
        """
    )


def _near(con: duckdb.DuckDBPyConnection) -> None:
    """`near_copies`: items that are no exact copies, and resemble one that was published before them."""
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE near_copies AS
        WITH crowded AS (
            SELECT band, bucket FROM text_bands
            WHERE (band, bucket) IN (SELECT band, bucket FROM text_bands SEMI JOIN touched USING (item_key))
            GROUP BY band, bucket HAVING count(*) BETWEEN 2 AND $crowd),
        pairs AS (
            SELECT DISTINCT a.item_key, b.item_key AS other
            FROM text_bands a JOIN crowded USING (band, bucket) JOIN text_bands b USING (band, bucket)
            WHERE a.item_key <> b.item_key AND a.item_key IN (SELECT item_key FROM touched)),
        alike AS (
            SELECT p.item_key, p.other, i.published_at, i.item_id, o.published_at AS other_at, o.item_id AS other_id
            FROM pairs p JOIN text_keys k ON k.item_key = p.item_key JOIN text_keys l ON l.item_key = p.other
            JOIN items i ON i.item_key = p.item_key JOIN items o ON o.item_key = p.other
            WHERE k.text_hash <> l.text_hash
              AND len(list_filter(range(1, len(k.signature) + 1),
                  lambda place: k.signature[place] = l.signature[place])) >= $near * len(k.signature))
        SELECT item_key, arg_min(other, (coalesce(other_at, TIMESTAMP '9999-01-01'), other_id)) AS original_key
            FROM alike
        WHERE (coalesce(other_at, TIMESTAMP '9999-01-01'), other_id) < (coalesce(published_at,
            TIMESTAMP '9999-01-01'), item_id)
          AND item_key NOT IN (SELECT item_key FROM copies)
        GROUP BY item_key
        """,
        {"crowd": CROWD, "near": NEAR},
    )
