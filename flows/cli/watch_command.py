"""`mot watch`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from flows.home import Home, current


def prefect_environment(home: Home) -> None:
    """Settings that Prefect reads when it is imported: its files in our home, no telemetry, our log lines in its runs.

    What the operator has set in the environment wins, so a real Prefect server (`PREFECT_API_URL`) is used when named.
    """
    # The temporary server is on the loopback; a proxy that the crawl goes through must not stand before it.
    for name in ("NO_PROXY", "no_proxy"):
        hosts = [host for host in os.environ.get(name, "").split(",") if host]
        os.environ[name] = ",".join(dict.fromkeys([*hosts, "127.0.0.1", "localhost"]))
    os.environ.setdefault("PREFECT_HOME", str(home.prefect))
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")
    # The steps print their own lines; Prefect's console would add a traceback to each failed crawl.
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    os.environ.setdefault("PREFECT_LOGGING_EXTRA_LOGGERS", "flows")
    os.environ.setdefault("PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW", "ignore")


@click.command(epilog="Example: mot watch --watchlist watchlist.toml --brand Nordbrew")
@click.option("--watchlist", type=click.Path(path_type=Path), default="watchlist.toml", show_default=True,
              help="The TOML file that names brands and sources.")  # fmt: skip
@click.option("--brand", help="Crawl this brand only.")
@click.option("--source", help="Crawl this source only.")
@click.option("--no-server", is_flag=True, help="Run the steps without Prefect: no server is started or asked.")
def command(watchlist: Path, brand: str | None, source: str | None, no_server: bool) -> None:
    """Crawl every brand and source of the watchlist, then load, tag, publish and report.

    Runs as a Prefect flow; with no Prefect server configured, Prefect starts a temporary one (about ten seconds).
    Exit status 1 when a source failed; what the others brought is loaded and reported all the same.
    """
    # The watchlist is read before Prefect is imported, so that a typing error is answered at once.
    from crawlers.watchlist import load
    from flows.logs import to_stderr

    load(watchlist).select(brand=brand, source=source)
    home = current()
    prefect_environment(home)
    to_stderr()
    from flows.watch import watch

    run = (watch.fn if no_server else watch)(str(watchlist.resolve()), str(home.root), brand, source)
    for line in run.incomplete:
        click.echo(f"incomplete: {line}", err=True)
    for page in run.pages:
        click.echo(page)
