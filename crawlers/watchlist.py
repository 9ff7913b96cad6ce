"""The watchlist: which brands are listened for, and where; read from TOML and checked strictly.

Promise: what `load` returns names only sources and options that exist; anything else is a `WatchlistError`, one
sentence with the file, the offending name and the nearest valid one. Secrets are never in the file, only the names of
the environment variables that hold them.
"""

from __future__ import annotations

import glob
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crawlers import sources

_BRAND_KEYS = ("name", "aliases", "products", "competitors", "include", "exclude", "ambiguous", "sources")
_PRODUCT_KEYS = ("id", "name", "aliases")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class WatchlistError(Exception):
    """The watchlist, or a choice from it, is wrong; the message is one sentence for the user."""


@dataclass(frozen=True)
class Product:
    """One product of a brand; `id` is what the sources or the operator call it."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class SourceTask:
    """What to ask of one source: targets as written in the watchlist, and the options beside them."""

    source: str
    targets: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Brand:
    """One watched brand; `include` and `exclude` are the context terms that tell it from a common word."""

    name: str
    aliases: tuple[str, ...] = ()
    products: tuple[Product, ...] = ()
    competitors: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    ambiguous: bool = False
    sources: tuple[SourceTask, ...] = ()


@dataclass(frozen=True)
class Watchlist:
    """All watched brands, in the order of the file."""

    brands: tuple[Brand, ...]

    def select(self, brand: str | None = None, source: str | None = None) -> Watchlist:
        """The part of the watchlist for one brand, one source or both; `WatchlistError` where there is none."""
        chosen = self.brands
        if brand is not None:
            chosen = tuple(b for b in chosen if b.name.casefold() == brand.casefold())
            if not chosen:
                names = [b.name for b in self.brands]
                raise WatchlistError(f"The watchlist has no brand {brand!r}; {sources.nearest(brand, names)}")
        if source is not None:
            chosen = tuple(
                Brand(**{**vars(b), "sources": tasks})
                for b in chosen
                if (tasks := tuple(t for t in b.sources if t.source == source))
            )
            if not chosen:
                listed = sorted({t.source for b in self.brands for t in b.sources})
                valid = listed if source in sources.names() else list(sources.names())
                raise WatchlistError(
                    f"The watchlist asks nothing of a source {source!r}; {sources.nearest(source, valid)}"
                )
        return Watchlist(chosen)


def load(path: Path) -> Watchlist:
    """Read and check a watchlist; raises `WatchlistError` for anything that is not as documented."""
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise WatchlistError(
            f"There is no watchlist {path}; write one, or name another with --watchlist FILE."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise WatchlistError(f"The watchlist {path} cannot be read: {error}.") from None
    except tomllib.TOMLDecodeError as error:
        raise WatchlistError(f"The watchlist {path} is not valid TOML: {error}.") from None
    reader = _Reader(path)
    reader.keys(document, ("brand",), "the file")
    tables = document.get("brand", [])
    if not isinstance(tables, list) or not tables:
        raise reader.wrong("there is no [[brand]] table in it")
    brands = tuple(reader.brand(table) for table in tables)
    folded = [b.name.casefold() for b in brands]
    if twice := next((b.name for b in brands if folded.count(b.name.casefold()) > 1), None):
        raise reader.wrong(f"brand {twice!r} is there twice")
    return Watchlist(brands)


class _Reader:
    """Checks the parts of one file; knows the file for the error sentences."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def wrong(self, what: str) -> WatchlistError:
        return WatchlistError(f"In {self.path}: {what}{'' if what.endswith(('.', '?')) else '.'}")

    def keys(self, table: Any, valid: tuple[str, ...], where: str) -> None:
        if not isinstance(table, dict):
            raise self.wrong(f"{where} must be a table, not {table!r}")
        for key in table:
            if key not in valid:
                raise self.wrong(f"unknown key {key!r} in {where}; {sources.nearest(key, list(valid))}")

    def brand(self, table: Any) -> Brand:
        name = self.text(table.get("name") if isinstance(table, dict) else None, "name of a brand")
        where = f"brand {name!r}"
        self.keys(table, _BRAND_KEYS, where)
        ambiguous = table.get("ambiguous", False)
        if not isinstance(ambiguous, bool):
            raise self.wrong(f"ambiguous of {where} must be true or false, not {ambiguous!r}")
        listed = table.get("sources", {})
        if not isinstance(listed, dict):
            raise self.wrong(f"sources of {where} must be a table, not {listed!r}")
        lists = {
            key: self.texts(table.get(key, []), f"{key} of {where}")
            for key in ("aliases", "competitors", "include", "exclude")
        }
        products = table.get("products", [])
        if not isinstance(products, list):
            raise self.wrong(f"products of {where} must be a list of tables")
        return Brand(
            name=name,
            products=tuple(self.product(p, where) for p in products),
            ambiguous=ambiguous,
            sources=tuple(self.task(source, value, where) for source, value in listed.items()),
            **lists,
        )

    def product(self, table: Any, where: str) -> Product:
        self.keys(table, _PRODUCT_KEYS, f"a product of {where}")
        name = self.text(table.get("name"), f"name of a product of {where}")
        aliases = self.texts(table.get("aliases", []), f"aliases of product {name!r}")
        return Product(self.text(table.get("id", name), f"id of product {name!r}"), name, aliases)

    def task(self, source: str, value: Any, where: str) -> SourceTask:
        try:
            sources.check(source)
        except sources.SourceError as error:
            raise self.wrong(f"{where}: {error}") from None
        place = f"{source} of {where}"
        if isinstance(value, list):
            return SourceTask(source, self.targets(value, place, source))
        if not isinstance(value, dict):
            raise self.wrong(f"{place} must be a list of targets or a table with targets, not {value!r}")
        options = {key: option for key, option in value.items() if key != "targets"}
        if options.keys() - sources.COMMON_OPTIONS:  # only then the spider is asked, whose import takes a second
            self.keys(options, tuple(sorted(sources.options_of(source))), place)
        self.check_options(options, place)
        return SourceTask(source, self.targets(value.get("targets", []), place, source), options)

    def check_options(self, options: dict[str, Any], place: str) -> None:
        if (key := options.get("key")) is not None and not (isinstance(key, str) and _VARIABLE.fullmatch(key)):
            raise self.wrong(f"key of {place} must be the name of an environment variable, never the key itself")
        endpoint = options.get("endpoint")
        if endpoint is not None and not (isinstance(endpoint, str) and endpoint.startswith(("http://", "https://"))):
            raise self.wrong(f"endpoint of {place} must be a web address, not {endpoint!r}")
        for name in ("max_items", "requests_per_day"):
            bound = options.get(name)
            if bound is not None and (isinstance(bound, bool) or not isinstance(bound, int) or bound < 1):
                raise self.wrong(f"{name} of {place} must be a whole number above zero, not {bound!r}")

    def targets(self, value: Any, place: str, source: str) -> tuple[str, ...]:
        targets = self.texts(value, f"targets of {place}")
        if not targets:
            raise self.wrong(f"{place} names no target")
        if source in sources.OF_FILES:
            targets = tuple(map(self.from_folder, targets))
        return tuple(dict.fromkeys(targets))

    def from_folder(self, target: str) -> str:
        """A path or pattern as seen from the folder of the watchlist, wherever the command runs."""
        folder = str(self.path.absolute().parent)
        if set("*?[") & set(target):
            folder = glob.escape(folder)
        return str(Path(folder) / Path(target).expanduser())

    def texts(self, value: Any, what: str) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise self.wrong(f"{what} must be a list of texts, not {value!r}")
        return tuple(self.text(entry, f"an entry of {what}") for entry in value)

    def text(self, value: Any, what: str) -> str:
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(f"the {what} must be a text, not {value!r}")
        return value.strip()
