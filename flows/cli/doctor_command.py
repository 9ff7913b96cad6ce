"""`mot doctor`."""

from __future__ import annotations

from pathlib import Path

import click

from flows.home import current

MARKS = {"ok": "ok   ", "note": "note ", "fault": "FAULT"}


@click.command(epilog="Example: mot doctor --watchlist watchlist.toml")
@click.option("--watchlist", type=click.Path(path_type=Path), default="watchlist.toml", show_default=True,
              help="The watchlist whose sources and keys are checked.")  # fmt: skip
def command(watchlist: Path) -> None:
    """Check the set-up, the watchlist and its keys, the model, the crawls and the data.

    Exit status 1 when there is a fault.
    """
    from flows.doctor import examine

    faults = 0
    for finding in examine(current(), watchlist):
        click.echo(f"{MARKS[finding.level]}  {finding.topic:<10} {finding.text}")
        faults += finding.level == "fault"
    if faults:
        click.echo(f"\n{faults} fault(s).", err=True)
        raise SystemExit(1)
