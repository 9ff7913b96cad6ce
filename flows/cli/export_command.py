"""`mot export`."""

from __future__ import annotations

from pathlib import Path

import click

from flows.home import current


@click.command(epilog="Example: mot export voices voices.xlsx\n\nExample: mot export --parquet figures/")
@click.argument("what", required=False)
@click.argument("target", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--parquet",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write every public table and view into this folder instead, one Parquet file each.",
)
def command(what: str | None, target: Path | None, folder: Path | None) -> None:
    """Write WHAT, a table or view of the snapshot or a SELECT, to TARGET.

    The suffix says the form: .csv (cells that a spreadsheet would run are neutralised), .xlsx, .json, .jsonl, .parquet.
    """
    from warehouse.export import export, export_parquet

    if folder is not None:
        if what is not None:
            raise click.UsageError("--parquet writes everything; leave WHAT and TARGET out, or leave --parquet out.")
        files = export_parquet(current().snapshot, folder)
        click.echo(f"{len(files)} Parquet files: {folder}", err=True)
        return
    if what is None or target is None:
        raise click.UsageError("Say what to write and where, as in mot export voices voices.xlsx, or use --parquet.")
    rows = export(current().snapshot, what, target)
    click.echo(f"{rows} row(s): {target}", err=True)
