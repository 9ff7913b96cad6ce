"""The Prefect flows and the `mot` command: they only call the other three rooms."""
