-- The journey: which moments people speak of, how they feel there, and which moment's trouble goes with low ratings.

-- journey: Sentences by brand, product, day, moment and sentiment.
CREATE OR REPLACE VIEW journey AS
    SELECT brand, product_id, day, source, channel, kind, lang, moment, sentiment,
           count(*) AS sentences, count(DISTINCT item_key) AS items
    FROM sentences WHERE role = 'subject' AND flag IS NULL
    GROUP BY brand, product_id, day, source, channel, kind, lang, moment, sentiment;

-- journey(): Moment by moment for a period, for each channel and for all of them.
CREATE OR REPLACE MACRO journey(for_brand, date_from, date_to, in_scheme := 'combined',
        source_is := NULL::VARCHAR, product_is := NULL::VARCHAR, lang_is := NULL::VARCHAR, kind_is := NULL::VARCHAR, with_flagged := false) AS TABLE
    WITH s AS (
        SELECT moment, CASE WHEN GROUPING(channel) = 1 THEN 'all' ELSE channel END AS channel, count(*) AS sentences,
               count(DISTINCT item_key) AS items, count(*) FILTER (sentiment = 'negative') AS negative,
               count(*) FILTER (sentiment = 'neutral') AS neutral, count(*) FILTER (sentiment = 'positive') AS positive
        FROM counted_sentences(for_brand, date_from, date_to, source_is, product_is, lang_is, kind_is, with_flagged)
        WHERE moment <> 'none' GROUP BY GROUPING SETS ((moment), (moment, channel))),
    whole AS (SELECT channel, sum(sentences) AS sentences FROM s GROUP BY channel),
    cells AS (
        SELECT c.moment, c.moment_position, c.stage, c.position, h.channel
        FROM schemes c, (SELECT 'all' AS channel UNION SELECT channel FROM s) h WHERE c.scheme = in_scheme)
    SELECT c.moment, c.moment_position, c.stage, c.position AS stage_position, c.channel,
           coalesce(s.sentences, 0) AS sentences, coalesce(s.items, 0) AS items,
           coalesce(s.sentences, 0) / nullif(w.sentences, 0) AS share,
           coalesce(s.negative, 0) AS negative, coalesce(s.neutral, 0) AS neutral, coalesce(s.positive, 0) AS positive,
           (s.positive - s.negative) / s.sentences AS net, s.negative / s.sentences AS negative_share,
           wilson_low(s.negative, s.sentences) AS negative_share_low, wilson_high(s.negative, s.sentences) AS negative_share_high
    FROM cells c LEFT JOIN s ON s.moment = c.moment AND s.channel = c.channel LEFT JOIN whole w ON w.channel = c.channel
    WHERE c.channel = 'all' OR s.sentences > 0
    ORDER BY c.channel <> 'all', c.channel, c.moment_position;

-- drivers(): Which moment's trouble (a negative sentence there) goes with low ratings, by how much, and how surely.
CREATE OR REPLACE MACRO drivers(for_brand, date_from, date_to, in_scheme := 'combined',
        source_is := NULL::VARCHAR, product_is := NULL::VARCHAR, lang_is := NULL::VARCHAR, kind_is := NULL::VARCHAR, with_flagged := false) AS TABLE
    WITH rated AS (
        SELECT item_key, (rating_class = 'low')::INTEGER AS low
        FROM counted_mentions(for_brand, date_from, date_to, source_is, product_is, lang_is, kind_is, with_flagged) WHERE rating IS NOT NULL),
    total AS (SELECT count(*) AS n, coalesce(sum(low), 0) AS k FROM rated),
    trouble AS (
        SELECT t.moment, count(*) AS n, sum(r.low) AS k
        FROM (SELECT DISTINCT moment, item_key
              FROM counted_sentences(for_brand, date_from, date_to, source_is, product_is, lang_is, kind_is, with_flagged)
              WHERE sentiment = 'negative' AND moment <> 'none') t
        JOIN rated r USING (item_key) GROUP BY t.moment),
    compared AS (
        SELECT t.moment, t.n AS n1, t.k AS k1, a.n - t.n AS n0, a.k - t.k AS k0, a.n AS rated_items,
               difference_low(t.k, t.n, a.k - t.k, a.n - t.n) AS effect_low, difference_high(t.k, t.n, a.k - t.k, a.n - t.n) AS effect_high
        FROM trouble t, total a)
    SELECT d.moment, c.stage, d.moment IN ('feedback', 'referral') AS outcome, -- a verdict, not a cause
           d.rated_items, -- items with a rating
           d.n1 AS troubled_items, -- rated items with trouble at the moment
           d.k1 / d.n1 AS low_with, -- share of low ratings among them
           d.k0 / nullif(d.n0, 0) AS low_without, -- share of low ratings among the others
           d.k1 / d.n1 - d.k0 / nullif(d.n0, 0) AS effect, -- the former less the latter
           d.effect_low, d.effect_high,
           d.k1 - d.n1 * d.k0 / nullif(d.n0, 0) AS excess_low, -- low ratings beyond those expected without the trouble
           CASE WHEN d.matters THEN row_number() OVER (ORDER BY NOT d.matters, d.k1 - d.n1 * d.k0 / nullif(d.n0, 0) DESC, d.moment) END
               AS rank -- place among the causes that are shown to matter: five items or more, and an interval above zero
    FROM (SELECT *, coalesce(effect_low > 0 AND n1 >= 5 AND moment NOT IN ('feedback', 'referral'), false) AS matters FROM compared) d
    LEFT JOIN schemes c ON c.scheme = in_scheme AND c.moment = d.moment
    ORDER BY rank NULLS LAST, effect DESC NULLS LAST, d.moment;
