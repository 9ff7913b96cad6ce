"""`mot new-source`."""

from __future__ import annotations

import click


@click.command(epilog="Example: mot new-source kettle_club")
@click.argument("name")
def command(name: str) -> None:
    """Write the spider, the fixture and the test of a new source called NAME, ready to fill in."""
    from crawlers.skeleton import write

    for path in write(name):
        click.echo(path)
