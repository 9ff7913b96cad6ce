"""Text as SQL sees it: small macros that every connection of this room has.

`item_text` joins title and body exactly as the tags' offsets count them. `norm` is for matching names: lower case, no
accents, every run of other characters two spaces, one space at either end, so that ' name ' finds whole words even when
two of them stand side by side. `utc` reads a time with its offset; one without is UTC already. `size_of`
a trimmed `norm`: from six words on a text is `middle`, from fifteen on `long`.
"""

from __future__ import annotations

import duckdb

LONGEST = 20_000
"""Characters of a text that are searched for names, copies and telling words."""

MACROS = r"""
CREATE OR REPLACE TEMP MACRO item_text(title, body) AS
    CASE WHEN coalesce(title, '') = '' THEN coalesce(body, '')
         WHEN coalesce(body, '') = '' THEN title
         ELSE title || '. ' || body END;
CREATE OR REPLACE TEMP MACRO norm(words) AS
    ' ' || regexp_replace(lower(strip_accents(words)), '[^\p{L}\p{N}]+', '  ', 'g') || ' ';
CREATE OR REPLACE TEMP MACRO key_of(item_id) AS md5_number_lower(item_id);
CREATE OR REPLACE TEMP MACRO size_of(words) AS
    CASE WHEN regexp_matches(words, '^(?:[^ ]+  ){14}') THEN 'long'
         WHEN regexp_matches(words, '^(?:[^ ]+  ){5}') THEN 'middle' ELSE 'short' END;
CREATE OR REPLACE TEMP MACRO utc(written) AS make_timestamp(epoch_us(TRY_CAST(written AS TIMESTAMPTZ)));
"""

_LEAVES = (
    r" (?:never|not|won  t|wouldn  t|don  t|cannot) (?: [^ ]+ ){0,3}"
    r" (?:buy|order|purchase|use|fly|return|come|recommend|shop) (?: [^ ]+ ){0,4} (?:again|back|anymore) "
    r"| (?:last  time|returned  it|returned  them|returning  it|sent  it  back|sending  it  back|sending  them  back|"
    r"want  my  money  back|asked  for  a  refund|uninstalled|cancelled|canceled|nie  wieder|plus  jamais|nunca  mas) "
    r"| never  again "
)
_STAYS = (
    r" (?:buy|bought|buying|order|ordered|ordering|purchase|purchased|repurchase|repurchased) (?: [^ ]+ ){0,4} again "
    r"| (?:repurchased?|repurchasing|loyal|stick  with|sticking  with|wieder  kaufen|rachete|racheterai|"
    r"volvere  a  comprar|repeat  customer|returning  customer) "
    r"| (?:second|third|fourth|2nd|3rd|4th) (?: [^ ]+ ){0,2} (?:one|pair|bottle|pack|machine|purchase|order|bag|time) "
    r"| always (?: [^ ]+ ){0,2} (?:buy|use|order|choose|come  back) "
)
_UNBOXING = (
    r"unboxing|unbox|unboxed|first  (?:look|impressions)|hands  on|what  s  in  the  box|auspacken|ausgepackt|"
    r"deballage|"
    r"desempaquetado|haul"
)
_COMPARISON = (
    r"vs|versus|compared|comparison|compare|which  (?:one|is  better)|vergleich|comparatif|"
    r"comparativa|face  off|showdown"
)
_REVIEW = (
    r"review|reviewed|test|tested|testing|worth  it|honest|opinion|verdict|months  later|weeks  later|pros  and  cons|"
    r"rezension|avis|resena|recensione|erfahrung|fazit"
)
_ASKS = (
    r"(?i)^\W*(?:how|what|which|where|when|why|who|is|are|does|do|did|can|could|should|would|will|has any|have any|"
    r"any ?one|anybody|wie|was|welche|wo|kann|ist|est.ce|quel|quelle|comment|qué|cuál|cómo|dónde)\b"
)

# Judgements by words, for marts only; the moments and sentiments themselves are the model's.
MACROS += rf"""
CREATE OR REPLACE TEMP MACRO leaves(words) AS regexp_matches(words, '{_LEAVES}');
CREATE OR REPLACE TEMP MACRO stays(words) AS regexp_matches(words, '{_STAYS}');
CREATE OR REPLACE TEMP MACRO sign_name(balance) AS
    CASE sign(balance) WHEN 1 THEN 'positive' WHEN -1 THEN 'negative' ELSE 'neutral' END;
CREATE OR REPLACE TEMP MACRO video_type_of(words) AS
    CASE WHEN regexp_matches(words, ' (?:{_UNBOXING}) ') OR contains(words, '開封') THEN 'unboxing'
         WHEN regexp_matches(words, ' (?:{_COMPARISON}) ') THEN 'comparison'
         WHEN regexp_matches(words, ' (?:{_REVIEW}) ') OR contains(words, 'レビュー') THEN 'review' ELSE 'other' END;
CREATE OR REPLACE TEMP MACRO asks(words, kind, sentence_no, moment) AS
    right(rtrim(words), 1) IN ('?', '？', '؟') OR (kind = 'question' AND sentence_no = 1)
    OR CASE WHEN moment = 'research' AND kind <> 'video' AND length(words) < 160
            THEN regexp_matches(words, '{_ASKS}') ELSE false END;
"""


def read_words(con: duckdb.DuckDBPyConnection) -> None:
    """Complete the temporary table `words`: `norm` of the text of every item in the temporary table `scope`."""
    con.execute("CREATE TEMP TABLE IF NOT EXISTS words (item_key UBIGINT, words VARCHAR)")
    con.execute(
        """
        INSERT INTO words
        SELECT item_key, norm(left(item_text(title, body), $longest)) FROM items SEMI JOIN scope USING (item_key)
        WHERE item_key NOT IN (SELECT item_key FROM words)
        """,
        {"longest": LONGEST},
    )
