-- The star: items and what is known about them. Keys are 64 bits of a hash of the id, so that joins at tens of millions
-- of rows stay narrow; there is no PRIMARY KEY because a DuckLake has none, and the loader alone writes.
-- Times are UTC. A comment behind a column is its entry in the data dictionary.

CREATE TABLE schema_migrations ( -- Which migrations this warehouse has had.
    version INTEGER, -- number of the migration
    name VARCHAR, -- what it does
    applied_at TIMESTAMP -- when it was applied
);

CREATE TABLE meta ( -- What the warehouse notes about itself.
    key VARCHAR, -- name of the setting
    value VARCHAR -- its value
);

CREATE TABLE items ( -- One row per review, video, comment, post or question: its current version.
    item_key UBIGINT, -- hash of item_id, the key of all joins
    item_id VARCHAR, -- `<source>:<native id>`, for ever the same for the same thing
    kind VARCHAR, -- review, video, comment, post or question
    source VARCHAR, -- the source that it was read from
    url VARCHAR, -- where it can be read
    brand VARCHAR, -- brand as the watchlist or the page says; NULL when only the text can tell (see mentions)
    product_id VARCHAR, -- identity of the product, as the watchlist or else the page has it
    product_name VARCHAR, -- its name
    parent_key UBIGINT, -- hash of parent_id
    parent_id VARCHAR, -- the item that this one answers
    author_key VARCHAR, -- keyed hash of the author within the source
    title VARCHAR, -- title, plain text
    body VARCHAR, -- text, plain
    lang VARCHAR, -- language, BCP 47
    rating DOUBLE, -- rating as a share of the best one, 0 to 1
    rating_scale VARCHAR, -- the scale that the source shows, for example "5 stars"
    published_at TIMESTAMP, -- when it was published; NULL when the source does not say
    edited_at TIMESTAMP, -- when its author last changed it
    fetched_at TIMESTAMP, -- when it was last fetched
    verified BOOLEAN, -- verified purchase, where the source says so
    metrics JSON, -- counts of the source: helpful, views, likes, comments, replies, shares, duration_s, …
    extra JSON, -- what the source has beyond this
    row_hash UBIGINT, -- hash of all that can change, by which unchanged items are passed over
    text_version INTEGER, -- number of the text, from 1; an edit makes the next
    package_id VARCHAR, -- the landing package that brought this version
    loaded_at TIMESTAMP -- when this version entered the warehouse
);

CREATE TABLE item_history ( -- Versions of items that a later one has replaced.
    item_key UBIGINT,
    item_id VARCHAR,
    kind VARCHAR,
    source VARCHAR,
    url VARCHAR,
    brand VARCHAR,
    product_id VARCHAR,
    product_name VARCHAR,
    parent_key UBIGINT,
    parent_id VARCHAR,
    author_key VARCHAR,
    title VARCHAR,
    body VARCHAR,
    lang VARCHAR,
    rating DOUBLE,
    rating_scale VARCHAR,
    published_at TIMESTAMP,
    edited_at TIMESTAMP,
    fetched_at TIMESTAMP,
    verified BOOLEAN,
    metrics JSON,
    extra JSON,
    row_hash UBIGINT,
    text_version INTEGER,
    package_id VARCHAR,
    loaded_at TIMESTAMP,
    text_kept BOOLEAN, -- false when only counts changed and the text stands with a later version
    replaced_at TIMESTAMP -- when the next version replaced this one
);

CREATE TABLE item_tags ( -- One row per item text and model: the moment and sentiment of the whole item.
    item_key UBIGINT,
    item_id VARCHAR,
    text_version INTEGER,
    model_version VARCHAR, -- the model that said so
    moment VARCHAR, -- moment of truth: trigger, research, encounter, purchase, wait, use, feedback, referral or none
    moment_p FLOAT, -- calibrated confidence in the moment, 0 to 1
    sentiment VARCHAR, -- negative, neutral or positive
    sentiment_p FLOAT, -- calibrated confidence in the sentiment, 0 to 1
    lang VARCHAR,
    status VARCHAR, -- ok, unsure (low confidence), unsupported (a language the model was not trained on), empty; untagged in marts
    sentences INTEGER, -- number of its sentences
    moments JSON, -- every moment of the item with its share and sentiment
    tagged_at TIMESTAMP -- when the tags entered the warehouse
);

CREATE TABLE sentence_tags ( -- One row per sentence of an item text and model.
    item_key UBIGINT,
    text_version INTEGER,
    model_version VARCHAR,
    sentence_no INTEGER, -- number of the sentence in its item, from 1
    start_at INTEGER, -- first character of the sentence in the item's text, from 0
    end_at INTEGER, -- character after its last one
    moment VARCHAR,
    moment_p FLOAT,
    sentiment VARCHAR,
    sentiment_p FLOAT,
    moment_probs FLOAT[], -- probabilities of the nine moments, in the order of the labels
    sentiment_probs FLOAT[] -- probabilities of negative, neutral, positive
);

CREATE TABLE models ( -- Models whose tags are here.
    model_version VARCHAR,
    first_used_at TIMESTAMP, -- when its first tags arrived
    active BOOLEAN -- whether figures use its tags
);

CREATE TABLE model_activations ( -- Since when figures have used which model.
    model_version VARCHAR,
    activated_at TIMESTAMP -- from when on
);

CREATE TABLE brands ( -- Brands of the watchlist and the rivals that it names.
    brand VARCHAR, -- brand, as the watchlist writes it
    watched BOOLEAN, -- on the watchlist itself, or only named as a competitor
    ambiguous BOOLEAN -- the name is a common word: text counts only beside one of the brand's context terms
);

CREATE TABLE brand_aliases ( -- Names by which texts call a brand.
    brand VARCHAR,
    alias VARCHAR -- another name of the brand
);

CREATE TABLE brand_rivals ( -- Competitors of each watched brand.
    brand VARCHAR,
    rival VARCHAR -- the other brand
);

CREATE TABLE brand_terms ( -- Context terms of a brand.
    brand VARCHAR,
    term VARCHAR, -- word or phrase
    wanted BOOLEAN -- true: an ambiguous name counts beside it; false: the name does not count beside it
);

CREATE TABLE products ( -- Products of the watchlist.
    brand VARCHAR,
    product_id VARCHAR,
    product_name VARCHAR,
    aliases VARCHAR[] -- other names of the product
);

CREATE TABLE sources ( -- The lineage of each source.
    source VARCHAR,
    channel VARCHAR -- shop, app store, video, forum, social or own
);

CREATE TABLE schemes ( -- Stage names of each published scheme, for each moment.
    scheme VARCHAR, -- name of the scheme
    moment VARCHAR,
    stage VARCHAR, -- the scheme's name for the moment; NULL when it has no place for it
    position INTEGER, -- order of the stage within the scheme
    moment_position INTEGER -- order of the moment on the journey, from 1
);

CREATE TABLE scheme_sources ( -- Where each scheme comes from.
    scheme VARCHAR,
    origin VARCHAR -- who published it
);

CREATE TABLE configs ( -- Every watchlist and scheme list that was in force, so that an old report can be made again.
    kind VARCHAR, -- watchlist or schemes
    content VARCHAR, -- as JSON
    stored_at TIMESTAMP -- from when on
);

CREATE TABLE packages ( -- Landing packages: one row for each, written in the transaction that loaded it.
    package_id VARCHAR,
    source VARCHAR,
    brand VARCHAR,
    targets VARCHAR[], -- what was asked of the source
    status VARCHAR, -- finished, incomplete, failed, or damaged (not loaded: a file differs from its manifest)
    reason VARCHAR, -- why it is not finished
    started_at TIMESTAMP, -- when the crawl began
    finished_at TIMESTAMP, -- when it ended
    expected BIGINT, -- items that the service claims to have, where it says so
    got BIGINT, -- items that the crawl counted
    items BIGINT, -- item lines in the package
    rejects BIGINT, -- rejects in the package, with those that the loader added
    new_items BIGINT, -- items that were new here
    changed_items BIGINT, -- items whose text or rating had changed
    loaded BOOLEAN, -- whether its items are in the warehouse
    loaded_at TIMESTAMP
);

CREATE TABLE rejects ( -- Records that broke the contract; the raw payload stays in the landing package.
    package_id VARCHAR,
    line INTEGER, -- line in the package's rejects, or in its items for what the loader refused
    item_id VARCHAR,
    source VARCHAR,
    reason VARCHAR, -- what is wrong with it
    field VARCHAR, -- the field at fault
    url VARCHAR,
    refused_at TIMESTAMP -- when it was refused
);

CREATE TABLE runs ( -- Runs of the whole path.
    run_id VARCHAR, -- identity of the run
    started_at TIMESTAMP,
    finished_at TIMESTAMP,
    status VARCHAR,
    figures JSON -- its figures
);

CREATE TABLE tombstones ( -- Items that were erased or that the source has deleted; they never come back.
    item_key UBIGINT,
    item_id VARCHAR,
    reason VARCHAR,
    erased_at TIMESTAMP -- when they were removed
);

CREATE TABLE pending ( -- Items that the marts have not seen yet.
    item_key UBIGINT
);

INSERT INTO sources VALUES
    ('product_page', 'shop'), ('bazaarvoice', 'shop'), ('woocommerce', 'shop'), ('judgeme', 'shop'), ('stamped', 'shop'),
    ('steam', 'shop'), ('google_places', 'shop'), ('reviews', 'shop'),
    ('app_store', 'app store'), ('google_play', 'app store'),
    ('youtube', 'video'), ('youtube_feed', 'video'), ('peertube', 'video'), ('video_page', 'video'),
    ('reddit', 'forum'), ('hackernews', 'forum'), ('discourse', 'forum'), ('lemmy', 'forum'), ('stackexchange', 'forum'),
    ('forum', 'forum'), ('mastodon', 'social'), ('bluesky', 'social'), ('feed', 'social'), ('files', 'own');
