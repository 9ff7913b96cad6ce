"""The warehouse: items and tags in DuckDB, marts over them, and what brand teams read; kept light to import."""
