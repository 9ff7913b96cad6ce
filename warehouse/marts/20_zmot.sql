-- Before the purchase: how much and what people ask and compare, in which videos, and how it feels.

-- zmot: Research before buying by brand, product and day; sums over days are right, except of items at several moments.
CREATE OR REPLACE VIEW zmot AS
    SELECT brand, product_id, day, source, channel, kind, lang,
           sum(items)::BIGINT AS items, -- items about the brand
           sum(research_items)::BIGINT AS research_items, -- items with a sentence at trigger or research
           sum(research_sentences)::BIGINT AS research_sentences, -- sentences at trigger or research
           sum(questions)::BIGINT AS questions, -- of them questions
           sum(negative)::BIGINT AS negative, sum(neutral)::BIGINT AS neutral, sum(positive)::BIGINT AS positive,
           sum(videos)::BIGINT AS videos, -- videos about the brand
           sum(unboxing_videos)::BIGINT AS unboxing_videos, -- of them unboxings and first looks
           sum(review_videos)::BIGINT AS review_videos, -- of them reviews and comparisons
           sum(reach)::BIGINT AS reach, sum(engagement)::BIGINT AS engagement
    FROM (
        SELECT brand, product_id, day, source, channel, kind, lang, count(*) AS items, 0 AS research_items, 0 AS research_sentences,
               0 AS questions, 0 AS negative, 0 AS neutral, 0 AS positive,
               count(*) FILTER (kind = 'video') AS videos, count(*) FILTER (video_type = 'unboxing') AS unboxing_videos,
               count(*) FILTER (video_type IN ('review', 'comparison')) AS review_videos,
               sum(coalesce(reach, 0)) AS reach, sum(coalesce(engagement, 0)) AS engagement
        FROM mentions WHERE role = 'subject' AND flag IS NULL GROUP BY brand, product_id, day, source, channel, kind, lang
        UNION ALL
        SELECT brand, product_id, day, source, channel, kind, lang, 0, count(DISTINCT item_key), count(*), count(*) FILTER (is_question),
               count(*) FILTER (sentiment = 'negative'), count(*) FILTER (sentiment = 'neutral'), count(*) FILTER (sentiment = 'positive'),
               0, 0, 0, 0, 0
        FROM sentences WHERE role = 'subject' AND flag IS NULL AND moment IN ('trigger', 'research')
        GROUP BY brand, product_id, day, source, channel, kind, lang)
    GROUP BY brand, product_id, day, source, channel, kind, lang;

-- zmot(): The same for a period: the brand first, then each product.
CREATE OR REPLACE MACRO zmot(for_brand, date_from, date_to, in_scheme := 'combined',
        source_is := NULL::VARCHAR, product_is := NULL::VARCHAR, lang_is := NULL::VARCHAR, kind_is := NULL::VARCHAR, with_flagged := false) AS TABLE
    WITH m AS (
        SELECT CASE WHEN GROUPING(product_id) = 1 THEN 'brand' ELSE 'product' END AS level, product_id, max(product_name) AS product_name,
               count(*) AS items, count(*) FILTER (kind = 'video') AS videos, count(*) FILTER (video_type = 'unboxing') AS unboxing_videos,
               count(*) FILTER (video_type IN ('review', 'comparison')) AS review_videos,
               coalesce(sum(reach), 0)::BIGINT AS reach, coalesce(sum(engagement), 0)::BIGINT AS engagement
        FROM counted_mentions(for_brand, date_from, date_to, source_is, product_is, lang_is, kind_is, with_flagged)
        GROUP BY GROUPING SETS ((), (product_id))),
    s AS (
        SELECT CASE WHEN GROUPING(product_id) = 1 THEN 'brand' ELSE 'product' END AS level, product_id,
               count(DISTINCT item_key) AS research_items, count(*) AS research_sentences, count(*) FILTER (is_question) AS questions,
               count(*) FILTER (sentiment = 'negative') AS negative, count(*) FILTER (sentiment = 'neutral') AS neutral,
               count(*) FILTER (sentiment = 'positive') AS positive
        FROM counted_sentences(for_brand, date_from, date_to, source_is, product_is, lang_is, kind_is, with_flagged)
        WHERE moment IN (SELECT moment FROM research_moments(in_scheme))
        GROUP BY GROUPING SETS ((), (product_id))),
    r AS (
        SELECT CASE WHEN GROUPING(product_id) = 1 THEN 'brand' ELSE 'product' END AS level, product_id, count(DISTINCT item_key) AS rival_items
        FROM counted_rivals(for_brand, date_from, date_to, source_is, product_is, lang_is, kind_is, with_flagged)
        GROUP BY GROUPING SETS ((), (product_id)))
    SELECT m.level, -- brand or product
           m.product_id, CASE WHEN m.level = 'product' THEN m.product_name END AS product_name, m.items,
           coalesce(s.research_items, 0) AS research_items,
           coalesce(s.research_items, 0) / nullif(m.items, 0) AS research_share, -- share of the items that speak of research
           wilson_low(coalesce(s.research_items, 0), m.items) AS research_share_low,
           wilson_high(coalesce(s.research_items, 0), m.items) AS research_share_high,
           coalesce(s.research_sentences, 0) AS research_sentences, coalesce(s.questions, 0) AS questions,
           coalesce(s.negative, 0) AS negative, coalesce(s.neutral, 0) AS neutral, coalesce(s.positive, 0) AS positive,
           (s.positive - s.negative) / nullif(s.research_sentences, 0) AS net,
           m.videos, m.unboxing_videos, m.review_videos, m.reach, m.engagement,
           coalesce(r.rival_items, 0) AS rival_items -- items that weigh the brand against another
    FROM m LEFT JOIN s ON s.level = m.level AND s.product_id IS NOT DISTINCT FROM m.product_id
    LEFT JOIN r ON r.level = m.level AND r.product_id IS NOT DISTINCT FROM m.product_id
    WHERE m.level = 'brand' OR m.product_id IS NOT NULL
    ORDER BY m.level, m.items DESC, m.product_id;

-- zmot_questions(): What people ask before buying, by theme, with the best example.
CREATE OR REPLACE MACRO zmot_questions(for_brand, date_from, date_to, in_scheme := 'combined',
        source_is := NULL::VARCHAR, product_is := NULL::VARCHAR, lang_is := NULL::VARCHAR, kind_is := NULL::VARCHAR, with_flagged := false) AS TABLE
    WITH q AS (
        SELECT theme, count(*) AS questions, count(DISTINCT item_key) AS items, count(*) FILTER (sentiment = 'negative') AS negative,
               first(text ORDER BY score DESC, item_key, sentence_no) AS example,
               first(item_key ORDER BY score DESC, item_key, sentence_no) AS example_key
        FROM counted_sentences(for_brand, date_from, date_to, source_is, product_is, lang_is, kind_is, with_flagged)
        WHERE is_question AND moment IN (SELECT moment FROM research_moments(in_scheme))
        GROUP BY theme)
    SELECT q.theme, q.questions, q.items, q.negative, q.example, -- one such question
           m.item_id AS example_item_id, m.url AS example_url
    FROM q LEFT JOIN mentions m ON m.brand = for_brand AND m.day BETWEEN date_from::DATE AND date_to::DATE AND m.item_key = q.example_key
    ORDER BY q.questions DESC, q.theme;

-- zmot_rivals(): The brands that this one is weighed against, and who switches which way.
CREATE OR REPLACE MACRO zmot_rivals(for_brand, date_from, date_to, in_scheme := 'combined',
        source_is := NULL::VARCHAR, product_is := NULL::VARCHAR, lang_is := NULL::VARCHAR, kind_is := NULL::VARCHAR, with_flagged := false) AS TABLE
    SELECT rival, count(*) FILTER (relation = 'versus') AS versus, -- items that compare the two
           count(*) FILTER (relation = 'named') AS named, -- items that only name both
           count(*) FILTER (relation = 'switched from') AS switched_from, -- customers who left the rival for the brand
           count(*) FILTER (relation = 'switched to') AS switched_to, -- customers who left the brand for the rival
           count(*) FILTER (relation = 'switched from') - count(*) FILTER (relation = 'switched to') AS net_switching, -- the former less the latter
           count(*) AS items, count(*) FILTER (sentiment = 'negative') AS negative, count(*) FILTER (sentiment = 'positive') AS positive
    FROM counted_rivals(for_brand, date_from, date_to, source_is, product_is, lang_is, kind_is, with_flagged)
    GROUP BY rival ORDER BY items DESC, rival;

-- zmot_videos(): Videos about the brand with their reach, and how their comments feel.
CREATE OR REPLACE MACRO zmot_videos(for_brand, date_from, date_to, in_scheme := 'combined',
        source_is := NULL::VARCHAR, product_is := NULL::VARCHAR, lang_is := NULL::VARCHAR, kind_is := NULL::VARCHAR, with_flagged := false) AS TABLE
    WITH c AS (
        SELECT parent_key, count(*) AS comment_items, count(*) FILTER (sentiment = 'negative') AS comment_negative,
               count(*) FILTER (sentiment = 'positive') AS comment_positive
        FROM mentions WHERE brand = for_brand AND kind = 'comment' AND (flag IS NULL OR with_flagged) GROUP BY parent_key),
    v AS (
        SELECT * FROM counted_mentions(for_brand, date_from, date_to, source_is, product_is, lang_is, kind_is, with_flagged) WHERE kind = 'video')
    SELECT v.item_id, v.title, v.url, v.source, v.video_type, v.published_at, v.day, v.duration_s, v.reach AS views, -- times watched
           v.likes, v.comments,
           v.engagement / nullif(v.reach, 0) AS engagement_rate, -- engagement by view
           v.sentiment, coalesce(c.comment_items, 0) AS comment_items, -- comments that are here
           coalesce(c.comment_negative, 0) AS comment_negative, coalesce(c.comment_positive, 0) AS comment_positive, v.product_id
    FROM v LEFT JOIN c ON c.parent_key = v.item_key
    ORDER BY v.reach DESC NULLS LAST, v.item_id;
