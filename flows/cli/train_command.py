"""`mot train`."""

from __future__ import annotations

from pathlib import Path

import click

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command(epilog="Example: mot train --labels train.jsonl --output my-model --seed 1")
@click.option("--labels", type=FILE, required=True, help="Labelled items, one a line; see docs/data-scientists.md.")
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), required=True, help="The model's folder.")
@click.option("--epochs", type=click.FloatRange(min=0, min_open=True), help="Passes over the labels.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--init", type=click.Path(path_type=Path, exists=True, file_okay=False), help="A model to start from.")
@click.option("--soft", type=FILE, multiple=True, help="Texts with another model's probabilities, to learn from.")
@click.option("--more", type=FILE, multiple=True, help="Further label files, none of whose items is held out.")
@click.option("--base", help="Another encoder: a folder, or the name of a hub model.")
@click.option("--languages", default="en", show_default=True, help="Languages of the labels, as en,de; * for any.")
@click.option("--corpora", type=click.Path(path_type=Path, exists=True, file_okay=False),
              help="Repeat the whole recipe of the shipped weights, with the corpora of this folder. With --init or "
              "--more: a usual run, and this folder holds the texts of label files that leave them out.")  # fmt: skip
def command(
    labels: Path,
    output: Path,
    epochs: float | None,
    seed: int,
    init: Path | None,
    soft: tuple[Path, ...],
    more: tuple[Path, ...],
    base: str | None,
    languages: str,
    corpora: Path | None,
) -> None:
    """Train the classifier on a label file; a part of it is held out to stop and to calibrate."""
    from nlp.train import TrainOptions, train

    options = TrainOptions(seed=seed, languages=tuple(code.strip() for code in languages.split(",")))
    if epochs:
        options.epochs = epochs
    if base:
        options.base = {"path": base} if Path(base).is_dir() else {"hub": base}
        options.name = f"mot-{Path(base).name}"
    if corpora and not (init or more):
        from nlp.recipe import reproduce

        figures = reproduce(labels, corpora, output, options)
    else:
        given = [(path, 1.0) for path in soft]
        figures = train(labels, output, options, init=init, soft=given, more=more, corpora=corpora)
    for name, value in figures.items():
        click.echo(f"{name:<40} {value:.3f}" if isinstance(value, float) else f"{name:<40} {value}")
    click.echo(f"The model and its card lie in {output}", err=True)
