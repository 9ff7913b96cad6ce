"""Exports of a brand's own systems (shop, survey, support, app console): CSV, JSON Lines and Parquet, also gzipped.

Columns with usual names are found, in many languages; the others a few lines of the watchlist name:

    [brand.sources.files]
    targets = ["exports/*.csv"]
    columns = { body = "Review Text", rating = "Stars", published_at = "Written" }
    rating_scale = 10
    date_format = "%d.%m.%Y"
"""

from crawlers.bases.table_files import TableFiles


class Files(TableFiles):
    name = "files"
    lineage = "own"
    covers = "exports of one's own systems: CSV, JSON Lines, Parquet, with or without gzip"
    target_form = "the path of a file or folder, or a pattern, e.g. exports/*.csv, as seen from the watchlist's folder"
    identity = ("brand", "product_id", "product_name", "author_key", "published_at", "body", "title")
