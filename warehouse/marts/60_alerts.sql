-- Sudden turns. Windows are whole weeks counted back from the last day, so every one holds each weekday once.
--
-- Feeling: how many of a window's items are negative (for a moment: hold a negative sentence at it) against what the brand's
-- own share in the weeks before lets expect, source by source, so that a source that is added, lost or read more often
-- changes nothing. Volume: only sources that spoke in
-- at least six of the eight weeks before and were read after the window; where three or more other brands share the
-- source, their common change (a crawl that reads more or less of it) is taken out first.

-- weekly_counts: Items by brand, source, moment and week before `last_day` (0 = the seven days up to it), zeros included;
-- moments of `only_brand` alone, unless it is NULL.
CREATE OR REPLACE MACRO weekly_counts(only_brand, first_day, last_day) AS TABLE
    WITH counted AS (
        SELECT brand, source, moment, (date_diff('day', day, last_day) // 7)::INTEGER AS w, sum(items)::BIGINT AS n,
               sum(negative)::BIGINT AS bad
        FROM daily
        WHERE brand IS NOT NULL AND role = 'subject' AND flag IS NULL AND day BETWEEN first_day AND last_day
          AND (only_brand IS NULL OR brand = only_brand OR moment = 'any')
        GROUP BY ALL),
    grid AS (
        SELECT k.*, w FROM (SELECT DISTINCT brand, source, moment FROM counted) k,
            (SELECT unnest(range(0, (date_diff('day', first_day, last_day) // 7)::BIGINT + 1))::INTEGER AS w))
    SELECT g.brand, g.source, g.moment, g.w, coalesce(c.n, 0) AS n, coalesce(c.bad, 0) AS bad FROM grid g LEFT JOIN counted c USING (brand, source, moment, w);

-- turns: Every turn of one brand, or with NULL of all watched brands, in the weeks that end between `date_from` and `last_day`.
CREATE OR REPLACE MACRO turns(only_brand, date_from, last_day) AS TABLE
    WITH weekly AS (FROM weekly_counts(only_brand, date_from - 112, last_day)),
    based AS (
        SELECT brand, source, moment, w, n, bad,
               median(n) OVER eight AS usual, quantile_cont(n, 0.75) OVER eight - quantile_cont(n, 0.25) OVER eight AS spread,
               count(*) FILTER (n > 0) OVER eight AS spoke, sum(n) OVER eight AS n8, sum(bad) OVER eight AS bad8,
               sum(n) OVER month AS n28, sum(bad) OVER month AS bad28, sum(n) OVER before AS n84, sum(bad) OVER before AS bad84
        FROM weekly
        WINDOW eight AS (PARTITION BY brand, source, moment ORDER BY w ROWS BETWEEN 1 FOLLOWING AND 8 FOLLOWING),
               month AS (PARTITION BY brand, source, moment ORDER BY w ROWS BETWEEN CURRENT ROW AND 3 FOLLOWING),
               before AS (PARTITION BY brand, source, moment ORDER BY w ROWS BETWEEN 4 FOLLOWING AND 15 FOLLOWING)),
    read AS (SELECT source, max(finished_at)::DATE AS last_read FROM packages WHERE loaded GROUP BY source),
    common AS (
        SELECT a.brand, a.source, a.w, CASE WHEN count(*) >= 3 THEN greatest(0.2, least(5, median(b.n / b.usual))) ELSE 1 END AS factor
        FROM based a JOIN based b ON b.source = a.source AND b.w = a.w AND b.moment = 'any' AND b.brand <> a.brand AND b.usual >= 5
        WHERE a.moment = 'any' GROUP BY a.brand, a.source, a.w),
    asked AS (
        SELECT b.* FROM based b
        WHERE last_day - 7 * b.w - 6 >= date_from AND last_day - 7 * b.w <= last_day
          AND (b.brand = only_brand OR (only_brand IS NULL AND b.brand IN (SELECT brand FROM brands WHERE watched)))),
    volume AS (
        SELECT a.brand, a.moment, a.w, 7 AS days, sum(a.n) AS observed, sum(exact(a.usual * coalesce(c.factor, 1)))::DOUBLE AS expected,
               (sum(a.n) - sum(exact(a.usual * coalesce(c.factor, 1))))::DOUBLE
               / sqrt(sum(exact(greatest(pow(a.spread / 1.349, 2), a.usual, 1) * greatest(1, coalesce(c.factor, 1))))::DOUBLE) AS score, sum(a.n) AS items
        FROM asked a JOIN asked s ON s.brand = a.brand AND s.source = a.source AND s.w = a.w AND s.moment = 'any' AND s.spoke >= 6
        LEFT JOIN common c ON c.brand = a.brand AND c.source = a.source AND c.w = a.w LEFT JOIN read r ON r.source = a.source
        WHERE coalesce(r.last_read >= last_day - 7 * a.w, true)
        GROUP BY a.brand, a.moment, a.w),
    windows AS (
        SELECT a.brand, a.source, a.moment, a.w, 7 AS days, s.n, a.bad, s.n8 AS n0, a.bad8 AS bad0
        FROM asked a JOIN asked s ON s.brand = a.brand AND s.source = a.source AND s.w = a.w AND s.moment = 'any'
        UNION ALL
        SELECT a.brand, a.source, a.moment, a.w, 28, s.n28, a.bad28, s.n84, a.bad84
        FROM asked a JOIN asked s ON s.brand = a.brand AND s.source = a.source AND s.w = a.w AND s.moment = 'any'),
    feeling AS (
        SELECT brand, moment, w, days, sum(bad) AS observed, sum(exact(n * (bad0 + 0.5) / (n0 + 1)))::DOUBLE AS expected, sum(n) AS items,
               sqrt(sum(exact(n * (bad0 + 0.5) / (n0 + 1) * (1 - (bad0 + 0.5) / (n0 + 1)) * (1 + n / n0)))::DOUBLE) AS deviation
        FROM windows WHERE n0 >= 10 AND n > 0 GROUP BY brand, moment, w, days),
    found AS (
        SELECT brand, moment, w, days, CASE WHEN score > 0 THEN 'volume up' ELSE 'volume down' END AS what, observed, expected, score, items
        FROM volume WHERE abs(score) >= 4 AND greatest(observed, expected) >= 8 AND (observed >= 1.5 * expected OR observed <= 0.6 * expected)
        UNION ALL
        SELECT brand, moment, w, days, CASE WHEN observed > expected THEN 'more negative' ELSE 'less negative' END, observed, expected,
               sign(observed - expected) * greatest(0, abs(observed - expected) - 0.5) / deviation AS score, items
        FROM feeling
        WHERE items >= 5 AND abs(observed - expected) >= (CASE moment WHEN 'any' THEN 0.15 ELSE 0.1 END) * items AND (abs(observed - expected) - 0.5) / deviation >= 3)
    SELECT last_day - 7 * w AS week_ending, -- last day of the window
           brand, moment, days, -- length of the window: 7, or 28 where a week holds too little
           what, -- volume up, volume down, more negative or less negative
           observed::BIGINT AS observed, -- items seen (for a feeling: negative ones)
           round(expected, 1) AS expected, -- items to be expected from the weeks before
           round(observed / nullif(expected, 0), 2) AS ratio, -- the former by the latter
           round(score, 2) AS score, -- strength in standard deviations
           items::BIGINT AS items, -- items of the window
           brand || (CASE WHEN moment = 'any' THEN '' ELSE ', ' || moment END) || ': '
           || (CASE WHEN what IN ('volume up', 'volume down') THEN observed::BIGINT || ' items'
               ELSE observed::BIGINT || ' of ' || items::BIGINT || ' items negative' || (CASE moment WHEN 'any' THEN '' ELSE ' there' END) END)
           || ' in the ' || days || ' days to ' || (last_day - 7 * w) || ', where ' || round(expected, 1) || ' were to be expected.' AS text -- the alert as a sentence
    FROM found
    QUALIFY row_number() OVER (PARTITION BY brand, moment, what, w ORDER BY days) = 1;

-- alerts(): Turns in the volume or the feeling of a brand, newest and strongest first.
CREATE OR REPLACE MACRO alerts(for_brand, date_from, date_to, in_scheme := 'combined') AS TABLE
    SELECT t.*, c.stage
    FROM turns(for_brand, date_from::DATE, least(date_to::DATE, (SELECT max(day) FROM daily WHERE role = 'subject'))) t
    LEFT JOIN schemes c ON c.scheme = in_scheme AND c.moment = t.moment
    ORDER BY t.week_ending DESC, abs(t.score) DESC, t.moment, t.what;

-- alerts: The turns of the last eight weeks for every watched brand.
CREATE OR REPLACE VIEW alerts AS
    SELECT * FROM turns(NULL, (SELECT max(day) - 55 FROM daily WHERE role = 'subject'), (SELECT max(day) FROM daily WHERE role = 'subject'))
    ORDER BY week_ending DESC, abs(score) DESC, brand, moment, what;
