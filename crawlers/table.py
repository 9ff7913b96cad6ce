"""The sources table of the documentation, made from what the spider classes state; `mot docs` writes it."""

from __future__ import annotations

from crawlers.sources import COMMON_OPTIONS, describe, options_of

HEAD = """# Sources

Made from the spider classes by `mot docs`; do not edit. `mot try SOURCE TARGET` shows what a target yields and stores
nothing.

In the watchlist a source is a list of targets, or a table with `targets` and options. Every source understands `key`
(the *name* of the environment variable that holds its key), `endpoint` (another base address of the same interface),
`max_items`, `requests_per_day` (the most requests a day to one host, by all crawls of a home; 20,000 where nothing is
said; a crawl that meets it ends incomplete and says when it can go on), and `full = true` (ask for everything, not only
for what is new or has changed).

"""


def sources_page() -> str:
    """The page as Markdown: a table of all sources, then what each asks of its user."""
    rows = ["| source | covers | a target is | key | untested live |", "| --- | --- | --- | --- | --- |"]
    notes: list[str] = []
    for source in describe():
        name = source["name"]
        key = ", ".join(f"`{variable}`" for variable in source["variables"])
        untested = "" if source["tested"] else "yes"
        rows.append(f"| `{name}` | {_cell(source['covers'])} | {_cell(source['target_form'])} | {key} | {untested} |")
        options = sorted(options_of(name) - COMMON_OPTIONS)
        lines = [f"Options: {', '.join(f'`{option}`' for option in options)}."] if options else []
        lines += [_sentence(source["caution"])] if source["caution"] else []
        if lines:
            notes += [f"### `{name}`", "", "\n\n".join(lines), ""]
    return HEAD + "\n".join(rows) + "\n\n## What to know of some\n\n" + "\n".join(notes).rstrip() + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + ("" if text.endswith(".") else ".")
