"""`mot erase`."""

from __future__ import annotations

from typing import Any

import click

from flows.home import current


@click.command(epilog="Example: mot erase item app_store:1234567890 --reason 'asked by the author'")
@click.argument("kind", type=click.Choice(["item", "author"]))
@click.argument("key")
@click.option("--reason", default="erased on request", show_default=True, help="Kept with the tombstone.")
def command(kind: str, key: str, reason: str) -> None:
    """Erase an item (its item_id) or all of an author (the author_key) and keep it out for good.

    A tombstone stays, so that the next crawl does not bring it back; the snapshot is published anew.
    """
    from flows import steps
    from flows.lock import only_one
    from warehouse.connect import open_warehouse
    from warehouse.erase import erase

    home = current()
    with only_one(home.root):
        with open_warehouse(home.warehouse) as warehouse:
            what: dict[str, Any] = {"item_ids": [key]} if kind == "item" else {"author_key": key}
            erased = erase(warehouse, **what, reason=reason)
        steps.publish(home)
    click.echo(f"{erased} item(s) erased.", err=True)
