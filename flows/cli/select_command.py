"""`mot select`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(epilog="Example: mot select --input texts.jsonl --output to-label.jsonl --count 500")
@click.option("--input", "pool", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=True,
              help="Unlabelled texts, one object with id and text a line.")  # fmt: skip
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), required=True,
              help="The chosen texts, in the form of a label file, with the model's opinion to correct.")  # fmt: skip
@click.option("--count", type=click.IntRange(min=1), default=500, show_default=True, help="How many to choose.")
@click.option("--model", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Instead of the shipped.")
@click.option("--seed", type=int, default=0, show_default=True)
def command(pool: Path, output: Path, count: int, model: Path | None, seed: int) -> None:
    """Choose the texts that are worth labelling next: suspected rare moments, unsure ones, and some at random."""
    from nlp.select import select

    found = select(pool, output, count, model=model, seed=seed)
    click.echo(f"{found} texts to label in {output}; then: mot train --labels train.jsonl --more {output}", err=True)
