"""`mot sql`."""

from __future__ import annotations

import click

from flows.home import current


@click.command(epilog='Example: mot sql "SELECT brand, count(*) FROM items GROUP BY brand"')
@click.argument("query")
@click.option("--format", "fmt", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@click.option("--limit", type=click.IntRange(min=1), default=1000, show_default=True, help="Rows to print at most.")
def command(query: str, fmt: str, limit: int) -> None:
    """Run QUERY on the published snapshot, read-only."""
    from warehouse.sql import run

    click.echo(run(current().snapshot, query, fmt, limit))
