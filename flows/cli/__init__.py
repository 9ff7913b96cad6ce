"""The `mot` command. Each subcommand is one small file here, imported only when called, so that help is instant."""

from __future__ import annotations

import importlib
import os
import sys

import click

COMMANDS = {
    "demo": "run everything on a bundled demo site",
    "watch": "crawl, load, tag, publish and report every brand of the watchlist",
    "crawl": "crawl one source and land a package",
    "try": "show what a source would yield; nothing is stored",
    "import": "load a brand's own CSV, JSON Lines or Parquet files and report them",
    "tag": "tag texts from a file with moment and sentiment",
    "report": "print or write a brand's report",
    "sql": "query the published snapshot",
    "export": "write a table or view of the snapshot as CSV, Excel, JSON or Parquet",
    "dashboard": "open the dashboard on the published snapshot",
    "doctor": "check the set-up, the keys, the crawls and the data",
    "erase": "erase an item or an author for good",
    "select": "choose the texts that are worth labelling next",
    "train": "train the classifier",
    "evaluate": "score the classifier beside its baselines",
    "new-source": "write the skeleton of a new source",
    "docs": "write the generated pages of docs/ again",
}

USER_ERRORS = (
    ("crawlers.watchlist", "WatchlistError"),
    ("crawlers.sources", "SourceError"),
    ("nlp.errors", "NlpError"),
    ("warehouse.errors", "WarehouseError"),
    ("flows.watch", "WatchFailed"),
    ("flows.steps", "CrawlFailed"),
    ("flows.lock", "HomeBusyError"),
)
"""Errors whose message is written for the person at the keyboard; named, not imported, since the modules are heavy."""


class LazyGroup(click.Group):
    """A click group that knows its commands' names and one-line help, and imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"flows.cli.{cmd_name.replace('-', '_')}_command")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        import difflib

        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            near = difflib.get_close_matches(args[0], COMMANDS, 1)
            hint = f" Did you mean '{near[0]}'?" if near else " See mot --help."
            raise click.UsageError(f"There is no command '{args[0]}'.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: mot watch --watchlist watchlist.toml && mot report Nordbrew",
)
@click.version_option(package_name="momentscope")
def mot() -> None:
    """Momentscope: what customers publish about brands, by moment of truth.

    Everything lives under one home directory: MOT_HOME, by default ./data.
    """


def _is_for_people(error: BaseException) -> bool:
    for module, name in USER_ERRORS:
        kind = getattr(sys.modules.get(module), name, None)
        if kind is not None and isinstance(error, kind):
            return True
    return isinstance(error, OSError)


def main() -> None:
    """Run the command; a user's mistake ends with one sentence and exit status 1, never a traceback."""
    try:
        mot(prog_name="mot")
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output (head, less) is gone; that is no failure of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if not _is_for_people(error) or os.environ.get("MOT_TRACEBACK"):
            raise
        click.echo(f"mot: {error}", err=True)
        sys.exit(1)
