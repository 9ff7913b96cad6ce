"""`mot crawl`."""

from __future__ import annotations

import click

from flows.cli.task import source_arguments, task_of
from flows.home import current


@click.command(epilog="Example: mot crawl app_store us/361309726 --brand Nordbrew")
@source_arguments
@click.option("--brand", help="Brand to record on the items.")
def command(source: str, targets: tuple[str, ...], options: tuple[str, ...], brand: str | None) -> None:
    """Crawl TARGETS of SOURCE and land a package, which the next watch loads."""
    from crawlers.runner import crawl

    home = current()
    outcome = crawl(
        task_of(source, targets, options), brand=brand, landing=home.landing, home=home.root,
        log_file=home.logs / f"{source}.log",
    )  # fmt: skip
    reason = f": {outcome.reason}" if outcome.reason else ""
    click.echo(f"{outcome.status}{reason}; {outcome.items} item(s), {outcome.rejects} reject(s)", err=True)
    if outcome.package:
        click.echo(outcome.package)
    if outcome.status == "failed":
        raise SystemExit(1)
