-- What the figures stand on.

-- items_if: The sum of some counts of items where a condition holds.
CREATE OR REPLACE MACRO items_if(items, holds) AS coalesce(sum(items) FILTER (holds), 0)::BIGINT;

-- coverage: What is there by brand and source; brand NULL stands for items that name no brand.
CREATE OR REPLACE VIEW coverage AS
    SELECT brand, source, channel, items_if(items, role IS DISTINCT FROM 'mentioned') AS items,
           items_if(items, role IS DISTINCT FROM 'mentioned' AND day IS NULL) AS undated, -- without a date of publication, so in no period
           items_if(items, role IS DISTINCT FROM 'mentioned' AND status = 'empty') AS no_text, -- a rating without words
           items_if(items, role IS DISTINCT FROM 'mentioned' AND status NOT IN ('empty', 'untagged')) AS tagged, -- tagged by the active model
           items_if(items, role IS DISTINCT FROM 'mentioned' AND status = 'untagged') AS untagged, -- not yet tagged by it
           items_if(items, role IS DISTINCT FROM 'mentioned' AND status = 'unsure') AS unsure, -- tagged with low confidence
           items_if(items, role IS DISTINCT FROM 'mentioned' AND status = 'unsupported') AS unsupported, -- in a language the model does not know
           items_if(items, role IS DISTINCT FROM 'mentioned' AND flag IS NOT NULL) AS flagged, -- left out of figures
           items_if(items, role IS DISTINCT FROM 'mentioned' AND flag = 'staff') AS staff, -- of them replies of the brand's staff
           items_if(items, role IS DISTINCT FROM 'mentioned' AND flag = 'spam') AS spam, -- of them spam
           items_if(items, role IS DISTINCT FROM 'mentioned' AND flag = 'incentivised') AS incentivised, -- of them written for a reward
           items_if(items, role IS DISTINCT FROM 'mentioned' AND flag = 'duplicate') AS duplicate, -- of them exact copies
           items_if(items, role IS DISTINCT FROM 'mentioned' AND flag = 'near duplicate') AS near_duplicate, -- of them near copies
           items_if(items, role IS DISTINCT FROM 'mentioned' AND flag = 'syndicated') AS syndicated, -- of them copies from another source
           items_if(items, role = 'mentioned') AS mentioned_only, -- items about another brand that name this one
           min(day) AS first_day, max(day) AS last_day
    FROM daily WHERE moment = 'any' GROUP BY brand, source, channel;

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
        SELECT items_if(items, role = 'subject' AND day IS NULL) AS undated,
               items_if(items, role = 'mentioned' AND day BETWEEN date_from::DATE AND date_to::DATE) AS mentioned_only
        FROM daily WHERE brand = for_brand AND moment = 'any'),
    u AS (SELECT items_if(items, true) AS unattributed FROM daily WHERE brand IS NULL AND moment = 'any')
    SELECT m.*, o.undated, o.mentioned_only, u.unattributed -- items of the whole warehouse that name no brand
    FROM m, o, u;

-- freshness: When each source was last read for each brand, and how that went.
CREATE OR REPLACE VIEW freshness AS
    WITH newest AS (
        -- The newest day first, which is known by day: then only that day's items are read for the time.
        SELECT d.source, d.brand, max(m.published_at) AS last_published_at
        FROM (SELECT source, brand, max(day) AS day FROM daily WHERE moment = 'any' GROUP BY source, brand) d
        JOIN mentions m ON m.source = d.source AND m.day = d.day AND m.brand IS NOT DISTINCT FROM d.brand
        GROUP BY d.source, d.brand),
    crawled AS (
        SELECT source, brand, max(finished_at) AS last_run_at, -- when its last crawl ended
               last(status ORDER BY finished_at, package_id) AS last_status, -- how it ended
               last(reason ORDER BY finished_at, package_id) FILTER (reason IS NOT NULL) AS last_reason, -- why the last one that was not finished was not
               count(*) AS packages, -- crawls so far
               last(got ORDER BY finished_at, package_id) AS items_got, -- items of the last crawl
               last(expected ORDER BY finished_at, package_id) FILTER (expected IS NOT NULL) AS expected, -- items that the service claims to have
               sum(rejects)::BIGINT AS rejects, -- records refused so far
               sum(rejects) / nullif(sum(items) + sum(rejects), 0) AS reject_share, -- share of all records
               max(loaded_at) AS last_loaded_at -- when its last package was loaded
        FROM packages GROUP BY source, brand)
    SELECT p.source, p.brand, p.last_run_at, p.last_status, p.last_reason, p.packages, p.items_got, p.expected, p.rejects, p.reject_share,
           n.last_published_at, -- newest item
           p.last_loaded_at
    FROM crawled p LEFT JOIN newest n ON n.source = p.source AND n.brand IS NOT DISTINCT FROM p.brand;

-- snapshot_info: One row about the whole snapshot.
CREATE OR REPLACE VIEW snapshot_info AS
    SELECT (SELECT max(loaded_at) FROM packages WHERE loaded) AS data_as_of, -- when the newest package was loaded: the date of a report
           (SELECT count(*) FROM items) AS items, (SELECT count(*) FROM brands WHERE watched) AS brands, -- watched brands
           (SELECT max(model_version) FROM models WHERE active) AS model_version,
           (SELECT max(version) FROM schema_migrations) AS schema_version, -- number of the last migration
           (SELECT min(day) FROM mentions) AS first_day, (SELECT max(day) FROM mentions) AS last_day;
