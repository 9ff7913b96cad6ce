"""`mot report`."""

from __future__ import annotations

from pathlib import Path

import click

from flows.home import current

FORMATS = ["text", "html", "json", "csv"]


@click.command(epilog="Example: mot report Nordbrew --from 2026-05-01 --to 2026-05-31 --scheme google-zmot")
@click.argument("brand")
@click.option("--from", "date_from", metavar="DATE", help="First day, YYYY-MM-DD; by default the first with data.")
@click.option("--to", "date_to", metavar="DATE", help="Last day, inclusive.")
@click.option("--scheme", help="Scheme of stage names, for example procter-gamble; by default the combined one.")
@click.option("--format", "fmt", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file instead.")
def command(
    brand: str, date_from: str | None, date_to: str | None, scheme: str | None, fmt: str, output: Path | None
) -> None:
    """Report BRAND: before the purchase (ZMOT), after it (TMOT), and the journey between."""
    from warehouse.report import build, render

    text = render(build(current().snapshot, brand, date_from, date_to, scheme), fmt)
    if output:
        output.write_text(text, encoding="utf-8")
        click.echo(output, err=True)
    else:
        click.echo(text)
