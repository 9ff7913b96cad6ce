"""`mot tag`."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command(epilog="Example: mot tag --input reviews.jsonl --output tags.jsonl")
@click.option("--input", "source", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=True,
              help='JSON Lines: {"id", "text", "spans"?, "title"?, "kind"?, "lang"?}; .gz is read too.')  # fmt: skip
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="JSON Lines, same order."
)
@click.option(
    "--model", type=click.Path(path_type=Path, exists=True), help="A trained model's folder; else the shipped one."
)
@click.option("--probabilities", is_flag=True,
              help="Write the text and the item's probabilities too: what mot train --soft learns from.")  # fmt: skip
def command(source: Path, output: Path, model: Path | None, probabilities: bool) -> None:
    """Tag every text with its moments and sentiment, sentence by sentence."""
    from nlp.tag import tag_file

    def show(done: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{done} item(s) tagged", nl=False, err=True)

    summary = tag_file(source, output, model=model, progress=show, probabilities=probabilities)
    speed = f"in {summary.seconds:.1f} s by {summary.model_version}"
    click.echo(f"\r{summary.items} item(s) tagged {speed}: {output}", err=True)
