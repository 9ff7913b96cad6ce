"""`python -m nlp`: tag, train and evaluate without the rest of the project."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from nlp.errors import NlpError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m nlp", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    tag = commands.add_parser("tag", help="tag a JSON Lines file")
    tag.add_argument("--input", type=Path, required=True)
    tag.add_argument("--output", type=Path, required=True)
    tag.add_argument("--model", type=Path)
    train = commands.add_parser("train", help="train on a label file")
    train.add_argument("--labels", type=Path, required=True)
    train.add_argument("--output", type=Path, required=True)
    train.add_argument("--epochs", type=float)
    train.add_argument("--base", help="another encoder: a folder, or the name of a hub model")
    train.add_argument("--languages", nargs="+", help="codes of the languages in the labels; * for any")
    train.add_argument("--corpora", type=Path, help="repeat the whole recipe of the shipped weights with these corpora")
    train.add_argument("--seed", type=int, default=0)
    test = commands.add_parser("evaluate", help="figures of a model on a label file, beside baselines")
    test.add_argument("--test", type=Path, required=True)
    test.add_argument("--train", type=Path)
    test.add_argument("--corpora", type=Path)
    test.add_argument("--model", type=Path)
    test.add_argument("--output", type=Path)
    given = parser.parse_args(arguments)
    try:
        _run(given)
    except NlpError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _run(given: argparse.Namespace) -> None:
    if given.command == "tag":
        from nlp.tag import tag_file

        summary = tag_file(given.input, given.output, model=given.model)
        print(f"{summary.items} items in {summary.seconds:.1f} s by {summary.model_version}: {summary.statuses}")
    elif given.command == "train":
        from nlp.train import TrainOptions, train

        options = TrainOptions(seed=given.seed)
        if given.epochs:
            options.epochs = given.epochs
        if given.base:
            options.base = {"path": given.base} if Path(given.base).is_dir() else {"hub": given.base}
            options.name = f"mot-{Path(given.base).name}"
        if given.languages:
            options.languages = tuple(given.languages)
        if given.corpora:
            from nlp.recipe import reproduce

            print(reproduce(given.labels, given.corpora, given.output, options))
        else:
            print(train(given.labels, given.output, options))
    else:
        from nlp.evaluate import evaluate
        from nlp.page import render

        report = evaluate(given.test, model=given.model, train=given.train, corpora=given.corpora, output=given.output)
        print(render(report).split("## ")[0])


if __name__ == "__main__":
    sys.exit(main())
