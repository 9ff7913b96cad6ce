"""`mot dashboard`."""

from __future__ import annotations

import click

from flows.home import current


@click.command(epilog="Example: mot dashboard --port 8501")
@click.option("--port", type=click.IntRange(1024, 65535), default=8501, show_default=True)
def command(port: int) -> None:
    """Open the dashboard on the published snapshot; it listens on this machine only. Ctrl+C stops it."""
    from warehouse.dashboard import run

    run(current().snapshot, port)
