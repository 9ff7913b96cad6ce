"""`mot try`."""

from __future__ import annotations

from pathlib import Path

import click

from flows.cli.task import source_arguments, task_of
from flows.home import current


@click.command(epilog="Example: mot try product_page https://shop.example/kettle --jsonl | head -3")
@source_arguments
@click.option("--jsonl", is_flag=True, help="One item a line on standard output, and nothing else there.")
@click.option("--file", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="Answer the first request from this saved page instead of the network.")  # fmt: skip
def command(source: str, targets: tuple[str, ...], options: tuple[str, ...], jsonl: bool, file: Path | None) -> None:
    """Crawl TARGETS of SOURCE for real and print what they yield. Nothing is stored.

    Items go to standard output, the counts, rejects and fields that nobody maps to standard error. Exit status 1 when
    the crawl was incomplete or failed.
    """
    from crawlers.runner import preview

    task = task_of(source, targets, options)
    raise SystemExit(preview(task.source, task.targets, task.options, jsonl=jsonl, home=current().root, file=file))
