"""The sentences behind the figures: every moment and feeling is heard, each marked with all that it stands for."""

from __future__ import annotations

from warehouse.report.model import Voice
from warehouse.report.query import Ask, stars

LIMIT = 1500  # sentences on one page; of each moment and feeling the best come first
LONGEST = 600  # characters of a sentence that a report keeps

# A facet of the item (it left for a rival, it stays loyal) is shown by the item's sentences that say so: those of the
# fitting moment or with the rival's name in them, and by all its sentences only where none does.
_VOICES = f"""
WITH chosen AS (
    SELECT v.*, row_number() OVER (
        PARTITION BY v.moment, v.sentiment ORDER BY v.score DESC, v.published_at DESC, v.item_id, v.sentence_no
    ) AS place
    FROM voices v
    WHERE {Ask.WHERE} AND v.role = 'subject' AND v.flag IS NULL
), kept AS (
    SELECT * FROM chosen ORDER BY place, moment, sentiment LIMIT $most
), said AS (
    SELECT k.*, m.loyalty,
        bool_or(k.moment = 'feedback') OVER (PARTITION BY k.item_key) AS judges
    FROM kept k
    JOIN mentions m ON m.item_key = k.item_key AND m.brand = k.brand
), named AS (
    SELECT k.item_key, k.sentence_no, r.rival, r.relation,
        contains(lower(k.text), lower(r.rival)) AS here,
        bool_or(contains(lower(k.text), lower(r.rival))) OVER (PARTITION BY k.item_key, r.rival, r.relation) AS anywhere
    FROM kept k
    JOIN rivals r ON r.item_key = k.item_key AND r.brand = k.brand
), facets AS (
    SELECT item_key, sentence_no,
        list_sort(list_distinct(list('rival:' || rival))) AS rival_names,
        bool_or(relation = 'switched from') AS won,
        bool_or(relation = 'switched to') AS lost
    FROM named WHERE here OR NOT anywhere GROUP BY ALL
)
SELECT said.*, coalesce(f.rival_names, []) AS rival_names,
    coalesce(f.won, false) AS won, coalesce(f.lost, false) AS lost,
    (said.loyalty IS NOT NULL AND (said.moment = 'feedback' OR NOT said.judges)) AS shows_loyalty
FROM said LEFT JOIN facets f USING (item_key, sentence_no)
ORDER BY said.moment = 'none', said.place, said.score DESC, said.item_id, said.sentence_no
"""


def voices(ask: Ask, research: frozenset[str], limit: int = LIMIT) -> tuple[Voice, ...]:
    """Up to `limit` sentences of the period, the most representative of every moment and feeling first.

    `research` are the moments that count as research.
    """
    found = []
    for row in ask.rows(_VOICES, most=limit):
        researches = row["moment"] in research
        about = [
            name
            for name, applies in (
                ("zmot", researches),
                ("question", researches and row["is_question"]),
                ("comparison", row["rival_names"]),
                ("won", row["won"]),
                ("lost", row["lost"]),
                (row["loyalty"], row["shows_loyalty"]),
                ("video", row["kind"] == "video"),
                ("low_rating", row["rating_class"] == "low"),
                ("high_rating", row["rating_class"] == "high"),
            )
            if applies and name
        ]
        if researches and row["is_question"] and row["theme"]:
            about.append(f"theme:{row['theme']}")
        text = row["text"] or ""
        found.append(
            Voice(
                key=f"{row['item_id']}#{row['sentence_no']}",
                text=text[:LONGEST],
                moment=row["moment"],
                sentiment=row["sentiment"],
                source=row["source"],
                kind=row["kind"],
                lang=row["lang"],
                published=row["day"],
                url=row["url"],
                product=row["product_name"],
                stars=stars(row["rating"]),
                helpful=row["helpful"] or 0,
                unsure=row["status"] == "unsure",
                unsupported=row["status"] == "unsupported",
                about=(*about, *row["rival_names"]),
            )
        )
    return tuple(found)


def voices_total(ask: Ask) -> int:
    """All sentences of the period, also those beyond the limit."""
    where = f"{Ask.WHERE} AND role = 'subject' AND flag IS NULL"
    return int(ask.one(f"SELECT count(*) AS n FROM voices WHERE {where}")["n"])
