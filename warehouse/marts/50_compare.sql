-- Against others and over time.

-- share_of_voice: Items, reach and feeling by brand, day and source.
CREATE OR REPLACE VIEW share_of_voice AS
    SELECT brand, day, source, channel, kind, lang, count(*) AS items, coalesce(sum(reach), 0)::BIGINT AS reach,
           coalesce(sum(engagement), 0)::BIGINT AS engagement, count(*) FILTER (sentiment = 'negative') AS negative,
           count(*) FILTER (sentiment = 'neutral') AS neutral, count(*) FILTER (sentiment = 'positive') AS positive,
           count(rating) AS rated, sum(exact(rating))::DOUBLE AS rating_sum
    FROM mentions WHERE role = 'subject' AND flag IS NULL GROUP BY brand, day, source, channel, kind, lang;

-- share_of_voice(): The brand beside the rivals that the watchlist names.
CREATE OR REPLACE MACRO share_of_voice(for_brand, date_from, date_to, in_scheme := 'combined',
        source_is := NULL::VARCHAR, product_is := NULL::VARCHAR, lang_is := NULL::VARCHAR, kind_is := NULL::VARCHAR, with_flagged := false) AS TABLE
    WITH chosen AS (SELECT for_brand AS brand UNION SELECT rival FROM brand_rivals WHERE brand = for_brand),
    m AS (
        SELECT brand, count(*) AS items, coalesce(sum(reach), 0)::BIGINT AS reach, coalesce(sum(engagement), 0)::BIGINT AS engagement,
               count(*) FILTER (sentiment = 'negative') AS negative, count(*) FILTER (sentiment = 'neutral') AS neutral,
               count(*) FILTER (sentiment = 'positive') AS positive, count(rating) AS rated, mean_of(rating) AS rating_mean
        FROM mentions
        WHERE brand IN (SELECT brand FROM chosen) AND day BETWEEN date_from::DATE AND date_to::DATE AND role = 'subject'
          AND (flag IS NULL OR with_flagged) AND (source_is IS NULL OR source = source_is)
          AND (lang_is IS NULL OR lang = lang_is) AND (kind_is IS NULL OR kind = kind_is)
        GROUP BY brand),
    -- Totals by a query of their own: a window over everything was seen to crash DuckDB 1.5.5 now and then on no rows.
    whole AS (SELECT sum(items) AS items, sum(reach) AS reach FROM m)
    SELECT c.brand, c.brand = for_brand AS own, -- whether it is the brand asked for
           coalesce(m.items, 0) AS items, coalesce(m.items, 0) / nullif(w.items, 0) AS share,
           wilson_low(coalesce(m.items, 0), w.items) AS share_low, wilson_high(coalesce(m.items, 0), w.items) AS share_high,
           coalesce(m.reach, 0) AS reach, coalesce(m.reach, 0) / nullif(w.reach, 0) AS reach_share, -- share of the views
           coalesce(m.engagement, 0) AS engagement, coalesce(m.negative, 0) AS negative, coalesce(m.neutral, 0) AS neutral,
           coalesce(m.positive, 0) AS positive, (m.positive - m.negative) / nullif(m.negative + m.neutral + m.positive, 0) AS net,
           coalesce(m.rated, 0) AS rated, m.rating_mean
    FROM chosen c CROSS JOIN whole w LEFT JOIN m ON m.brand = c.brand ORDER BY coalesce(m.items, 0) DESC, c.brand;

-- trend(): Period by period ('day', 'week' or 'month'), each against the one before.
CREATE OR REPLACE MACRO trend(for_brand, date_from, date_to, period := 'week', in_scheme := 'combined',
        source_is := NULL::VARCHAR, product_is := NULL::VARCHAR, lang_is := NULL::VARCHAR, kind_is := NULL::VARCHAR, with_flagged := false) AS TABLE
    WITH m AS (
        SELECT date_trunc(period, day)::DATE AS starts, count(*) AS items, count(rating) AS rated, mean_of(rating) AS rating_mean,
               count(sentiment) AS felt, count(*) FILTER (sentiment = 'negative') AS negative
        FROM counted_mentions(for_brand, date_from, date_to, source_is, product_is, lang_is, kind_is, with_flagged) GROUP BY starts),
    s AS (
        SELECT date_trunc(period, day)::DATE AS starts, count(DISTINCT item_key) AS research_items
        FROM counted_sentences(for_brand, date_from, date_to, source_is, product_is, lang_is, kind_is, with_flagged)
        WHERE moment IN (SELECT moment FROM research_moments(in_scheme)) GROUP BY starts),
    periods AS (
        SELECT unnest(generate_series(date_trunc(period, date_from::DATE)::TIMESTAMP, date_to::DATE::TIMESTAMP, ('1 ' || period)::INTERVAL))::DATE AS starts),
    filled AS (
        SELECT p.starts, coalesce(m.items, 0) AS items, coalesce(m.rated, 0) AS rated, m.rating_mean, coalesce(m.felt, 0) AS felt,
               coalesce(m.negative, 0) AS negative, coalesce(s.research_items, 0) AS research_items,
               p.starts >= date_from::DATE AND p.starts + ('1 ' || period)::INTERVAL - INTERVAL 1 DAY <= date_to::DATE AS complete
        FROM periods p LEFT JOIN m USING (starts) LEFT JOIN s USING (starts)),
    paired AS (
        SELECT *, lag(items) OVER w AS previous_items, lag(felt) OVER w AS felt0, lag(negative) OVER w AS negative0 FROM filled WINDOW w AS (ORDER BY starts))
    SELECT starts, -- first day of the period
           items, previous_items, -- items of the period before
           items / nullif(previous_items, 0) - 1 AS change, -- growth of the items against it
           rated, rating_mean, negative / nullif(felt, 0) AS negative_share,
           wilson_low(negative, felt) AS negative_share_low, wilson_high(negative, felt) AS negative_share_high,
           negative0 / nullif(felt0, 0) AS previous_negative_share, -- share of negative items in the period before
           negative / nullif(felt, 0) - negative0 / nullif(felt0, 0) AS negative_change, -- the difference of the two
           difference_low(negative, felt, negative0, felt0) AS negative_change_low, difference_high(negative, felt, negative0, felt0) AS negative_change_high,
           coalesce(difference_low(negative, felt, negative0, felt0) > 0 OR difference_high(negative, felt, negative0, felt0) < 0, false) AS turned, -- whether the difference is more than chance
           research_items, complete -- whether the whole period lies within the range
    FROM paired ORDER BY starts;

-- loop(): Whether verdicts and referrals of one week come back as research of later weeks: correlation of their weekly changes.
CREATE OR REPLACE MACRO loop(for_brand, date_from, date_to, in_scheme := 'combined',
        source_is := NULL::VARCHAR, product_is := NULL::VARCHAR, lang_is := NULL::VARCHAR, kind_is := NULL::VARCHAR, with_flagged := false) AS TABLE
    WITH spoken AS (
        SELECT date_trunc('week', m.day)::DATE AS starts, sum(1 + coalesce(m.reach, m.helpful, 0)) AS reach
        FROM counted_mentions(for_brand, date_from, date_to, source_is, product_is, lang_is, kind_is, with_flagged) m
        WHERE m.verdict IS NOT NULL OR m.referral IS NOT NULL GROUP BY starts),
    researched AS (
        SELECT date_trunc('week', day)::DATE AS starts, count(DISTINCT item_key) AS items
        FROM counted_sentences(for_brand, date_from, date_to, source_is, product_is, lang_is, kind_is, with_flagged)
        WHERE moment IN (SELECT moment FROM research_moments(in_scheme)) GROUP BY starts),
    weeks AS (
        SELECT unnest(generate_series(date_trunc('week', date_from::DATE)::TIMESTAMP, date_to::DATE::TIMESTAMP, INTERVAL 7 DAY))::DATE AS starts),
    series AS (
        SELECT starts, ln(1 + coalesce(reach, 0)) - lag(ln(1 + coalesce(reach, 0))) OVER (ORDER BY starts) AS said,
               ln(1 + coalesce(items, 0)) - lag(ln(1 + coalesce(items, 0))) OVER (ORDER BY starts) AS asked
        FROM weeks LEFT JOIN spoken USING (starts) LEFT JOIN researched USING (starts)),
    lags AS (SELECT unnest(range(0, 9))::INTEGER AS lag_weeks),
    paired AS (
        SELECT b.starts - a.starts AS days, billionths(a.said) AS said, billionths(b.asked) AS asked FROM series a JOIN series b ON b.starts >= a.starts
        WHERE a.said IS NOT NULL AND b.asked IS NOT NULL),
    summed AS (
        SELECT (days // 7)::INTEGER AS lag_weeks, count(*) AS weeks, co_deviation(count(*), sum(said * asked), sum(said), sum(asked)) AS joint,
               co_deviation(count(*), sum(said * said), sum(said), sum(said)) AS of_said,
               co_deviation(count(*), sum(asked * asked), sum(asked), sum(asked)) AS of_asked
        FROM paired WHERE days <= 56 GROUP BY days),
    fitted AS (SELECT lag_weeks, weeks, CASE WHEN of_said > 0 AND of_asked > 0 THEN greatest(-1, least(1, joint / sqrt(of_said * of_asked))) END AS correlation FROM summed)
    SELECT l.lag_weeks, -- weeks between the two
           coalesce(f.weeks, 0) AS weeks, -- pairs of weeks compared
           f.correlation, -- Pearson's correlation of the weekly changes of the logarithms
           CASE WHEN f.weeks > 3 THEN from_fisher(to_fisher(f.correlation) - 1.959964 / sqrt(f.weeks - 3)) END AS correlation_low,
           CASE WHEN f.weeks > 3 THEN from_fisher(to_fisher(f.correlation) + 1.959964 / sqrt(f.weeks - 3)) END AS correlation_high
    FROM lags l LEFT JOIN fitted f USING (lag_weeks) ORDER BY l.lag_weeks;
