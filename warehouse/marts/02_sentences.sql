-- One row per sentence and brand, with what filters need beside it.
INSERT INTO sentences BY NAME
WITH said AS (
    SELECT s.item_key, s.sentence_no, s.moment, s.moment_p, s.sentiment, s.sentiment_p, i.kind,
           substring(item_text(i.title, i.body), s.start_at + 1, least(s.end_at - s.start_at, 600)) AS text
    FROM sentence_tags s SEMI JOIN scope USING (item_key)
    JOIN items i ON i.item_key = s.item_key AND i.text_version = s.text_version
    WHERE s.model_version = $model
),
asked AS (SELECT *, asks(text, kind, sentence_no, moment) AS is_question FROM said),
themed AS (
    SELECT *, CASE WHEN is_question OR sentiment = 'negative' THEN telling(text) END AS word FROM asked
)
SELECT m.brand, m.day, m.role, m.product_id, m.item_key, a.sentence_no, m.kind, m.source, m.channel, m.lang, m.rating_class, m.status,
       m.flag, a.moment, a.moment_p, a.sentiment, a.sentiment_p, a.is_question,
       CASE WHEN a.word IS NOT NULL THEN coalesce(w.theme, 'other') END AS theme,
       round(a.moment_p * a.sentiment_p * least(1, length(a.text) / 60) * (CASE WHEN length(a.text) > 300 THEN 0.5 ELSE 1 END)
             * (1 + ln(1 + greatest(m.helpful, 0)) / 4), 4)::FLOAT AS score,
       a.text
FROM themed a JOIN mentions m USING (item_key) LEFT JOIN theme_words w USING (word)
WHERE m.brand IS NOT NULL
ORDER BY brand, day, m.item_key, sentence_no;
