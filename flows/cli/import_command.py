"""`mot import`."""

from __future__ import annotations

from pathlib import Path

import click

from flows.cli.task import task_of
from flows.home import current


@click.command(
    epilog="Example: mot import reviews.csv --brand Nordbrew --column body='Review Text' --option rating_scale=10"
)
@click.argument("files", nargs=-1, required=True)
@click.option("--brand", required=True, help="The brand that the files are about.")
@click.option("--column", "columns", multiple=True, metavar="FIELD=NAME",
              help="The column of a field (body, rating, date, author, id …); usual names are found.")  # fmt: skip
@click.option("--option", "options", multiple=True, metavar="NAME=VALUE",
              help="rating_scale, date_format, date_order, delimiter, encoding …: see docs/sources.md.")  # fmt: skip
def command(files: tuple[str, ...], brand: str, columns: tuple[str, ...], options: tuple[str, ...]) -> None:
    """Load FILES of a brand's own systems, tag them, and write the brand's report. No network, no watchlist.

    A line that cannot be used is a counted reject with its number and the reason; it stops none of the others.
    """
    from flows import steps
    from flows.lock import only_one
    from flows.logs import to_stderr

    home = current()
    task = task_of(
        "files", [str(Path(file).resolve()) for file in files], [*(f"columns.{c}" for c in columns), *options]
    )
    to_stderr()
    with only_one(home.root):
        outcome = steps.crawl_source(brand, task, home)
        steps.load(home, brand=brand)
        steps.tag_new(home)
        steps.publish(home)
        pages = steps.write_reports(home, [brand])
    if outcome.reason:
        click.echo(f"{outcome.status}: {outcome.reason}", err=True)
    if outcome.rejects:
        click.echo(f"{outcome.rejects} line(s) refused; why: {outcome.package}/rejects.jsonl", err=True)
    for page in pages:
        click.echo(page)
