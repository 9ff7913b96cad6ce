"""`mot docs`."""

from __future__ import annotations

from pathlib import Path

import click

PAGES = Path(__file__).resolve().parents[2] / "docs"


def generated() -> dict[str, str]:
    """The pages of docs/ that are made from the code, by file name."""
    from crawlers.table import sources_page
    from warehouse.dictionary import page

    return {"sources.md": sources_page(), "data-dictionary.md": page()}


@click.command(epilog="Example: mot docs")
def command() -> None:
    """Write the generated pages of docs/ again: the sources table and the data dictionary."""
    for name, text in generated().items():
        (PAGES / name).write_text(text, encoding="utf-8")
        click.echo(PAGES / name)
