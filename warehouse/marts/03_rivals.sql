-- One row per item and pair of brands.
INSERT INTO rivals BY NAME
SELECT p.brand, m.day, p.rival, p.relation, m.item_key, m.item_id, m.product_id, m.kind, m.source, m.channel, m.lang, m.moment, m.sentiment, m.flag
FROM item_pairs p SEMI JOIN scope USING (item_key)
JOIN mentions m ON m.item_key = p.item_key AND m.brand = p.brand
ORDER BY p.brand, day, m.item_key, rival;
