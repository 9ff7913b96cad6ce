"""Which brands an item speaks of, and which of them it weighs against each other.

Promise: the answer depends on the item, its parents and the watchlist only. What the page says counts first; else every
brand that the text names as whole words; else the brands of the item that it answers. An item may speak of several.
A name beside one of its brand's excluded terms does not count, and an ambiguous name (a common word) counts only beside
one of its wanted terms. All of it is SQL over the temporary tables `scope` (item keys) and `words` (their texts, see
`warehouse.text`); names reach
it as parameters.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

_WORD = r"(?: [^ ]+ )"
_MOVED = (
    "switch|switched|switching|move|moved|moving|change|changed|came|coming|went|going|upgraded|converted|migrated|jumped|"
    "gewechselt|wechselte|umgestiegen|passe|passee|pase|cambie|cambiado|change"
)
_LEFT = "replaced|traded|swapped|ditched|dumped|dropped|left|ersetzt"
_AGAINST = "vs|versus|or|against|than|over|compared|instead|oder|gegen|als|contre|ou|que|contra|o"


@dataclass(frozen=True)
class Names:
    """The names that texts are searched for: one alternation for words, one for scripts that put no spaces between
    them."""

    spaced: str
    unspaced: str


def attribute(con: duckdb.DuckDBPyConnection) -> None:
    """Write `item_brands` and `item_pairs` anew for the items in `scope`; the caller opens the transaction."""
    names = _prepare(con)
    for table in ("item_brands", "item_pairs"):
        con.execute(f"DELETE FROM {table} WHERE item_key IN (SELECT item_key FROM scope)")
    _by_page(con)
    _by_text(con, names)
    con.execute("""
        INSERT INTO item_brands
        SELECT p.item_key, p.brand, coalesce(p.product_id, t.product_id), coalesce(p.product_name, t.product_name),
            'subject', p.via
        FROM by_page p LEFT JOIN by_text t ON t.item_key = p.item_key AND t.brand = p.brand
    """)
    con.execute("""
        INSERT INTO item_brands
        SELECT t.item_key, t.brand, t.product_id, t.product_name,
               CASE WHEN t.item_key IN (SELECT item_key FROM by_page) THEN 'mentioned' ELSE 'subject' END, 'text'
        FROM by_text t ANTI JOIN by_page p ON p.item_key = t.item_key AND p.brand = t.brand
    """)
    _by_parent(con)
    _pairs(con, names.spaced)
    con.execute("DROP TABLE temp.by_page; DROP TABLE temp.by_text; DROP TABLE temp.names")


def _prepare(con: duckdb.DuckDBPyConnection) -> Names:
    """The temporary table `names` (name as `norm` makes it → brand, product), and the patterns for all of them."""
    con.execute("""
        CREATE OR REPLACE TEMP TABLE names AS
        SELECT DISTINCT trim(norm(name)) AS name, brand, product_id, product_name
        FROM (SELECT brand AS name, brand, NULL AS product_id, NULL AS product_name FROM brands
              UNION ALL SELECT alias, brand, NULL, NULL FROM brand_aliases
              UNION ALL SELECT product_name, brand, product_id, product_name FROM products
              UNION ALL SELECT unnest(aliases), brand, product_id, product_name FROM products)
        WHERE trim(norm(name)) <> ''
    """)
    found = con.execute(r"""
        SELECT name, regexp_matches(name,
            '[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Hangul}]') AS unspaced
        FROM (SELECT DISTINCT name FROM names) ORDER BY length(name) DESC, name
    """).fetchall()
    # Longest first: an alternation takes the first that fits, and a product's name may begin with its brand's.
    spaced = "|".join(name for name, unspaced in found if not unspaced)
    return Names(spaced, "|".join(name for name, unspaced in found if unspaced))


def _by_page(con: duckdb.DuckDBPyConnection) -> None:
    """`by_page`: the brand and product that the page states, in the watchlist's spelling where it has them."""
    con.execute("""
        CREATE OR REPLACE TEMP TABLE stated AS
        SELECT *, row_number() OVER (ORDER BY brand, product_id, product_name) AS stated_no
        FROM (SELECT DISTINCT brand, product_id, product_name FROM items SEMI JOIN scope USING (item_key)
              WHERE brand IS NOT NULL OR product_name IS NOT NULL)
    """)
    con.execute("""
        CREATE OR REPLACE TEMP TABLE stated_brand AS
        SELECT stated_no, product_id, product_name, min(brand) AS brand, min(via) AS via
        FROM (
            SELECT s.stated_no, s.product_id, s.product_name, coalesce(n.brand, s.brand) AS brand, 'page' AS via
            FROM stated s LEFT JOIN names n ON n.name = trim(norm(s.brand)) AND n.product_id IS NULL
            WHERE s.brand IS NOT NULL
            UNION ALL
            SELECT s.stated_no, s.product_id, s.product_name, n.brand, 'product'
            FROM stated s JOIN names n ON s.brand IS NULL AND contains(norm(s.product_name), ' ' || n.name || ' ')
            JOIN brands b ON b.brand = n.brand AND (n.product_id IS NOT NULL OR NOT b.ambiguous))
        GROUP BY stated_no, product_id, product_name HAVING count(DISTINCT brand) = 1
    """)
    # The watchlist's product by its id, else by the longest of its names within the page's product name.
    con.execute("""
        CREATE OR REPLACE TEMP TABLE stated_product AS
        SELECT b.stated_no, arg_max(n.product_id, (n.product_id = b.product_id, length(n.name),
            n.product_id)) AS product_id,
               arg_max(n.product_name, (n.product_id = b.product_id, length(n.name), n.product_id,
            n.product_name)) AS product_name
        FROM stated_brand b JOIN names n ON n.brand = b.brand AND n.product_id IS NOT NULL
            AND (n.product_id = b.product_id OR contains(norm(b.product_name), ' ' || n.name || ' '))
        GROUP BY b.stated_no
    """)
    con.execute("""
        CREATE OR REPLACE TEMP TABLE by_page AS
        SELECT i.item_key, b.brand, coalesce(p.product_id, b.product_id) AS product_id,
               coalesce(p.product_name, b.product_name) AS product_name, b.via
        FROM items i SEMI JOIN scope USING (item_key)
        JOIN stated s ON s.brand IS NOT DISTINCT FROM i.brand AND s.product_id IS NOT DISTINCT FROM i.product_id
            AND s.product_name IS NOT DISTINCT FROM i.product_name
        JOIN stated_brand b USING (stated_no) LEFT JOIN stated_product p USING (stated_no)
    """)
    con.execute("DROP TABLE temp.stated; DROP TABLE temp.stated_brand; DROP TABLE temp.stated_product")


def _by_text(con: duckdb.DuckDBPyConnection, names: Names) -> None:
    """`by_text`: the brands that the text names, context terms respected, each with the first product named."""
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE named AS
        SELECT item_key, unnest(list_distinct(list_concat(
            CASE WHEN $spaced = '' THEN [] ELSE regexp_extract_all(words, ' (' || $spaced || ') ', 1) END,
            CASE WHEN $unspaced = '' THEN [] ELSE regexp_extract_all(words, '(' || $unspaced || ')', 1) END))) AS name
        FROM words SEMI JOIN scope USING (item_key)
        """,
        {"spaced": names.spaced, "unspaced": names.unspaced},
    )
    con.execute("""
        CREATE OR REPLACE TEMP TABLE by_text AS
        SELECT item_key, brand, min(product_id) AS product_id,
               arg_min(product_name, (product_id, product_name)) AS product_name,
               bool_and(product_id IS NULL) AS bare
        FROM named JOIN names USING (name) GROUP BY item_key, brand
    """)
    con.execute("""
        DELETE FROM by_text WHERE (item_key, brand) IN (
            SELECT item_key, brand FROM (
                SELECT t.item_key, t.brand, t.bare, b.ambiguous, w.words || norm(coalesce(i.product_name, '')) AS words
                FROM by_text t JOIN brands b USING (brand) JOIN items i USING (item_key) JOIN words w USING (item_key)
                WHERE b.ambiguous OR b.brand IN (SELECT brand FROM brand_terms WHERE NOT wanted)) c
            WHERE EXISTS (SELECT 1 FROM brand_terms x
                          WHERE x.brand = c.brand AND NOT x.wanted
                              AND contains(c.words, ' ' || trim(norm(x.term)) || ' '))
               OR (c.ambiguous AND c.bare AND NOT EXISTS (
                   SELECT 1 FROM brand_terms x
                   WHERE x.brand = c.brand AND x.wanted AND contains(c.words, ' ' || trim(norm(x.term)) || ' '))))
    """)
    con.execute("DROP TABLE temp.named")


def _by_parent(con: duckdb.DuckDBPyConnection) -> None:
    """Give answers the brands of what they answer; twice, for the answers to answers."""
    for inherited in ("via <> 'parent'", "via = 'parent'"):
        con.execute(f"""
            INSERT INTO item_brands
            SELECT DISTINCT i.item_key, p.brand, p.product_id, p.product_name,
                   CASE WHEN i.item_key IN (SELECT item_key FROM item_brands)
                       THEN 'mentioned' ELSE 'subject' END, 'parent'
            FROM items i SEMI JOIN scope USING (item_key)
            JOIN item_brands p ON p.item_key = i.parent_key AND p.role = 'subject' AND p.{inherited}
            WHERE NOT EXISTS (SELECT 1 FROM item_brands o WHERE o.item_key = i.item_key AND o.brand = p.brand)
        """)


def _pairs(con: duckdb.DuckDBPyConnection, alternation: str) -> None:
    """`item_pairs` of the items that speak of several brands: the strongest relation that the text states for each
    pair."""
    con.execute("""
        CREATE OR REPLACE TEMP TABLE several AS
        SELECT item_key, CASE WHEN count(*) FILTER (role = 'subject') = 1
            THEN min(brand) FILTER (role = 'subject') END AS subject
        FROM item_brands SEMI JOIN scope USING (item_key) GROUP BY item_key
        HAVING count(DISTINCT brand) > 1 AND bool_or(via <> 'parent')
    """)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE several_words AS SELECT item_key, subject, words FROM several JOIN words "
        "USING (item_key)"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE told (item_key UBIGINT, subject VARCHAR, first VARCHAR, second VARCHAR, "
        "relation VARCHAR)"
    )
    if alternation:
        _read_relations(con, f" ({alternation}) ")
    con.execute("""
        INSERT INTO item_pairs
        SELECT item_key, brand, rival,
               CASE min(strength) WHEN 1 THEN 'switched from' WHEN 2 THEN 'switched to' WHEN 3
                   THEN 'versus' ELSE 'named' END
        FROM (
            SELECT item_key, second AS brand, first AS rival, CASE relation WHEN 'switched'
                THEN 1 ELSE 3 END AS strength FROM told
            UNION ALL SELECT item_key, first, second, CASE relation WHEN 'switched' THEN 2 ELSE 3 END FROM told
            UNION ALL SELECT a.item_key, a.brand, b.brand, 4
            FROM item_brands a JOIN item_brands b ON a.item_key = b.item_key AND a.brand <> b.brand
            WHERE (a.role = 'subject' OR b.role = 'subject') AND a.item_key IN (SELECT item_key FROM several))
        WHERE brand <> rival AND (item_key, brand) IN (SELECT item_key, brand FROM item_brands)
            AND (item_key, rival) IN (SELECT item_key, brand FROM item_brands)
        GROUP BY item_key, brand, rival
    """)
    con.execute("DROP TABLE temp.several; DROP TABLE temp.several_words; DROP TABLE temp.told")


def _read_relations(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Fill `told`; for a switch `first` was left for `second`."""
    some = _WORD + "{0,3}"
    both = [
        ("versus", f"{name}{some} (?:{_AGAINST}) {some}{name}"),
        (
            "switched",
            f" (?:{_MOVED}) {some} (?:from|von|de|del|du) {some}{name}{_WORD}{{0,6}} "
            f"(?:to|zu|auf|a|al|pour|por) {some}{name}",
        ),
        ("switched", f" (?:{_LEFT}) {some}{name}{_WORD}{{0,5}} (?:with|for|by|durch) {some}{name}"),
    ]
    for relation, pattern in both:
        con.execute(
            """
            INSERT INTO told
            SELECT item_key, subject, a.brand, b.brand, $relation
            FROM (SELECT item_key, subject, unnest(regexp_extract_all(words, $p, 1)) AS one,
                unnest(regexp_extract_all(words, $p, 2)) AS other
                  FROM several_words)
            JOIN names a ON a.name = one JOIN names b ON b.name = other WHERE a.brand <> b.brand
            """,
            {"relation": relation, "p": pattern},
        )
    # One side only: the other is the brand that the item is about.
    one = [
        ("o.brand, s.subject", f" (?:{_MOVED}) {some} (?:from|von) {some}{name}"),
        ("s.subject, o.brand", f" (?:{_MOVED}) {_WORD}{{0,2}} (?:to|zu) {_WORD}{{0,2}}{name}"),
    ]
    for sides, pattern in one:
        con.execute(
            f"""
            INSERT INTO told
            SELECT s.item_key, s.subject, {sides}, 'switched'
            FROM (SELECT item_key, subject, unnest(regexp_extract_all(words, $p, 1)) AS name FROM several_words
                  WHERE subject IS NOT NULL AND item_key NOT IN (SELECT item_key
                      FROM told WHERE relation = 'switched')) s
            JOIN names o USING (name) WHERE o.brand <> s.subject
            """,
            {"p": pattern},
        )
