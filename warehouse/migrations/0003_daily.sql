-- Counts by day, so that questions about all brands read thousands of rows and not millions. `refresh` keeps them.

CREATE TABLE daily ( -- Items by brand, day, source and moment, and those among them that are negative (at the moment).
    brand VARCHAR,
    day DATE,
    source VARCHAR,
    channel VARCHAR,
    role VARCHAR,
    status VARCHAR,
    flag VARCHAR,
    moment VARCHAR, -- items with a sentence at it; any: all items
    items BIGINT,
    negative BIGINT
);

ALTER TABLE mentions ADD COLUMN likes BIGINT;
ALTER TABLE mentions ADD COLUMN comments BIGINT;
