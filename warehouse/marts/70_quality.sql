-- What the figures stand on.

-- coverage: What is there by brand and source; brand NULL stands for items that name no brand.
CREATE OR REPLACE VIEW coverage AS
    SELECT brand, source, channel, count(*) FILTER (role IS DISTINCT FROM 'mentioned') AS items,
           count(*) FILTER (role IS DISTINCT FROM 'mentioned' AND day IS NULL) AS undated, -- without a date of publication, so in no period
           count(*) FILTER (role IS DISTINCT FROM 'mentioned' AND status = 'empty') AS no_text, -- a rating without words
           count(*) FILTER (role IS DISTINCT FROM 'mentioned' AND status NOT IN ('empty', 'untagged')) AS tagged, -- tagged by the active model
           count(*) FILTER (role IS DISTINCT FROM 'mentioned' AND status = 'untagged') AS untagged, -- not yet tagged by it
           count(*) FILTER (role IS DISTINCT FROM 'mentioned' AND status = 'unsure') AS unsure, -- tagged with low confidence
           count(*) FILTER (role IS DISTINCT FROM 'mentioned' AND status = 'unsupported') AS unsupported, -- in a language the model does not know
           count(*) FILTER (role IS DISTINCT FROM 'mentioned' AND flag IS NOT NULL) AS flagged, -- left out of figures
           count(*) FILTER (role IS DISTINCT FROM 'mentioned' AND flag = 'staff') AS staff, -- of them replies of the brand's staff
           count(*) FILTER (role IS DISTINCT FROM 'mentioned' AND flag = 'spam') AS spam, -- of them spam
           count(*) FILTER (role IS DISTINCT FROM 'mentioned' AND flag = 'incentivised') AS incentivised, -- of them written for a reward
           count(*) FILTER (role IS DISTINCT FROM 'mentioned' AND flag = 'duplicate') AS duplicate, -- of them exact copies
           count(*) FILTER (role IS DISTINCT FROM 'mentioned' AND flag = 'near duplicate') AS near_duplicate, -- of them near copies
           count(*) FILTER (role IS DISTINCT FROM 'mentioned' AND flag = 'syndicated') AS syndicated, -- of them copies from another source
           count(*) FILTER (role = 'mentioned') AS mentioned_only, -- items about another brand that name this one
           min(day) AS first_day, max(day) AS last_day
    FROM mentions GROUP BY brand, source, channel;

-- coverage(): The same in one row for a brand and period.
CREATE OR REPLACE MACRO coverage(for_brand, date_from, date_to, in_scheme := 'combined',
        source_is := NULL::VARCHAR, product_is := NULL::VARCHAR, lang_is := NULL::VARCHAR, kind_is := NULL::VARCHAR, with_flagged := false) AS TABLE
    WITH m AS (
        SELECT count(*) AS items, count(*) FILTER (status = 'empty') AS no_text, count(*) FILTER (status NOT IN ('empty', 'untagged')) AS tagged,
           count(*) FILTER (status = 'untagged') AS untagged, count(*) FILTER (status = 'unsure') AS unsure,
           count(*) FILTER (status = 'unsupported') AS unsupported,
           count(*) FILTER (status = 'unsure') / nullif(count(*) FILTER (status NOT IN ('empty', 'untagged')), 0) AS unsure_share, -- share of the tagged items
           count(flag) AS flagged, count(*) FILTER (flag = 'staff') AS staff, count(*) FILTER (flag = 'spam') AS spam,
           count(*) FILTER (flag = 'incentivised') AS incentivised, count(*) FILTER (flag = 'duplicate') AS duplicate,
           count(*) FILTER (flag = 'near duplicate') AS near_duplicate, count(*) FILTER (flag = 'syndicated') AS syndicated,
           min(day) AS first_day, max(day) AS last_day, count(DISTINCT source) AS sources -- sources with items
        FROM counted_mentions(for_brand, date_from, date_to, source_is, product_is, lang_is, kind_is, true)),
    o AS (
        SELECT count(*) FILTER (role = 'subject' AND day IS NULL) AS undated,
               count(*) FILTER (role = 'mentioned' AND day BETWEEN date_from::DATE AND date_to::DATE) AS mentioned_only
        FROM mentions WHERE brand = for_brand),
    u AS (SELECT count(*) AS unattributed FROM mentions WHERE brand IS NULL)
    SELECT m.*, o.undated, o.mentioned_only, u.unattributed -- items of the whole warehouse that name no brand
    FROM m, o, u;

-- freshness: When each source was last read for each brand, and how that went.
CREATE OR REPLACE VIEW freshness AS
    SELECT p.source, p.brand, max(p.finished_at) AS last_run_at, -- when its last crawl ended
           last(p.status ORDER BY p.finished_at, p.package_id) AS last_status, -- how it ended
           last(p.reason ORDER BY p.finished_at, p.package_id) FILTER (p.reason IS NOT NULL) AS last_reason, -- why the last one that was not finished was not
           count(*) AS packages, -- crawls so far
           last(p.got ORDER BY p.finished_at, p.package_id) AS items_got, -- items of the last crawl
           last(p.expected ORDER BY p.finished_at, p.package_id) FILTER (p.expected IS NOT NULL) AS expected, -- items that the service claims to have
           sum(p.rejects)::BIGINT AS rejects, -- records refused so far
           sum(p.rejects) / nullif(sum(p.items) + sum(p.rejects), 0) AS reject_share, -- share of all records
           (SELECT max(m.published_at) FROM mentions m WHERE m.source = p.source AND m.brand IS NOT DISTINCT FROM p.brand) AS last_published_at, -- newest item
           max(p.loaded_at) AS last_loaded_at -- when its last package was loaded
    FROM packages p GROUP BY p.source, p.brand;

-- snapshot_info: One row about the whole snapshot.
CREATE OR REPLACE VIEW snapshot_info AS
    SELECT (SELECT max(loaded_at) FROM packages WHERE loaded) AS data_as_of, -- when the newest package was loaded: the date of a report
           (SELECT count(*) FROM items) AS items, (SELECT count(*) FROM brands WHERE watched) AS brands, -- watched brands
           (SELECT max(model_version) FROM models WHERE active) AS model_version,
           (SELECT max(version) FROM schema_migrations) AS schema_version, -- number of the last migration
           (SELECT min(day) FROM mentions) AS first_day, (SELECT max(day) FROM mentions) AS last_day;
