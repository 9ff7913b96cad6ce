"""`mot export`."""

from __future__ import annotations

from pathlib import Path

import click

from flows.home import current


@click.command(epilog="Example: mot export voices voices.xlsx")
@click.argument("what")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
def command(what: str, target: Path) -> None:
    """Write WHAT, a table or view of the snapshot or a SELECT, to TARGET.

    The suffix says the form: .csv (cells that a spreadsheet would run are neutralised), .xlsx, .json, .jsonl, .parquet.
    """
    from warehouse.export import export

    rows = export(current().snapshot, what, target)
    click.echo(f"{rows} row(s): {target}", err=True)
