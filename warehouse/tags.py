"""Tags: what the model says of each item text, kept for each model.

Promise: tags are keyed by (item, text version, model version), a file of them is loaded in one transaction, and loading
it again changes nothing; so tagging can be killed at any point and goes on with what is still untagged. Tags of an item
that was erased meanwhile, or of a text that is not known, are dropped.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb

from warehouse.connect import Warehouse
from warehouse.engine import quoted
from warehouse.errors import WarehouseError

_SHAPE = """{
    id: 'VARCHAR', model_version: 'VARCHAR', moment: 'VARCHAR', sentiment: 'VARCHAR', lang: 'VARCHAR', status:
    'VARCHAR',
    moments: 'JSON', confidence: 'STRUCT(moment FLOAT, sentiment FLOAT)',
    sentences: 'STRUCT("start" INTEGER, "end" INTEGER, moment VARCHAR, sentiment VARCHAR, moment_probs FLOAT[],
    sentiment_probs FLOAT[])[]'
}"""
_MAX_LINE = 256 * 1024 * 1024


def export_untagged(warehouse: Warehouse, model_version: str, output: Path, limit: int) -> int:
    """Write up to `limit` current texts that `model_version` has not tagged as the tagger's input; returns how many.

    One JSON line each: `id` ("<item_id>@<text_version>"), `text`, `kind`, `lang`; in the order of the ids. Items
    without any text have nothing to tag and are left out.
    """
    con = warehouse.con
    # The keys first and alone, then the texts of those few by their place: the texts are what makes the table large.
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE missing AS
        SELECT rowid AS place FROM items i WHERE NOT EXISTS (
            SELECT 1 FROM item_tags t
            WHERE t.item_key = i.item_key AND t.text_version = i.text_version AND t.model_version = $model)
        """,
        {"model": model_version},
    )
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE untagged AS
        SELECT item_id || '@' || text_version AS id, item_text(title, body) AS text, kind, lang
        FROM items i JOIN missing m ON i.rowid = m.place
        WHERE coalesce(title, '') <> '' OR coalesce(body, '') <> ''
        ORDER BY item_id LIMIT $limit
        """,
        {"limit": limit},
    )
    con.execute(f"COPY (SELECT * FROM untagged ORDER BY id) TO {quoted(str(output))} (FORMAT json)")
    row = con.execute("SELECT count(*) FROM untagged").fetchone()
    con.execute("DROP TABLE temp.untagged; DROP TABLE temp.missing")
    return int(row[0]) if row else 0


def load_tags(warehouse: Warehouse, tags_file: Path) -> int:
    """Load a file as the tagger writes it; returns how many item texts were not tagged by its model before.

    Raises WarehouseError when the file is not such a file; then nothing of it is loaded.
    """
    now = datetime.now(UTC).replace(tzinfo=None)
    return warehouse.attempt(lambda con: _load(con, tags_file, now))


def activate(warehouse: Warehouse, model_version: str) -> None:
    """Let figures use the tags of this model from the next refresh on, and keep to it until told otherwise."""
    if not warehouse.con.execute("SELECT 1 FROM models WHERE model_version = ?", [model_version]).fetchone():
        known = [row[0] for row in warehouse.con.execute("SELECT model_version FROM models").fetchall()]
        raise WarehouseError(
            f"no tags of the model {model_version!r} are here; there are those of: {', '.join(known) or 'none'}"
        )
    with warehouse.transaction():
        warehouse.set_meta("chosen_model", model_version)


def _load(con: duckdb.DuckDBPyConnection, tags_file: Path, now: datetime) -> int:
    try:
        con.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE arrived AS
            SELECT *, row_number() OVER () AS line, regexp_extract(id, '^(.*)@\\d+$', 1) AS item_id,
                   TRY_CAST(regexp_extract(id, '@(\\d+)$', 1) AS INTEGER) AS text_version
            FROM read_json($file, format = 'newline_delimited', columns = {_SHAPE}, maximum_object_size = {_MAX_LINE})
            """,
            {"file": str(tags_file)},
        )
    except duckdb.Error as error:
        raise WarehouseError(f"{tags_file.name} is not a file of tags: {str(error).splitlines()[0][:200]}") from None
    bad = con.execute(
        "SELECT id FROM arrived WHERE id IS NULL OR text_version IS NULL OR item_id = '' OR model_version IS "
        "NULL OR moment IS NULL LIMIT 1"
    ).fetchone()
    if bad:
        raise WarehouseError(
            f"{tags_file.name}: the line with id {bad[0]!r} has no item id and text version, model version or "
            f"moment; tag again"
        )
    lines, texts = con.execute("SELECT count(*), count(DISTINCT (id, model_version)) FROM arrived").fetchone() or (0, 0)
    if lines > texts:
        # What is said twice counts as it was said first; chosen by line, for which row comes first is up to threads.
        con.execute("DELETE FROM arrived WHERE line NOT IN (SELECT min(line) FROM arrived GROUP BY id, model_version)")
    # Only texts that are still here, and only what this model has not said yet.
    con.execute("""
        CREATE OR REPLACE TEMP TABLE fresh AS
        SELECT a.*, k.item_key
        FROM arrived a JOIN (SELECT item_key, item_id, text_version AS last FROM items) k USING (item_id)
        WHERE a.text_version BETWEEN 1 AND k.last AND NOT EXISTS (
            SELECT 1 FROM item_tags t
            WHERE t.item_key = k.item_key AND t.text_version = a.text_version AND t.model_version = a.model_version)
        ORDER BY a.item_id, a.text_version, a.model_version
    """)
    con.execute(
        """
        INSERT INTO item_tags
        SELECT item_key, item_id, text_version, model_version, moment, confidence.moment, sentiment,
            confidence.sentiment, lang,
               coalesce(status, 'ok'), coalesce(len(sentences), 0), moments, $now FROM fresh
        """,
        {"now": now},
    )
    con.execute("""
        INSERT INTO sentence_tags
        SELECT item_key, text_version, model_version, sentence_no, s."start", s."end", s.moment,
            list_max(s.moment_probs),
               s.sentiment, list_max(s.sentiment_probs), s.moment_probs, s.sentiment_probs
        FROM (SELECT item_key, text_version, model_version, item_id, unnest(sentences) AS s,
                     generate_subscripts(sentences, 1) AS sentence_no FROM fresh)
        ORDER BY item_id, text_version, model_version, sentence_no
    """)
    con.execute("INSERT INTO pending SELECT item_key FROM fresh")
    con.execute(
        "INSERT INTO models SELECT DISTINCT model_version, $now::TIMESTAMP, false FROM arrived "
        "WHERE model_version NOT IN (SELECT model_version FROM models)",
        {"now": now},
    )
    row = con.execute("SELECT count(*) FROM fresh").fetchone()
    con.execute("DROP TABLE temp.arrived; DROP TABLE temp.fresh")
    return int(row[0]) if row else 0
