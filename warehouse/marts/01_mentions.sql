-- One row per item and brand; items that name no brand have one row with brand NULL. Run for the items in `scope`.
INSERT INTO mentions BY NAME
WITH current_tags AS (
    SELECT t.* FROM item_tags t SEMI JOIN scope USING (item_key)
    JOIN items i ON i.item_key = t.item_key AND i.text_version = t.text_version
    WHERE t.model_version = $model
),
said AS (
    SELECT s.item_key, s.moment, s.sentiment,
           CASE WHEN s.moment = 'feedback' THEN norm(substring(item_text(i.title, i.body), s.start_at + 1, least(s.end_at - s.start_at, 600))) END AS words
    FROM sentence_tags s SEMI JOIN scope USING (item_key)
    JOIN items i ON i.item_key = s.item_key AND i.text_version = s.text_version
    WHERE s.model_version = $model AND s.moment IN ('feedback', 'referral')
),
judged AS (
    SELECT item_key,
           count(*) FILTER (moment = 'feedback') AS verdicts,
           count(*) FILTER (moment = 'feedback' AND sentiment = 'positive') - count(*) FILTER (moment = 'feedback' AND sentiment = 'negative') AS verdict,
           count(*) FILTER (moment = 'referral') AS referrals,
           count(*) FILTER (moment = 'referral' AND sentiment = 'positive') - count(*) FILTER (moment = 'referral' AND sentiment = 'negative') AS referral,
           CASE WHEN bool_or(leaves(words)) THEN 'leaving' WHEN bool_or(stays(words)) THEN 'loyal' END AS loyalty
    FROM said GROUP BY item_key
),
counted AS (
    SELECT item_key, json_transform(metrics, '{"views":"DOUBLE","plays":"DOUBLE","likes":"DOUBLE","comments":"DOUBLE","replies":"DOUBLE","shares":"DOUBLE","helpful":"DOUBLE","duration_s":"DOUBLE"}') AS n
    FROM items SEMI JOIN scope USING (item_key) WHERE metrics IS NOT NULL
)
SELECT b.brand, i.published_at::DATE AS day, b.role, b.via,
       coalesce(b.product_id, CASE WHEN b.brand IS NULL THEN i.product_id END) AS product_id,
       coalesce(b.product_name, CASE WHEN b.brand IS NULL THEN i.product_name END) AS product_name,
       i.item_key, i.item_id, i.parent_key, i.parent_id, i.kind, i.source,
       coalesce(c.channel, CASE WHEN i.kind = 'review' THEN 'shop' WHEN i.kind = 'video' THEN 'video' ELSE 'forum' END) AS channel,
       i.lang, i.published_at, i.rating,
       CASE WHEN i.rating <= 0.4 THEN 'low' WHEN i.rating >= 0.7 THEN 'high' WHEN i.rating IS NOT NULL THEN 'middle' END AS rating_class,
       i.verified, t.moment, t.moment_p, t.sentiment, t.sentiment_p,
       CASE WHEN coalesce(i.title, '') = '' AND coalesce(i.body, '') = '' THEN 'empty' ELSE coalesce(t.status, 'untagged') END AS status,
       coalesce(t.sentences, 0) AS sentences,
       CASE WHEN i.kind = 'video' THEN video_type_of(norm(coalesce(i.title, left(i.body, 200), ''))) END AS video_type,
       coalesce(n.views, n.plays)::BIGINT AS reach,
       CASE WHEN coalesce(n.likes, n.comments, n.replies, n.shares) IS NOT NULL
            THEN (coalesce(n.likes, 0) + coalesce(n.comments, 0) + coalesce(n.replies, 0) + coalesce(n.shares, 0))::BIGINT END AS engagement,
       coalesce(n.helpful, n.likes, 0)::BIGINT AS helpful, n.duration_s::BIGINT AS duration_s, n.likes::BIGINT AS likes, n.comments::BIGINT AS comments,
       CASE WHEN j.verdicts > 0 THEN sign_name(j.verdict) END AS verdict,
       CASE WHEN j.referrals > 0 THEN sign_name(j.referral) END AS referral,
       j.loyalty, f.flag, left(i.title, 300) AS title, i.url
FROM items i SEMI JOIN scope USING (item_key)
LEFT JOIN item_brands b USING (item_key)
LEFT JOIN current_tags t USING (item_key)
LEFT JOIN judged j USING (item_key)
LEFT JOIN counted USING (item_key)
LEFT JOIN item_flags f USING (item_key)
LEFT JOIN sources c ON c.source = i.source
ORDER BY brand, day, i.item_key;
