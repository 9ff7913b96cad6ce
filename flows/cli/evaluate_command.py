"""`mot evaluate`."""

from __future__ import annotations

from pathlib import Path

import click

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command(epilog="Example: mot evaluate --test test.jsonl --train train.jsonl --output scores.md")
@click.option("--test", type=FILE, required=True, help="Labelled items that the model has not seen.")
@click.option("--train", type=FILE, help="The label file that the baselines learn from; without it there are none.")
@click.option("--corpora", type=FOLDER, help="A folder with the outside benchmarks.")
@click.option("--model", type=FOLDER, help="A trained model's folder; else the shipped one.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the page here, as Markdown.")
def command(test: Path, train: Path | None, corpora: Path | None, model: Path | None, output: Path | None) -> None:
    """Score the classifier with intervals, beside the majority, TF-IDF and VADER baselines."""
    from nlp.evaluate import evaluate
    from nlp.page import render

    click.echo(render(evaluate(test, model=model, train=train, corpora=corpora, output=output)))
