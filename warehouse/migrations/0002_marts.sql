-- What the marts stand on: attribution, flags, and one row per mention and per sentence. `refresh` fills them.

CREATE TABLE item_brands ( -- Which brands an item speaks of.
    item_key UBIGINT,
    brand VARCHAR,
    product_id VARCHAR,
    product_name VARCHAR,
    role VARCHAR, -- subject: the item is about the brand; mentioned: it only names it
    via VARCHAR -- how one knows: page, product, text or parent
);

CREATE TABLE item_pairs ( -- Pairs of brands that an item weighs against each other.
    item_key UBIGINT,
    brand VARCHAR,
    rival VARCHAR,
    relation VARCHAR -- versus, switched from (the rival was left for the brand), switched to (the brand for the rival), or named
);

CREATE TABLE text_keys ( -- Fingerprints by which copies are found.
    item_key UBIGINT,
    text_hash UBIGINT, -- hash of the text without case, accents and punctuation
    size VARCHAR, -- short, middle (from six words on) or long (from fifteen on)
    signature UINTEGER[] -- MinHash of the text's word triples; NULL for short texts
);

CREATE TABLE text_bands ( -- Bands of the signatures: near copies share one.
    item_key UBIGINT,
    band UTINYINT, -- number of the band
    bucket UBIGINT -- hash of the signature's values in the band
);

CREATE TABLE item_flags ( -- Items that figures leave out by default, each with its gravest reason.
    item_key UBIGINT,
    flag VARCHAR, -- staff, spam, duplicate, syndicated (a copy from another source), near duplicate or incentivised
    original_key UBIGINT -- the item that it copies
);

CREATE TABLE mentions ( -- One row per item and brand that it names, in the order brand, day.
    brand VARCHAR,
    day DATE, -- day of publication, UTC; NULL when the source does not say
    role VARCHAR,
    via VARCHAR,
    product_id VARCHAR,
    product_name VARCHAR,
    item_key UBIGINT,
    item_id VARCHAR,
    parent_key UBIGINT,
    parent_id VARCHAR,
    kind VARCHAR,
    source VARCHAR,
    channel VARCHAR,
    lang VARCHAR,
    published_at TIMESTAMP,
    rating DOUBLE,
    rating_class VARCHAR, -- low (at most 0.4: two of five stars), high (at least 0.7) or middle
    verified BOOLEAN,
    moment VARCHAR,
    moment_p FLOAT,
    sentiment VARCHAR,
    sentiment_p FLOAT,
    status VARCHAR,
    sentences INTEGER,
    video_type VARCHAR, -- of a video, by its title: unboxing, comparison, review or other
    reach BIGINT, -- views or plays, where the source counts them
    engagement BIGINT, -- likes, comments, replies and shares
    helpful BIGINT, -- readers who found it helpful, or liked it
    duration_s BIGINT, -- length of a video in seconds
    verdict VARCHAR, -- sentiment of its final judgement (feedback), where it passes one
    referral VARCHAR, -- positive: sends others here; negative: keeps them away; NULL: speaks to nobody
    loyalty VARCHAR, -- loyal (buys again) or leaving (never again, returned), by the words of its verdict
    flag VARCHAR,
    title VARCHAR,
    url VARCHAR
);

CREATE TABLE sentences ( -- One row per sentence and brand of its item, in the order brand, day.
    brand VARCHAR,
    day DATE,
    role VARCHAR,
    product_id VARCHAR,
    item_key UBIGINT,
    sentence_no INTEGER,
    kind VARCHAR,
    source VARCHAR,
    channel VARCHAR,
    lang VARCHAR,
    rating_class VARCHAR,
    status VARCHAR,
    flag VARCHAR,
    moment VARCHAR,
    moment_p FLOAT,
    sentiment VARCHAR,
    sentiment_p FLOAT,
    is_question BOOLEAN, -- whether it asks something
    theme VARCHAR, -- what a question or a complaint is about
    score FLOAT, -- how well it can stand for others: sure, of a readable length, found helpful
    text VARCHAR -- the sentence, at most 600 characters
);

CREATE TABLE rivals ( -- One row per item and pair of brands, from either side.
    brand VARCHAR,
    day DATE,
    rival VARCHAR,
    relation VARCHAR,
    item_key UBIGINT,
    item_id VARCHAR,
    product_id VARCHAR,
    kind VARCHAR,
    source VARCHAR,
    channel VARCHAR,
    lang VARCHAR,
    moment VARCHAR,
    sentiment VARCHAR,
    flag VARCHAR
);
