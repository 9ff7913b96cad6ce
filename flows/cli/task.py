"""What `mot crawl` and `mot try` share: a source with its targets and options from the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from crawlers.watchlist import SourceTask


def source_arguments(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command SOURCE, TARGETS and --option."""
    for decorate in (
        click.option("--option", "options", multiple=True, metavar="NAME=VALUE",
                     help="A source option, as in the watchlist: key, endpoint, max_items …"),
        click.argument("targets", nargs=-1, required=True),
        click.argument("source"),
    ):  # fmt: skip
        command = decorate(command)
    return command


def task_of(source: str, targets: Sequence[str], options: Sequence[str]) -> SourceTask:
    """The task; `SourceError` for an unknown source, a usage error for an option without a value."""
    from crawlers.sources import check

    values: dict[str, Any] = {}
    for option in options:
        name, equals, value = option.partition("=")
        if not equals:
            raise click.BadParameter(f"{option!r} has no value; write NAME=VALUE.", param_hint="--option")
        values[name.strip()] = int(value) if value.strip().isdigit() else value
    return SourceTask(check(source), tuple(targets), values)
