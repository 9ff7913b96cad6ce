"""`mot report`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from flows.home import current

FORMATS = ["text", "html", "json", "csv"]


@click.command(
    epilog="Example: mot report Nordbrew --from 2026-05-01 --to 2026-05-31 --scheme google-zmot"
    "\n\nExample: mot report Nordbrew --as-of 2026-05-01 --format html --output then.html"
)
@click.argument("brand")
@click.option("--from", "date_from", metavar="DATE", help="First day, YYYY-MM-DD; by default the first with data.")
@click.option("--to", "date_to", metavar="DATE", help="Last day, inclusive.")
@click.option("--scheme", help="Scheme of stage names, for example procter-gamble; by default the combined one.")
@click.option(
    "--as-of",
    metavar="DATE",
    help="Make the report of an earlier state again: as it was at the end of that day, or at a time like "
    "2026-05-01T06:00 (UTC). What was erased since stays out.",
)
@click.option("--model", metavar="VERSION", help="Use the tags of this model and not of the one in use.")
@click.option("--format", "fmt", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file instead.")
def command(
    brand: str,
    date_from: str | None,
    date_to: str | None,
    scheme: str | None,
    as_of: str | None,
    model: str | None,
    fmt: str,
    output: Path | None,
) -> None:
    """Report BRAND: before the purchase (ZMOT), after it (TMOT), and the journey between."""
    from warehouse.report import build, render

    with _snapshot(as_of, model) as snapshot:
        text = render(build(snapshot, brand, date_from, date_to, scheme), fmt)
    if output:
        output.write_text(text, encoding="utf-8")
        click.echo(output, err=True)
    else:
        click.echo(text)


@contextmanager
def _snapshot(as_of: str | None, model: str | None) -> Iterator[Path]:
    """The published snapshot, or one of an earlier state or of another model, which is deleted after use."""
    home = current()
    if as_of is None and model is None:
        yield home.snapshot
        return
    import tempfile

    from warehouse.history import earlier_snapshot, moment_of

    moment = moment_of(as_of) if as_of else None
    with tempfile.TemporaryDirectory(prefix="momentscope-") as folder:
        yield earlier_snapshot(home.snapshot, moment, Path(folder) / "earlier.duckdb", model_version=model)
