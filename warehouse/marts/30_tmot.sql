-- After the purchase: ratings, verdicts, loyalty, switching, and who sends others here.

-- tmot: Final judgements by brand, product and day; every column is a count of items or a sum.
CREATE OR REPLACE VIEW tmot AS
    SELECT brand, product_id, day, source, channel, kind, lang, count(*) AS items,
           count(*) FILTER (kind = 'review') AS reviews, -- reviews among the items
           count(rating) AS rated, -- items with a rating
           sum(exact(rating))::DOUBLE AS rating_sum, -- sum of the ratings (0 to 1 each)
           count(*) FILTER (rating_class = 'low') AS low, -- ratings of at most 0.4
           count(*) FILTER (rating_class = 'middle') AS middle, -- ratings between
           count(*) FILTER (rating_class = 'high') AS high, -- ratings of at least 0.7
           count(*) FILTER (verdict = 'negative') AS verdicts_negative, -- items that judge against it
           count(*) FILTER (verdict = 'neutral') AS verdicts_neutral, -- items that judge both ways
           count(*) FILTER (verdict = 'positive') AS verdicts_positive, -- items that judge for it
           count(*) FILTER (loyalty = 'loyal') AS loyal, -- items whose writer stays with the brand
           count(*) FILTER (loyalty = 'leaving') AS leaving, -- items whose writer leaves it
           count(*) FILTER (referral = 'negative') AS referral_negative, -- items that keep others away
           count(*) FILTER (referral = 'neutral') AS referral_neutral, -- items that speak to others both ways
           count(*) FILTER (referral = 'positive') AS referral_positive -- items that send others here
    FROM mentions WHERE role = 'subject' AND flag IS NULL GROUP BY brand, product_id, day, source, channel, kind, lang;

-- tmot(): The same for a period, with shares and intervals: the brand first, then each product.
CREATE OR REPLACE MACRO tmot(for_brand, date_from, date_to, in_scheme := 'combined',
        source_is := NULL::VARCHAR, product_is := NULL::VARCHAR, lang_is := NULL::VARCHAR, kind_is := NULL::VARCHAR, with_flagged := false) AS TABLE
    WITH m AS (
        SELECT CASE WHEN GROUPING(product_id) = 1 THEN 'brand' ELSE 'product' END AS level, product_id, max(product_name) AS product_name,
               count(*) AS items, count(*) FILTER (kind = 'review') AS reviews, count(rating) AS rated,
               mean_of(rating) AS rating_mean,
               CASE WHEN count(rating) > 1 THEN sqrt(co_deviation(count(rating), sum(billionths(rating) * billionths(rating)), sum(billionths(rating)),
                   sum(billionths(rating))) / (count(rating) * (count(rating) - 1))) END AS spread, -- the sample's standard deviation
               count(*) FILTER (rating_class = 'low') AS low, count(*) FILTER (rating_class = 'middle') AS middle,
               count(*) FILTER (rating_class = 'high') AS high,
               count(*) FILTER (verdict = 'negative') AS verdicts_negative, count(*) FILTER (verdict = 'neutral') AS verdicts_neutral,
               count(*) FILTER (verdict = 'positive') AS verdicts_positive, count(verdict) AS verdicts,
               count(*) FILTER (loyalty = 'loyal') AS loyal, count(*) FILTER (loyalty = 'leaving') AS leaving,
               count(*) FILTER (referral = 'negative') AS referral_negative, count(*) FILTER (referral = 'neutral') AS referral_neutral,
               count(*) FILTER (referral = 'positive') AS referral_positive, count(referral) AS referrals,
               count(*) FILTER (sentiment = 'negative') AS negative, count(*) FILTER (sentiment = 'neutral') AS neutral,
               count(*) FILTER (sentiment = 'positive') AS positive, count(sentiment) AS felt
        FROM counted_mentions(for_brand, date_from, date_to, source_is, product_is, lang_is, kind_is, with_flagged)
        GROUP BY GROUPING SETS ((), (product_id))),
    r AS (
        SELECT CASE WHEN GROUPING(product_id) = 1 THEN 'brand' ELSE 'product' END AS level, product_id,
               count(*) FILTER (relation = 'switched from') AS switched_in, count(*) FILTER (relation = 'switched to') AS switched_out
        FROM counted_rivals(for_brand, date_from, date_to, source_is, product_is, lang_is, kind_is, with_flagged)
        GROUP BY GROUPING SETS ((), (product_id)))
    SELECT m.level, m.product_id, CASE WHEN m.level = 'product' THEN m.product_name END AS product_name, m.items, m.reviews, m.rated,
           m.rating_mean, -- mean rating, 0 to 1
           greatest(0, m.rating_mean - 1.959964 * m.spread / sqrt(m.rated)) AS rating_mean_low,
           least(1, m.rating_mean + 1.959964 * m.spread / sqrt(m.rated)) AS rating_mean_high,
           m.low, m.middle, m.high,
           m.low / nullif(m.rated, 0) AS low_share, -- share of the ratings that are low
           wilson_low(m.low, m.rated) AS low_share_low, wilson_high(m.low, m.rated) AS low_share_high,
           m.verdicts_negative, m.verdicts_neutral, m.verdicts_positive,
           (m.verdicts_positive - m.verdicts_negative) / nullif(m.verdicts, 0) AS verdict_net, -- net of the verdicts, -1 to 1
           m.loyal, m.leaving, (m.loyal - m.leaving) / nullif(m.loyal + m.leaving, 0) AS loyalty_net, -- net of staying and leaving, -1 to 1
           coalesce(r.switched_in, 0) AS switched_in, -- items whose writer came from a rival
           coalesce(r.switched_out, 0) AS switched_out, -- items whose writer went to a rival
           m.referral_positive, m.referral_neutral, m.referral_negative,
           (m.referral_positive - m.referral_negative) / nullif(m.referrals, 0) AS net_referral, -- senders less keepers-away, by all who speak to others, -1 to 1
           greatest(-1, (m.referral_positive - m.referral_negative) / nullif(m.referrals, 0) - net_half_width(m.referral_positive, m.referral_negative, m.referrals)) AS net_referral_low,
           least(1, (m.referral_positive - m.referral_negative) / nullif(m.referrals, 0) + net_half_width(m.referral_positive, m.referral_negative, m.referrals)) AS net_referral_high,
           m.negative, m.neutral, m.positive, (m.positive - m.negative) / nullif(m.felt, 0) AS net
    FROM m LEFT JOIN r ON r.level = m.level AND r.product_id IS NOT DISTINCT FROM m.product_id
    WHERE m.level = 'brand' OR m.product_id IS NOT NULL
    ORDER BY m.level, m.items DESC, m.product_id;

-- tmot_ratings(): How many give how many stars (of five, whatever the source's scale).
CREATE OR REPLACE MACRO tmot_ratings(for_brand, date_from, date_to, in_scheme := 'combined',
        source_is := NULL::VARCHAR, product_is := NULL::VARCHAR, lang_is := NULL::VARCHAR, kind_is := NULL::VARCHAR, with_flagged := false) AS TABLE
    WITH m AS (
        SELECT greatest(1, round(rating * 5))::INTEGER AS stars, count(*) AS items
        FROM counted_mentions(for_brand, date_from, date_to, source_is, product_is, lang_is, kind_is, with_flagged)
        WHERE rating IS NOT NULL GROUP BY stars),
    whole AS (SELECT sum(items) AS items FROM m)
    SELECT s.stars, -- stars of five
           coalesce(m.items, 0) AS items, coalesce(m.items, 0) / nullif(w.items, 0) AS share
    FROM (SELECT unnest([1, 2, 3, 4, 5]) AS stars) s CROSS JOIN whole w LEFT JOIN m ON m.stars = s.stars
    ORDER BY s.stars;
