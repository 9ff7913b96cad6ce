-- What the other marts share: intervals, and the rows that figures count.

-- column negative: how many of what the row counts (sentences at moments, else items) feel negative
-- column neutral: how many of them feel neutral
-- column positive: how many of them feel positive
-- column net: positive less negative, by all of them, -1 to 1
-- column share: share of the whole
-- column negative_share: share that feels negative
-- column first_day: first day with a dated item
-- column last_day: last day with a dated item
-- column stage_position: order of the stage within the scheme
-- column example_item_id: the item that it stands in
-- column example_url: where that can be read
-- column likes: likes that the service counts
-- column comments: comments that the service counts
-- column comment_negative: of them negative
-- column comment_positive: of them positive

-- wilson_low: Lower end of the 95 % interval of a share (Wilson 1927); `k` of `n`.
CREATE OR REPLACE MACRO wilson_low(k, n) AS
    CASE WHEN n > 0 THEN greatest(0, (k + 1.920729) / (n + 3.841459) - 1.959964 * sqrt(k * (n - k) / n + 0.960365) / (n + 3.841459)) END;

-- wilson_high: Upper end of the 95 % interval of a share (Wilson 1927); `k` of `n`.
CREATE OR REPLACE MACRO wilson_high(k, n) AS
    CASE WHEN n > 0 THEN least(1, (k + 1.920729) / (n + 3.841459) + 1.959964 * sqrt(k * (n - k) / n + 0.960365) / (n + 3.841459)) END;

-- difference_low: Lower end of the 95 % interval of the difference k1/n1 - k2/n2 (Newcombe 1998, method 10).
CREATE OR REPLACE MACRO difference_low(k1, n1, k2, n2) AS
    CASE WHEN n1 > 0 AND n2 > 0 THEN k1 / n1 - k2 / n2 - sqrt(pow(k1 / n1 - wilson_low(k1, n1), 2) + pow(wilson_high(k2, n2) - k2 / n2, 2)) END;

-- difference_high: Upper end of the 95 % interval of the difference k1/n1 - k2/n2 (Newcombe 1998, method 10).
CREATE OR REPLACE MACRO difference_high(k1, n1, k2, n2) AS
    CASE WHEN n1 > 0 AND n2 > 0 THEN k1 / n1 - k2 / n2 + sqrt(pow(wilson_high(k1, n1) - k1 / n1, 2) + pow(k2 / n2 - wilson_low(k2, n2), 2)) END;

-- net_half_width: Half the 95 % interval of (up - down) / n, with half a case added to each of the three classes.
CREATE OR REPLACE MACRO net_half_width(up, down, n) AS
    CASE WHEN n > 0 THEN 1.959964 * sqrt(((up + down + 1) / (n + 1.5) - pow((up - down) / (n + 1.5), 2)) / (n + 1.5)) END;

-- to_fisher: A correlation on Fisher's scale, where its error is even (Fisher 1921); a perfect one lies just short of the infinite.
CREATE OR REPLACE MACRO to_fisher(r) AS ln((1 + greatest(-0.999999, least(0.999999, r))) / (1 - greatest(-0.999999, least(0.999999, r)))) / 2;

-- from_fisher: The correlation that stands at a place of Fisher's scale.
CREATE OR REPLACE MACRO from_fisher(f) AS 1 - 2 / (exp(2 * f) + 1);

-- exact: A number in fixed point, fifteen decimals: its sum is the same in whatever order threads add the rows, a DOUBLE's is not.
CREATE OR REPLACE MACRO exact(x) AS x::DECIMAL(38, 15);

-- mean_of: The mean of some numbers from 0 to 1, added exactly and divided once.
CREATE OR REPLACE MACRO mean_of(x) AS sum(exact(x))::DOUBLE / count(x);

-- billionths: A number in whole billionths, for sums of squares that must not depend on the order either.
CREATE OR REPLACE MACRO billionths(x) AS round(x * 1000000000)::HUGEINT;

-- co_deviation: n times the sum of the products of two numbers' deviations from their means, from their sums in billionths.
CREATE OR REPLACE MACRO co_deviation(n, sum_xy, sum_x, sum_y) AS (n * sum_xy - sum_x * sum_y)::DOUBLE / 1e18;

-- counted_mentions: The mentions that figures count: the brand is the subject, and no flag unless asked for.
CREATE OR REPLACE MACRO counted_mentions(for_brand, date_from, date_to, source_is, product_is, lang_is, kind_is, with_flagged) AS TABLE
    SELECT * FROM mentions
    WHERE brand = for_brand AND day BETWEEN date_from::DATE AND date_to::DATE AND role = 'subject'
      AND (flag IS NULL OR with_flagged) AND (source_is IS NULL OR source = source_is)
      AND (product_is IS NULL OR product_id = product_is) AND (lang_is IS NULL OR lang = lang_is) AND (kind_is IS NULL OR kind = kind_is);

-- counted_sentences: The sentences of those mentions.
CREATE OR REPLACE MACRO counted_sentences(for_brand, date_from, date_to, source_is, product_is, lang_is, kind_is, with_flagged) AS TABLE
    SELECT * FROM sentences
    WHERE brand = for_brand AND day BETWEEN date_from::DATE AND date_to::DATE AND role = 'subject'
      AND (flag IS NULL OR with_flagged) AND (source_is IS NULL OR source = source_is)
      AND (product_is IS NULL OR product_id = product_is) AND (lang_is IS NULL OR lang = lang_is) AND (kind_is IS NULL OR kind = kind_is);

-- counted_rivals: The rival pairs of those mentions, and of items about the rival that name the brand.
CREATE OR REPLACE MACRO counted_rivals(for_brand, date_from, date_to, source_is, product_is, lang_is, kind_is, with_flagged) AS TABLE
    SELECT * FROM rivals
    WHERE brand = for_brand AND day BETWEEN date_from::DATE AND date_to::DATE
      AND (flag IS NULL OR with_flagged) AND (source_is IS NULL OR source = source_is)
      AND (product_is IS NULL OR product_id = product_is) AND (lang_is IS NULL OR lang = lang_is) AND (kind_is IS NULL OR kind = kind_is);

-- research_moments: The moments that a scheme counts as research before buying; trigger and research where it names no ZMOT.
CREATE OR REPLACE MACRO research_moments(in_scheme) AS TABLE
    SELECT moment FROM schemes WHERE scheme = in_scheme AND stage IN ('ZMOT', '<ZMOT')
    UNION
    SELECT unnest(['trigger', 'research']) WHERE NOT EXISTS (SELECT 1 FROM schemes WHERE scheme = in_scheme AND stage IN ('ZMOT', '<ZMOT'));

-- item_texts: The text of every version of an item, as tags' offsets count it.
CREATE OR REPLACE VIEW item_texts AS
    SELECT item_key, item_id, text_version,
           CASE WHEN coalesce(title, '') = '' THEN coalesce(body, '') WHEN coalesce(body, '') = '' THEN title ELSE title || '. ' || body END AS text, -- title and body in one
           rating, loaded_at,
           is_current -- whether it is the version that stands
    FROM (SELECT item_key, item_id, text_version, title, body, rating, loaded_at, true AS is_current FROM items
          UNION ALL
          SELECT item_key, item_id, text_version, title, body, rating, loaded_at, false FROM item_history WHERE text_kept);

-- voices: Every sentence with its source: the drill-down from each figure.
CREATE OR REPLACE VIEW voices AS
    SELECT s.brand, s.role, s.product_id, m.product_name, m.item_id, s.item_key, s.sentence_no, s.day, m.published_at, s.source, s.channel,
           s.kind, s.lang, m.rating, s.rating_class, m.verified, s.moment, s.moment_p, s.sentiment, s.sentiment_p, s.text, s.is_question,
           s.theme, m.helpful, m.reach, s.flag, s.status, m.url, m.title, s.score
    FROM sentences s JOIN mentions m ON m.brand = s.brand AND m.day IS NOT DISTINCT FROM s.day AND m.item_key = s.item_key;

-- voices(): The sentences that speak best for a brand and period, at most one an item and moment: sure, readable, helpful.
CREATE OR REPLACE MACRO voices(for_brand, date_from, date_to, in_scheme := 'combined', moment_is := NULL::VARCHAR, sentiment_is := NULL::VARCHAR,
        stage_is := NULL::VARCHAR, theme_is := NULL::VARCHAR, rating_is := NULL::VARCHAR, max_rows := 50,
        source_is := NULL::VARCHAR, product_is := NULL::VARCHAR, lang_is := NULL::VARCHAR, kind_is := NULL::VARCHAR, with_flagged := false) AS TABLE
    WITH chosen AS (
        SELECT s.brand, s.day, s.item_key, s.sentence_no, s.score, c.stage
        FROM counted_sentences(for_brand, date_from, date_to, source_is, product_is, lang_is, kind_is, with_flagged) s
        LEFT JOIN schemes c ON c.scheme = in_scheme AND c.moment = s.moment
        WHERE (moment_is IS NULL OR s.moment = moment_is) AND (sentiment_is IS NULL OR s.sentiment = sentiment_is)
          AND (stage_is IS NULL OR c.stage = stage_is) AND (theme_is IS NULL OR s.theme = theme_is)
          AND (rating_is IS NULL OR s.rating_class = rating_is)
        QUALIFY row_number() OVER (PARTITION BY s.item_key, s.moment ORDER BY s.score DESC, s.sentence_no) = 1
        ORDER BY s.score DESC, s.day DESC, s.item_key, s.sentence_no
        LIMIT max_rows)
    SELECT v.*, c.stage
    FROM voices v JOIN chosen c ON c.item_key = v.item_key AND c.sentence_no = v.sentence_no
    WHERE v.brand = for_brand AND v.day BETWEEN date_from::DATE AND date_to::DATE
    ORDER BY v.score DESC, v.day DESC, v.item_key, v.sentence_no;
