"""`mot demo`."""

from __future__ import annotations

import os

import click

from flows.home import current


@click.command(epilog="Example: mot demo --no-server")
@click.option("--no-server", is_flag=True, help="Run the steps without Prefect, some ten seconds faster.")
def command(no_server: bool) -> None:
    """Run everything once on a bundled demo site: crawl, tag, load, report. No network and no key needed.

    The site answers on a free loopback port and is stopped at the end. Its brands and people are invented.
    """
    from crawlers.watchlist import load
    from flows.cli.watch_command import prefect_environment
    from flows.demo import ADDRESS, KEY_VARIABLE, watchlist_text
    from flows.demo.site import DemoSite
    from flows.logs import to_stderr
    from warehouse.report import build, render

    home = current()
    home.root.mkdir(parents=True, exist_ok=True)
    watchlist = home.root / "demo-watchlist.toml"
    watchlist.write_text(watchlist_text(ADDRESS), encoding="utf-8")
    brands = [brand.name for brand in load(watchlist).brands]
    to_stderr()
    with DemoSite() as site:
        # The site answers as a proxy, so its invented addresses are the same whatever port was free.
        os.environ.update({"HTTP_PROXY": site.url, "http_proxy": site.url, KEY_VARIABLE: "demo"})
        click.echo(f"The demo site answers at {site.url}", err=True)
        prefect_environment(home)
        from flows.watch import watch

        run = (watch.fn if no_server else watch)(str(watchlist), str(home.root))
    click.echo(render(build(home.snapshot, brands[0], None, None, None), "text"))
    click.echo(f"\n{run.loaded['new_items']} new item(s), {run.tagged['tagged']} text(s) tagged.\n")
    click.echo("Open one of these pages in a browser:")
    for page in run.pages:
        click.echo(f"  {page}")
    prefix = "" if "MOT_HOME" not in os.environ else f"MOT_HOME={home.root} "
    click.echo(f"""
Then try:
  {prefix}.venv/bin/mot report "{brands[1]}" --scheme google-zmot
  {prefix}.venv/bin/mot sql "SELECT brand, count(*) AS items, round(avg(rating), 2) AS rating FROM items GROUP BY brand"
  {prefix}.venv/bin/mot doctor""")
